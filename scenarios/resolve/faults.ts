import { ALL_NODES } from "../../sim/persistence/state/backend.ts";
import type { Cluster, Fault, ServerGroup, StoreFault } from "../../sim/scenario.ts";
import type { FaultFile } from "../schema/faults.ts";

/** The grace that Kubernetes gives a container between SIGTERM and SIGKILL (`terminationGracePeriodSeconds`). */
const KILL_AFTER_MS = 30_000;

type Targets = string | readonly string[];

const listOf = (targets: Targets): readonly string[] => (typeof targets === "string" ? [targets] : targets);

/** Servers of the fleet in the order of the groups, as names; a fault's indices point into it. */
export const serverNames = (groups: readonly ServerGroup[]): readonly string[] =>
  groups.flatMap(({ name, count }) => Array.from({ length: count }, (_, index) => `${name}-${index + 1}`));

/** The servers that a name says, null for a name that is none's: a group's is all of its servers. */
function serversOf(groups: readonly ServerGroup[], name: string): readonly number[] | null {
  const index = serverNames(groups).indexOf(name);
  if (index >= 0) return [index];
  const place = groups.findIndex((group) => group.name === name);
  const first = groups.slice(0, place).reduce((sum, { count }) => sum + count, 0);
  return place < 0 ? null : Array.from({ length: groups[place]!.count }, (_, next) => first + next);
}

/** Node 1 of a store is the first in its list. */
const nodeOf = (name: string): number => (name === "store" ? ALL_NODES : Number(name.slice("store-".length)) - 1);

/** The model's faults: one, or, where a crash befalls servers and the store, two. The checks have let no wrong name through. */
export function faultsOf(file: FaultFile, { servers: groups, balancers }: Cluster): readonly Fault[] {
  const atMs = file.at;
  const servers = (targets: Targets): number[] =>
    listOf(targets).flatMap((name) => {
      const found = serversOf(groups, name);
      if (found === null) throw new RangeError(`faultsOf: no server ${name}`);
      return found;
    });
  const store = (kind: StoreFault["kind"], targets: Targets, endsAfterMs: number | null): readonly Fault[] => [
    { kind, atMs, nodes: listOf(targets).map(nodeOf), endsAfterMs },
  ];
  const balancer = (
    kind: "balancer-restart" | "balancer-reload",
    targets: Targets,
    endsAfterMs: number | null,
  ): readonly Fault[] => {
    const numbers = listOf(targets).flatMap((name) =>
      name === "balancers" ? [...Array(balancers.count).keys()] : [Number(name.slice("balancer-".length)) - 1],
    );
    return [{ kind, atMs, balancers: numbers, endsAfterMs }];
  };
  const restartAfterMs = file.restartAfter ?? null;
  const killAfterMs = file.killAfter === undefined ? KILL_AFTER_MS : file.killAfter;
  if (file.crash !== undefined) {
    const isServer = (name: string): boolean => serversOf(groups, name) !== null;
    const crashing = servers(listOf(file.crash).filter(isServer));
    const nodes = listOf(file.crash).filter((name) => !isServer(name));
    return [
      ...(crashing.length === 0 ? [] : [{ kind: "crash" as const, atMs, servers: crashing, restartAfterMs }]),
      ...(nodes.length === 0 ? [] : store("store-crash", nodes, restartAfterMs)),
    ];
  }
  if (file.drain !== undefined) {
    const stopAfterMs = file.stopAfter ?? null;
    const everyMs = file.every ?? 0;
    const drained = servers(file.drain);
    return [{ kind: "drain", atMs, servers: drained, everyMs, stopAfterMs, killAfterMs, restartAfterMs }];
  }
  if (file.scaleIn !== undefined) {
    const keepListed = file.keepListed ?? false;
    const leaving = servers(file.scaleIn);
    // A scale-in that is never stopped would be a drain.
    return [{ kind: "scale-in", atMs, servers: leaving, stopAfterMs: file.stopAfter ?? 0, killAfterMs, keepListed }];
  }
  if (file.scaleOut !== undefined) return [{ kind: "scale-out", atMs, servers: servers(file.scaleOut) }];
  if (file.failChecks !== undefined)
    return [{ kind: "checks-fail", atMs, servers: servers(file.failChecks), endsAfterMs: file.for ?? null }];
  if (file.restart !== undefined) return balancer("balancer-restart", file.restart, file.for ?? null);
  if (file.reload !== undefined) return balancer("balancer-reload", file.reload, null);
  if (file.hang !== undefined) return store("store-hang", file.hang, file.for ?? null);
  if (file.cutOff !== undefined) return store("store-cut-off", file.cutOff, file.for ?? null);
  return store("store-flush", file.flush ?? "store", null);
}
