import { type Finding, type Path, unknownWord } from "../problems.ts";
import { quoted } from "../words.ts";
import { type View, wrong } from "./view.ts";

export function strategyFindings({ strategies, reference, expect }: View): readonly Finding[] {
  if (strategies === undefined) return [];
  const names = strategies.flatMap(({ name }) => name ?? []);
  const found: Finding[] = [];
  for (const [index, { name, missing }] of strategies.entries()) {
    for (const part of missing) {
      const hint = "a strategy has three parts, balancing, affinity and state; or it extends a preset";
      found.push({ path: ["strategies", index, part], at: "value", missing: true, message: "is missing", hint });
    }
    if (name === undefined || strategies.findIndex((other) => other.name === name) === index) continue;
    const hint = "give one of the two a name of its own and let it extend the preset";
    found.push(wrong(["strategies", index], `must have a unique name, found a second ${quoted(name)}`, hint));
  }
  const mustExist = (path: Path, name: string | undefined): void => {
    if (name === undefined || names.includes(name)) return;
    found.push({ path, at: "value", ...unknownWord("strategy of this file", name, names) });
  };
  mustExist(["reference"], reference);
  for (const [index, { strategy, relativeTo }] of expect?.entries() ?? []) {
    mustExist(["expect", index, "strategy"], strategy);
    mustExist(["expect", index, "relativeTo"], relativeTo);
  }
  return found;
}
