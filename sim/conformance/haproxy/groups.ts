/** Active servers and backups, each as one of the lab's algorithms sees them. */
import type { BalancingAlgorithm, RequestView, ServerIdentity } from "../../balancing/algorithm.ts";
import { Fleet } from "../../balancing/fleet.ts";
import { balancingAlgorithms } from "../../balancing/index.ts";
import { partNamed, withDefaults } from "../../catalogue.ts";
import { Draws } from "../../engine/draws.ts";
import type { Clock } from "../../engine/kernel.ts";
import type { Balance } from "./balance.ts";
import type { Server } from "./server.ts";

/** What one of HAProxy's algorithms holds: the active servers, or the backups, or whoever is in use where it lays one map. */
export class Group {
  readonly fleet: Fleet;
  readonly algorithm: BalancingAlgorithm;
  private readonly isDynamic: boolean;

  constructor(balance: Balance, identity: readonly ServerIdentity[], requests: RequestView, clock: Clock) {
    // Weights are set when servers are, so that a divisor of all of them is of all of them.
    this.fleet = new Fleet(new Float64Array(identity.length), identity);
    this.isDynamic = balance.isDynamic;
    const definition = partNamed(balancingAlgorithms, balance.algorithm, "balancing algorithm");
    this.algorithm = definition.create(withDefaults(definition, balance.knobs), {
      fleet: this.fleet,
      requests,
      clock,
      draws: new Draws(1, "conformance/haproxy"),
      probes: { ask: () => {} },
      wake: () => {},
    });
  }

  /** All that are there at the start, at once; `isIn` says who may be chosen. */
  start(servers: readonly Server[], isIn: (server: Server) => boolean): void {
    for (const { index, weight } of servers) this.fleet.setWeight(index, weight);
    const chosen = servers.filter(isIn).map(({ index }) => index);
    this.fleet.admit(chosen);
    for (const server of chosen) this.algorithm.changed(server);
    // Those that come later are to find an algorithm that has begun, with nobody.
    if (chosen.length === 0) this.algorithm.changed(0);
  }

  /** The server's state or its weight may have changed. */
  update(server: Server, isIn: boolean, nowMs: number): void {
    const { fleet } = this;
    const { index } = server;
    const weight = (server.weight * server.sixteenths(nowMs)) / 16;
    // Maps keep the divisor of the weights at the start; weights that only know all or nothing need no other.
    const reweighs = this.isDynamic && isIn && weight !== fleet.weight[index];
    if (reweighs) fleet.setWeight(index, weight);
    if (fleet.setEligible(index, isIn) || reweighs) this.algorithm.changed(index);
  }
}
