/** One balancer's chain of helpers over a fleet that the test sets as it likes, and an algorithm that shows what it sees. */
import { type Knobs, partNamed, withDefaults } from "../../../catalogue.ts";
import { Draws } from "../../../engine/draws.ts";
import { Algorithm, type BalancingAlgorithm, type FleetView } from "../../algorithm.ts";
import type { Fleet } from "../../fleet.ts";
import { fleetOf, requestsOf } from "../../testing/bench.ts";
import { placed } from "../chain.ts";
import { placementHelpers } from "../index.ts";
import type { Situation } from "../placement.ts";

/** Takes the eligible servers of its slice in turn, and writes down what it hears. */
export class Witness extends Algorithm {
  readonly fleet: FleetView;
  readonly heard: string[] = [];
  private turns = 0;

  constructor(fleet: FleetView) {
    super();
    this.fleet = fleet;
  }
  pick(): number {
    return this.fleet.eligible[this.turns++ % this.fleet.eligibleCount]!;
  }
  override sent(server: number): void {
    this.heard.push(`sent ${server}`);
  }
  override changed(server: number): void {
    this.heard.push(`changed ${server}`);
  }
  override woken(): void {
    this.heard.push("woken");
  }
  /** The servers it would choose among. */
  get seen(): number[] {
    return [...this.fleet.eligible.subarray(0, this.fleet.eligibleCount)];
  }
}

export interface PlacedParts {
  /** Each with what departs from its defaults, the first on top. */
  readonly helpers: readonly { readonly name: string; readonly knobs?: Knobs }[];
  readonly weights: readonly number[];
  readonly situation?: Partial<Situation>;
  readonly seed?: number;
}

export class Placed {
  readonly fleet: Fleet;
  readonly algorithm: BalancingAlgorithm;
  /** In the order in which they were made: one for each part of the last helper. */
  readonly witnesses: Witness[] = [];
  readonly wakesAtMs: number[] = [];
  /** What each witness would call to be woken. */
  readonly wakers: ((atMs: number) => void)[] = [];
  nowMs = 0;

  constructor({ helpers, weights, situation = {}, seed = 1 }: PlacedParts) {
    this.fleet = fleetOf(weights);
    const choices = helpers.map(({ name, knobs = {} }) => {
      const helper = partNamed(placementHelpers, name, "placement helper");
      return { name, knobs: withDefaults(helper, knobs) };
    });
    const balancer = situation.balancer ?? 0;
    const context = {
      fleet: this.fleet,
      requests: requestsOf({}),
      draws: new Draws(seed, `balancing/${balancer}`),
      clock: this,
      probes: { ask: () => {} },
      wake: (atMs: number) => this.wakesAtMs.push(atMs),
      situation: {
        balancer,
        balancers: 1,
        zoneOfBalancer: [null],
        zone: weights.map(() => null),
        tier: new Int32Array(weights.length),
        ...situation,
      },
      drawsFor: (purpose: string, whose: "own" | "shared") =>
        new Draws(seed, whose === "own" ? `${purpose}/${balancer}` : purpose),
    };
    this.algorithm = placed(choices, context, ({ fleet, wake }) => {
      this.wakers.push(wake);
      const witness = new Witness(fleet);
      this.witnesses.push(witness);
      return witness;
    });
    this.change(0);
  }

  /** Tells the chain that something has changed. */
  private change(server: number): void {
    this.algorithm.changed(server);
  }

  set(server: number, eligible: boolean): void {
    this.fleet.setEligible(server, eligible);
    this.change(server);
  }

  list(server: number, listed: boolean): void {
    this.fleet.setListed(server, listed);
    this.change(server);
  }

  /** Time passes, and whoever asked for it is woken on the way. */
  runTo(atMs: number): void {
    for (;;) {
      this.wakesAtMs.sort((a, b) => a - b);
      const [next] = this.wakesAtMs;
      if (next === undefined || next > atMs) break;
      this.wakesAtMs.shift();
      this.nowMs = next;
      this.algorithm.woken();
    }
    this.nowMs = atMs;
  }

  /** The servers that the one algorithm sees, and their weights. */
  get seen(): number[] {
    return this.witnesses[0]!.seen;
  }
  get weights(): number[] {
    return this.seen.map((server) => this.witnesses[0]!.fleet.weight[server]!);
  }

  /** So many decisions, as counts by server; the last place counts those that found none. */
  counts(decisions: number): number[] {
    const counts = new Array<number>(this.fleet.count + 1).fill(0);
    for (let i = 0; i < decisions; i++) {
      const server = this.algorithm.pick(i, -1);
      counts[server < 0 ? this.fleet.count : server]!++;
    }
    return counts;
  }
}
