import type { Finding } from "../problems.ts";
import { type View, wrong } from "./view.ts";

type Population = NonNullable<View["workload"]>[string];

/** What the log of a replay says, and what therefore only other populations may and must say. */
const saidByLog = [
  { path: ["session", "requests"], needed: "how many? for example { geometric: 12 }" },
  { path: ["session", "think"], needed: "how long? for example { exponential: 7s }" },
  { path: ["session", "writes"], needed: "what share of requests? for example 30%" },
  { path: ["session", "parallel"], needed: null },
  { path: ["session", "polling"], needed: null },
  { path: ["session", "loginAt"], needed: null },
  { path: ["clients", "addresses"], needed: null },
  { path: ["urls"], needed: null },
  { path: ["batch"], needed: null },
] as const;

function entryAt(population: Population, path: readonly string[]): unknown {
  let entry: unknown = population;
  for (const step of path) {
    entry =
      typeof entry === "object" && entry !== null
        ? Object.entries(entry).find(([key]) => key === step)?.[1]
        : undefined;
  }
  return entry;
}

/** Nothing that is written may be without effect. */
export function workloadFindings({ workload = {} }: View): readonly Finding[] {
  return Object.entries(workload).flatMap(([name, population]) => {
    const { arrivals, session } = population;
    if (arrivals === undefined) return [];
    const found: Finding[] = [];
    const isReplay = arrivals["replay"] !== undefined;
    for (const { path, needed } of saidByLog) {
      const place = ["workload", name, ...path];
      const isGiven = entryAt(population, path) !== undefined;
      if (isReplay && isGiven) found.push(wrong(place, "has no effect in a replay: the log says it", "leave it out"));
      if (!isReplay && needed !== null && !isGiven && session !== undefined) {
        found.push({ path: place, at: "value", missing: true, message: `is missing; ${needed}` });
      }
    }
    if (arrivals["process"] === "closed" && population["batch"] !== undefined) {
      found.push(wrong(["workload", name, "batch"], "has no effect on a fixed number of users", "leave it out"));
    }
    return found;
  });
}
