import { type Finding, type Path, unknownWord } from "../problems.ts";
import { formatQuantity } from "../units.ts";
import { nearestWord, quoted } from "../words.ts";
import { defaultGroupName, type View, wrong } from "./view.ts";

interface Group {
  readonly name: string;
  /** Infinite where it cannot be read: any number may be right then. */
  readonly count: number;
}

/** null when there is nothing that a fault's servers could be checked against. */
const groupsOf = ({ cluster }: View): readonly Group[] | null =>
  cluster?.servers?.entries.map(({ name = defaultGroupName, count = Infinity }) => ({ name, count })) ?? null;

const isServer = (groups: readonly Group[], target: string): boolean =>
  groups.some(({ name, count }) => {
    const number = target.startsWith(`${name}-`) ? target.slice(name.length + 1) : "";
    return /^[1-9]\d*$/.test(number) && Number(number) <= count;
  });

function namesIn({ name, count }: Group): string {
  if (count === Infinity) return `${name}-1 …`;
  return count === 1 ? `${name}-1` : `${name}-1 … ${name}-${count}`;
}

/** The group that was meant with the server's own number, if it has one of that number; else the last of the group. */
function nearestServer(groups: readonly Group[], target: string): string | null {
  const [, word = target, digits = ""] = /^(.*?)-?(\d*)$/.exec(target) ?? [];
  const nearest = nearestWord(
    word,
    groups.map(({ name }) => name),
  );
  const group = groups.find(({ name }) => name === nearest);
  if (group === undefined) return nearestWord(target, ["store"]);
  const last = group.count === Infinity ? 1 : group.count;
  return `${group.name}-${isServer([group], `${group.name}-${digits}`) ? digits : last}`;
}

function unknownServer(groups: readonly Group[], target: string): { message: string; hint: string } {
  const nearest = nearestServer(groups, target);
  const meant = nearest === null ? "" : `did you mean ${quoted(nearest)}? `;
  const servers = groups.map(namesIn).join(", ");
  return { message: `unknown server ${quoted(target)}`, hint: `${meant}servers: ${servers}; or store, alone` };
}

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
      const { message, hint } = unknownServer(groups, target);
      found.push(wrong(where, message, hint));
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
