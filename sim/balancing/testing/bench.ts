/** One balancing algorithm with a fleet around it that the test sets as it likes. */
import { type Knobs, partNamed, withDefaults } from "../../catalogue.ts";
import { Draws } from "../../engine/draws.ts";
import type { BalancingAlgorithm, BalancingContext, FleetView } from "../algorithm.ts";
import { balancingAlgorithms } from "../index.ts";

/** A balancer's view of the fleet; every server is eligible at first. */
export class TestFleet implements FleetView {
  readonly count: number;
  readonly weight: Float64Array;
  readonly inFlight: Int32Array;
  readonly eligible: Int32Array;
  readonly isEligible: Uint8Array;
  eligibleCount = 0;
  version = 0;

  constructor(weights: readonly number[]) {
    this.count = weights.length;
    this.weight = Float64Array.from(weights);
    this.inFlight = new Int32Array(this.count);
    this.eligible = new Int32Array(this.count);
    this.isEligible = new Uint8Array(this.count).fill(1);
    this.list();
  }

  set(server: number, eligible: boolean): void {
    this.isEligible[server] = eligible ? 1 : 0;
    this.list();
  }

  private list(): void {
    this.version++;
    const all = Array.from(this.isEligible.keys()).filter((server) => this.isEligible[server] === 1);
    this.eligible.set(all);
    this.eligibleCount = all.length;
  }
}

export interface BenchParts {
  readonly knobs?: Knobs;
  readonly seed?: number;
  /** Addresses and URLs by request; a request is its own address and URL unless told otherwise. */
  readonly addressOf?: (request: number) => number;
  readonly urlOf?: (request: number) => number;
}

export class Bench {
  readonly fleet: TestFleet;
  readonly algorithm: BalancingAlgorithm;

  constructor(name: string, weights: readonly number[], parts: BenchParts = {}) {
    this.fleet = new TestFleet(weights);
    const context: BalancingContext = {
      fleet: this.fleet,
      requests: {
        addressOf: parts.addressOf ?? ((request) => request >>> 0),
        urlOf: parts.urlOf ?? ((request) => request),
      },
      draws: new Draws(parts.seed ?? 1, "balancing/0"),
    };
    const definition = partNamed(balancingAlgorithms, name, "balancing algorithm");
    this.algorithm = definition.create(withDefaults(definition, parts.knobs ?? {}), context);
    for (let server = 0; server < weights.length; server++) this.algorithm.changed(server);
  }

  /** Chooses a server and sends the request there. */
  send(request = 0, avoid = -1): number {
    const server = this.algorithm.pick(request, avoid);
    this.bind(server);
    return server;
  }

  /** A request that a binding leads to `server`, past the algorithm. */
  bind(server: number): void {
    this.fleet.inFlight[server]!++;
    this.algorithm.sent(server);
  }

  end(server: number, responseTimeMs = 1, answered = true): void {
    this.fleet.inFlight[server]!--;
    this.algorithm.ended(server, responseTimeMs, answered);
  }

  /** Sends a request that is answered before the next. */
  serve(request = 0, avoid = -1): number {
    const server = this.send(request, avoid);
    this.end(server);
    return server;
  }

  set(server: number, eligible: boolean): void {
    this.fleet.set(server, eligible);
    this.algorithm.changed(server);
  }

  weigh(server: number, weight: number): void {
    this.fleet.weight[server] = weight;
    this.fleet.version++;
    this.algorithm.changed(server);
  }

  /** So many decisions, each answered at once, as a sequence of servers. */
  sequence(decisions: number): number[] {
    return Array.from({ length: decisions }, (_, request) => this.serve(request));
  }
}

/** `[0, 0, 1]` as `aab`, the way the literature writes sequences. */
export const letters = (servers: readonly number[]): string => servers.map((server) => "abcdefghij"[server]).join("");
