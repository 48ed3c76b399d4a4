/** The keys, listed at `?`. */
import { element } from "../dom.ts";

const keys: readonly (readonly [string, string])[] = [
  ["Tab", "from chart to chart, and to every control"],
  ["↑ ↓", "within a chart: from strategy to strategy, or server to server"],
  ["← →", "along the chart; Page up and Page down take a tenth, Home and End go to its ends"],
  ["Enter", "on a strategy's name: bring it forward, everywhere"],
  ["Esc", "clear what is brought forward and pointed at"],
  ["t", "theme: system, light, dark"],
  ["?", "this list"],
];

export function keysDialog(): HTMLDialogElement {
  const list = element(
    "dl",
    {},
    ...keys.flatMap(([key, what]) => [
      element("dt", {}, ...key.split(" ").map((part) => element("kbd", {}, part))),
      element("dd", {}, what),
    ]),
  );
  const dialog = element(
    "dialog",
    { class: "keys", "aria-labelledby": "keys-title" },
    element("h2", { id: "keys-title" }, "Keys"),
    list,
    element("form", { method: "dialog" }, element("button", {}, "Close")),
  );
  return dialog;
}

/** Keys of the whole page. Typing into a field is left alone. */
export function bindPageKeys(actions: {
  readonly help: () => void;
  readonly clear: () => void;
  readonly theme: () => void;
}): void {
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    const types =
      target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
    // An open dialog has the keys to itself.
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") !== null) return;
    if (event.key === "Escape") actions.clear();
    else if (types) return;
    else if (event.key === "?") actions.help();
    else if (event.key === "t") actions.theme();
    else return;
    if (event.key !== "Escape") event.preventDefault();
  });
}
