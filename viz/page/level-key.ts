/** What the shades of a load strip mean. */
import { element } from "../dom.ts";
import { FAIR_LEVEL, loadLevels } from "../scene/load-strip.ts";

export function levelKey(): HTMLElement {
  const cells = loadLevels.map((_, level) => element("i", { class: `level-${level}` }));
  return element(
    "p",
    { class: "level-key" },
    element("span", {}, cells[0] ?? null, " nothing"),
    element(
      "span",
      {},
      "½ × ",
      ...cells.slice(1, FAIR_LEVEL),
      cells[FAIR_LEVEL] ?? null,
      ...cells.slice(FAIR_LEVEL + 1),
      " 2 × the fair share",
    ),
  );
}
