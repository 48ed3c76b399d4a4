import { type Finding, type Path, unknownWord } from "../problems.ts";
import { type FaultAction, faultActionNames, faultActions } from "../schema/faults.ts";
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

/** `store-2`, `balancer-1`: the number of one of several, NaN for another name. */
const numberIn = (prefix: string, target: string): number => {
  const [, digits = ""] = new RegExp(`^${prefix}-([1-9]\\d*)$`).exec(target) ?? [];
  return digits === "" ? Number.NaN : Number(digits);
};

const isStore = (target: string): boolean => target === "store" || !Number.isNaN(numberIn("store", target));

/** The group that was meant with the server's own number, if it has one of that number; else the last of the group. */
function nearestServer(groups: readonly Group[], target: string, others: readonly string[]): string | null {
  const [, word = target, digits = ""] = /^(.*?)-?(\d*)$/.exec(target) ?? [];
  const nearest = nearestWord(
    word,
    groups.map(({ name }) => name),
  );
  const group = groups.find(({ name }) => name === nearest);
  if (group === undefined) return nearestWord(target, others);
  const last = group.count === Infinity ? 1 : group.count;
  return `${group.name}-${isServer([group], `${group.name}-${digits}`) ? digits : last}`;
}

type Told = { readonly message: string; readonly hint: string };

const withNearest = (nearest: string | null, known: string): string =>
  nearest === null ? known : `did you mean ${quoted(nearest)}? ${known}`;

function unknownServer(groups: readonly Group[], target: string, hasStore: boolean): Told {
  const nearest = nearestServer(groups, target, hasStore ? ["store"] : []);
  const servers = groups.map(namesIn).join(", ");
  const store = hasStore ? "; or store, or its nodes store-1 …" : "";
  return { message: `unknown server ${quoted(target)}`, hint: withNearest(nearest, `servers: ${servers}${store}`) };
}

/** null where the name is right, or nothing is known that it could be checked against. */
function wrongTarget(action: FaultAction, target: string, groups: readonly Group[] | null, count: number): Told | null {
  const befalls: readonly string[] = faultActions[action].befalls;
  if (befalls.includes("store") && isStore(target)) return null;
  if (befalls.includes("server")) {
    if (groups === null || isServer(groups, target) || groups.some(({ name }) => name === target)) return null;
    return unknownServer(groups, target, befalls.includes("store"));
  }
  if (befalls.includes("group")) {
    const names = groups?.map(({ name }) => name);
    if (names === undefined || names.includes(target)) return null;
    const { message, hint = "" } = unknownWord("group of servers", target, names);
    return { message, hint };
  }
  if (befalls.includes("balancer")) {
    if (target === "balancers" || numberIn("balancer", target) <= count) return null;
    const nearest = Number.isNaN(numberIn("balancer", target)) ? nearestWord(target, ["balancers"]) : null;
    const known = count === 1 ? "balancer-1" : `balancer-1 … balancer-${count}`;
    return {
      message: `unknown balancer ${quoted(target)}`,
      hint: withNearest(nearest, `balancers: ${known}; or balancers, all of them`),
    };
  }
  return {
    message: `unknown node ${quoted(target)}`,
    hint: "the session store is store, its nodes are store-1, store-2, …",
  };
}

/** "a crash or a drain": the actions that a key belongs to; null where it belongs to all. */
function ownersOf(key: string): readonly FaultAction[] | null {
  const owners = faultActionNames.filter((action) => (faultActions[action].takes as readonly string[]).includes(key));
  return owners.length === 0 ? null : owners;
}

export function faultFindings(file: View): readonly Finding[] {
  const { faults = [], duration: end } = file;
  const groups = groupsOf(file);
  const balancers = file.cluster?.balancers?.count ?? (file.cluster === undefined ? Infinity : 1);
  return faults.flatMap((fault, index) => {
    const path: Path = ["faults", index];
    const found: Finding[] = [];
    if (fault.at !== undefined && end !== undefined && fault.at >= end) {
      const [last, given] = [end, fault.at].map((time) => formatQuantity("duration", time));
      found.push(wrong([...path, "at"], `must be before the end of the run at ${last}, found ${given}`));
    }
    const present = faultActionNames.filter((action) => fault[action] !== undefined);
    for (const action of present) {
      for (const [position, target] of fault[action]?.entries.entries() ?? []) {
        const told = wrongTarget(action, target, groups, balancers);
        const where = [...path, action, ...(fault[action]?.isList === true ? [position] : [])];
        if (told !== null) found.push(wrong(where, told.message, told.hint));
      }
    }
    const [action] = present;
    if (action === undefined || present.length > 1) return found;
    if (action === "scaleOut" && groups?.length === 1 && found.length === 0) {
      const hint = "put the servers that join later in a group of their own";
      found.push(wrong([...path, action], "would leave no server before it", hint));
    }
    const keys = Object.keys(fault).filter((key) => (fault as Record<string, unknown>)[key] !== undefined);
    for (const key of keys) {
      const owners = ownersOf(key);
      if (owners === null || owners.includes(action)) continue;
      const whose = owners.map((owner) => faultActions[owner].said).join(" or ");
      const message = `belongs to ${whose}, and this is ${faultActions[action].said}`;
      found.push(wrong([...path, key], message, "leave it out"));
    }
    const isEndless = action === "drain" && (!keys.includes("stopAfter") || fault["stopAfter"] === "none");
    for (const key of ["killAfter", "restartAfter"]) {
      if (isEndless && keys.includes(key))
        found.push(
          wrong([...path, key], "says what follows a stop, and this drain is never stopped", "give stopAfter"),
        );
    }
    if (action === "scaleIn" && fault["stopAfter"] === "none") {
      found.push(wrong([...path, "stopAfter"], "must be a duration: what is scaled in is stopped", "or let it drain"));
    }
    return found;
  });
}
