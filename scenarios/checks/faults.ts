import { type Finding, type Path, unknownWord } from "../problems.ts";
import { formatQuantity } from "../units.ts";
import { quoted } from "../words.ts";
import { defaultGroupName, type View, wrong } from "./view.ts";

interface Group {
  readonly name: string;
  readonly count: number;
}

/** Groups as far as they can be read; null when a fault's servers cannot be checked against them. */
function groupsOf({ cluster }: View): readonly Group[] | null {
  const groups = cluster?.servers?.entries.map(({ name = defaultGroupName, count }) => ({ name, count }));
  const read = groups?.flatMap(({ name, count }) => (count === undefined ? [] : [{ name, count }]));
  return read === undefined || read.length < (groups?.length ?? 0) ? null : read;
}

const isServer = (groups: readonly Group[], target: string): boolean =>
  groups.some(({ name, count }) => {
    const number = target.startsWith(`${name}-`) ? target.slice(name.length + 1) : "";
    return /^[1-9]\d*$/.test(number) && Number(number) <= count;
  });

const serversText = (groups: readonly Group[]): string =>
  groups.map(({ name, count }) => `${name}-1${count > 1 ? ` … ${name}-${count}` : ""}`).join(", ");

export function faultFindings(file: View): readonly Finding[] {
  const { faults = [], duration: end } = file;
  const groups = groupsOf(file);
  const names = file.cluster?.servers?.entries.map(({ name = defaultGroupName }) => name);
  return faults.flatMap(({ at, crash, scaleOut, restartAfter }, index) => {
    const path: Path = ["faults", index];
    const found: Finding[] = [];
    if (at !== undefined && end !== undefined && at >= end) {
      const [last, given] = [end, at].map((time) => formatQuantity("duration", time));
      found.push(wrong([...path, "at"], `must be before the end of the run at ${last}, found ${given}`));
    }
    for (const [position, target] of crash?.entries.entries() ?? []) {
      if (groups === null || isServer(groups, target) || (target === "store" && crash?.isList === false)) continue;
      const where = [...path, "crash", ...(crash?.isList === true ? [position] : [])];
      found.push(wrong(where, `unknown server ${quoted(target)}`, `servers: ${serversText(groups)}; or store, alone`));
    }
    if (scaleOut === undefined) return found;
    if (names !== undefined && !names.includes(scaleOut)) {
      found.push({ path: [...path, "scaleOut"], at: "value", ...unknownWord("group of servers", scaleOut, names) });
    } else if (names?.length === 1) {
      const hint = "put the servers that join later in a group of their own";
      found.push(wrong([...path, "scaleOut"], "would leave no server before it", hint));
    }
    if (restartAfter !== undefined && crash === undefined) {
      found.push(wrong([...path, "restartAfter"], "belongs to a crash, and this is a scale-out", "leave it out"));
    }
    return found;
  });
}
