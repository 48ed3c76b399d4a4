import type { Cluster, Fault, Reports, ServerGroup } from "../../sim/scenario.ts";
import { defaultGroupName } from "../checks/view.ts";
import type { ClusterFile } from "../schema/cluster.ts";
import type { FaultFile } from "../schema/faults.ts";
import type { ReportsFile } from "../schema/reports.ts";

export const reportsOf = (file: ReportsFile): Reports | null =>
  file === null
    ? null
    : { intervalMs: file.interval, phases: file.phases, delayMs: file.delay, lossFraction: file.loss };

export function clusterOf(file: ClusterFile): Cluster {
  const groups = Array.isArray(file.servers) ? file.servers : [file.servers];
  const { balancers, network } = file;
  return {
    servers: groups.map(
      (group): ServerGroup => ({
        name: group.name ?? defaultGroupName,
        count: group.count,
        workers: group.workers,
        discipline: group.discipline,
        speed: group.speed,
        weight: group.weight,
        queueLimit: group.queueLimit,
        concurrencyLimit: group.concurrencyLimit,
        maxConnections: group.maxConnections,
        tier: group.tier,
        zone: group.zone ?? null,
      }),
    ),
    // Where it is absent, every population brings its own; the constant is then never drawn.
    serviceMs: file.service ??
      groups.find(({ service }) => service !== undefined)?.service ?? { law: "constant", value: 0 },
    balancers: {
      count: balancers.count,
      zones: balancers.zones,
      choose: balancers.choose,
      redispatch: balancers.redispatch,
      requestTimeoutMs: balancers.requestTimeout,
      cancelsAbandonedWork: balancers.cancelsAbandonedWork,
      healthCheck:
        balancers.healthCheck === null
          ? null
          : {
              intervalMs: balancers.healthCheck.interval,
              timeoutMs: balancers.healthCheck.timeout,
              rise: balancers.healthCheck.rise,
              fall: balancers.healthCheck.fall,
            },
      queue: balancers.queue === null ? null : { limit: balancers.queue.limit, timeoutMs: balancers.queue.timeout },
      reports: reportsOf(balancers.reports),
    },
    network: { clientToBalancerMs: network.clientToBalancer, balancerToServerMs: network.balancerToServer },
  };
}

/** Servers of the fleet in the order of the groups, as names; a fault's indices point into it. */
export const serverNames = (groups: readonly ServerGroup[]): readonly string[] =>
  groups.flatMap(({ name, count }) => Array.from({ length: count }, (_, index) => `${name}-${index + 1}`));

/** @throws RangeError for a name that is no server's; the checks let none through. */
export function faultOf(file: FaultFile, groups: readonly ServerGroup[]): Fault {
  const names = serverNames(groups);
  const indexOf = (name: string): number => {
    const index = names.indexOf(name);
    if (index === -1) throw new RangeError(`faultOf: no server ${name}`);
    return index;
  };
  const restartAfterMs = file.restartAfter ?? null;
  if (file.crash === "store") return { kind: "store-crash", atMs: file.at, restartAfterMs };
  if (file.crash !== undefined) {
    const targets = typeof file.crash === "string" ? [file.crash] : file.crash;
    return { kind: "crash", atMs: file.at, servers: targets.map(indexOf), restartAfterMs };
  }
  const before = groups.slice(
    0,
    groups.findIndex(({ name }) => name === file.scaleOut),
  );
  const first = before.reduce((sum, { count }) => sum + count, 0);
  const joining = groups[before.length]?.count ?? 0;
  return { kind: "scale-out", atMs: file.at, servers: Array.from({ length: joining }, (_, index) => first + index) };
}
