import type { Cluster, Reports, ServerGroup } from "../../sim/scenario.ts";
import { defaultGroupName } from "../checks/view.ts";
import type { ClusterFile } from "../schema/cluster.ts";
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
      queue:
        balancers.queue === null
          ? null
          : {
              limit: balancers.queue.limit,
              perServerLimit: balancers.queue.perServer,
              timeoutMs: balancers.queue.timeout,
            },
      reports: reportsOf(balancers.reports),
    },
    network: { clientToBalancerMs: network.clientToBalancer, balancerToServerMs: network.balancerToServer },
  };
}
