/** The balancers' algorithms, each with a view of the fleet and draws of its own. */
import type { BalancingAlgorithm, BalancingContext, BalancingDefinition, RequestView } from "../balancing/algorithm.ts";
import type { Fleet } from "../balancing/fleet.ts";
import { balancingAlgorithms } from "../balancing/index.ts";
import { placed, withTiers } from "../balancing/placement/chain.ts";
import type { PlacementContext, Situation } from "../balancing/placement/placement.ts";
import { partNamed } from "../catalogue.ts";
import { Draws } from "../engine/draws.ts";
import type { Kernel } from "../engine/kernel.ts";
import type { Cluster, Strategy } from "../scenario.ts";
import * as event from "./events.ts";
import { byServer, zonesOfBalancers } from "./zones.ts";

export interface AlgorithmsParts {
  /** Algorithms beside those of the catalogue. */
  readonly own: readonly BalancingDefinition[];
  readonly cluster: Cluster;
  readonly seed: number;
  readonly fleets: readonly Fleet[];
  readonly requests: RequestView;
  readonly kernel: Kernel;
  /** A balancer asks a server how it is. */
  readonly ask: (balancer: number, server: number) => void;
  readonly drawsOf: (purpose: string) => Draws;
}

/** @throws RangeError for a name that nobody knows. */
export function algorithmsOf(
  { balancing, placement = [] }: Strategy,
  parts: AlgorithmsParts,
): readonly BalancingAlgorithm[] {
  const { own, cluster, fleets, requests, kernel, ask, seed, drawsOf } = parts;
  const definition = partNamed([...balancingAlgorithms, ...own], balancing.name, "balancing algorithm");
  const zoneOfBalancer = zonesOfBalancers(cluster);
  const zone = byServer(cluster, (group) => group.zone);
  const tier = Int32Array.from(byServer(cluster, (group) => group.tier));
  const helpers = withTiers(placement, { tier });
  return fleets.map((fleet, balancer) => {
    const context: BalancingContext = {
      fleet,
      requests,
      draws: drawsOf(`balancing/${balancer}`),
      clock: kernel,
      peers: { index: balancer, count: fleets.length },
      probes: { ask: (server) => ask(balancer, server) },
      wake: (atMs) => kernel.schedule(atMs, event.BALANCER_WAKES, balancer, 0),
    };
    if (helpers.length === 0) return definition.create(balancing.knobs, context);
    const situation: Situation = { balancer, balancers: fleets.length, zoneOfBalancer, zone, tier };
    const drawsFor: PlacementContext["drawsFor"] = (purpose, whose) =>
      new Draws(seed, `placement/${purpose}${whose === "own" ? `/${balancer}` : ""}`);
    return placed(helpers, { ...context, situation, drawsFor }, (given) => definition.create(balancing.knobs, given));
  });
}
