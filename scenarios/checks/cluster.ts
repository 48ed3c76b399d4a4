import { type Finding, type Path, unknownWord } from "../problems.ts";
import { quoted } from "../words.ts";
import { type View, wrong } from "./view.ts";

export function clusterFindings({ cluster, workload }: View): readonly Finding[] {
  const servers = cluster?.servers;
  if (cluster === undefined || servers === undefined) return [];
  const { entries: groups, isList } = servers;
  const at = (index: number, key: string): Path => ["cluster", "servers", ...(isList ? [index] : []), key];
  const found: Finding[] = [];
  for (const [index, { name }] of groups.entries()) {
    if (name === undefined && groups.length > 1) {
      const message = "is missing; each of several groups needs a name";
      found.push({ path: at(index, "name"), at: "value", missing: true, message });
    } else if (name !== undefined && groups.findIndex((other) => other.name === name) < index) {
      found.push(wrong(at(index, "name"), `must be unique, found a second ${quoted(name)}`));
    }
  }
  const stated = groups.flatMap(({ service }, index) => (service === undefined ? [] : [at(index, "service")]));
  if (cluster.service !== undefined) stated.unshift(["cluster", "service"]);
  const [, second] = stated;
  if (second !== undefined) {
    const hint = "give it once, as cluster.service; groups differ by speed";
    found.push(wrong(second, "the service time stands twice", hint));
  }
  const everyoneBrings =
    workload !== undefined && Object.values(workload).every(({ service }) => service !== undefined);
  if (stated.length === 0 && !everyoneBrings) {
    found.push({
      path: ["cluster", "service"],
      at: "value",
      missing: true,
      message: "is missing; how much work is a request?",
      hint: "for example service: { lognormal: { mean: 40ms, cv: 1.4 } }",
    });
  }
  found.push(...balancerFindings(cluster.balancers ?? {}, groups));
  return found;
}

type Cluster = NonNullable<View["cluster"]>;
type Groups = NonNullable<Cluster["servers"]>["entries"];

/** A queue in which nobody would ever wait, and zones in which nobody stands. */
function balancerFindings({ queue, zones = [] }: NonNullable<Cluster["balancers"]>, groups: Groups): Finding[] {
  const found: Finding[] = [];
  const isLimited = groups.some(({ maxConnections = "none" }) => maxConnections !== "none");
  if (queue !== undefined && !isLimited) {
    const hint = "give a group of servers maxConnections, or leave the queue out";
    found.push(wrong(["cluster", "balancers", "queue"], "has no effect: no server limits its connections", hint));
  }
  const known = [...new Set(groups.flatMap(({ zone }) => zone ?? []))];
  for (const [index, zone] of zones.entries()) {
    if (zone === undefined || known.includes(zone)) continue;
    const path = ["cluster", "balancers", "zones", index];
    if (known.length > 0) found.push({ path, at: "value", ...unknownWord("zone of any server", zone, known) });
    else found.push(wrong(path, "has no effect: no server stands in a zone", "give groups of servers a zone"));
  }
  return found;
}
