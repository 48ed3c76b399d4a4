/** The balancers' algorithms, each with a view of the fleet and draws of its own. */
import type { BalancingAlgorithm, BalancingDefinition, RequestView } from "../balancing/algorithm.ts";
import type { Fleet } from "../balancing/fleet.ts";
import { balancingAlgorithms } from "../balancing/index.ts";
import { partNamed } from "../catalogue.ts";
import type { Draws } from "../engine/draws.ts";
import type { Kernel } from "../engine/kernel.ts";
import type { PartChoice } from "../scenario.ts";
import * as event from "./events.ts";

export interface AlgorithmsParts {
  /** Algorithms beside those of the catalogue. */
  readonly own: readonly BalancingDefinition[];
  readonly fleets: readonly Fleet[];
  readonly requests: RequestView;
  readonly kernel: Kernel;
  /** A balancer asks a server how it is. */
  readonly ask: (balancer: number, server: number) => void;
  readonly drawsOf: (purpose: string) => Draws;
}

/** @throws RangeError for a name that nobody knows. */
export function algorithmsOf({ name, knobs }: PartChoice, parts: AlgorithmsParts): readonly BalancingAlgorithm[] {
  const { own, fleets, requests, kernel, ask, drawsOf } = parts;
  const definition = partNamed([...balancingAlgorithms, ...own], name, "balancing algorithm");
  return fleets.map((fleet, balancer) =>
    definition.create(knobs, {
      fleet,
      requests,
      draws: drawsOf(`balancing/${balancer}`),
      clock: kernel,
      peers: { index: balancer, count: fleets.length },
      probes: { ask: (server) => ask(balancer, server) },
      wake: (atMs) => kernel.schedule(atMs, event.BALANCER_WAKES, balancer, 0),
    }),
  );
}
