/** Where balancers and servers stand. */
import type { Cluster, ServerGroup } from "../scenario.ts";

/** One entry for each server, of what its group says. */
export const byServer = <T>(cluster: Cluster, of: (group: ServerGroup) => T): readonly T[] =>
  cluster.servers.flatMap((group) => Array.from({ length: group.count }, () => of(group)));

/** By balancer; null where the scenario names no zones. */
export const zonesOfBalancers = ({ balancers: { count, zones } }: Cluster): readonly (string | null)[] =>
  Array.from({ length: count }, (_, balancer) => zones[balancer % zones.length] ?? null);
