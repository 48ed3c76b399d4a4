/** What a decision of each balancing algorithm costs as the fleet grows, and what a change of the fleet costs. */
import { cpuUsage } from "node:process";
import { median } from "simple-statistics";
import type { BalancingAlgorithm, BalancingDefinition, RequestView } from "../balancing/algorithm.ts";
import { Fleet } from "../balancing/fleet.ts";
import { type Growth, statedGrowth } from "../balancing/growth.ts";
import { balancingAlgorithms } from "../balancing/index.ts";
import { partNamed, withDefaults } from "../catalogue.ts";
import { Draws } from "../engine/draws.ts";

export const sizes = [10, 100, 1000, 10_000] as const;
/** The fleet in which one server comes and goes. */
export const FLAPPING = 1000;

export interface AlgorithmCost {
  readonly name: string;
  /** Nanoseconds of processor time for `pick`, `sent` and `ended`, by size of the fleet. */
  readonly equalNs: readonly number[];
  readonly mixedNs: readonly number[];
  /** Microseconds from a change of one server of `FLAPPING`, mixed weights, to the end of the decision after it. */
  readonly changeUs: number;
}

/** Long enough for the processor's clock, in ms. */
const LEAST_MS = 20;

/** Requests by number; what they show is worked out as the simulator does, without making anything but text. */
function requestsByNumber(): RequestView {
  const bytes = new Uint8Array(4);
  const addressOf = (request: number): number => Math.imul(request + 1, 0x9e3779b1) >>> 0;
  const addressBytesOf = (request: number): Uint8Array => {
    const address = addressOf(request);
    for (let byte = 0; byte < 4; byte++) bytes[byte] = address >>> (24 - 8 * byte);
    return bytes;
  };
  return {
    addressOf,
    addressBytesOf,
    addressTextOf: (request) => addressBytesOf(request).join("."),
    portOf: (request) => 49_152 + (request % 16_384),
    urlOf: (request) => 1 + (request % 5000),
    uriOf: (request) => `/page/${1 + (request % 5000)}`,
    headerOf: (request) => String(request),
    cookieOf: (request) => String(request),
  };
}

/** A fleet at a steady load of two requests for each server, and one balancer before it. */
class Busy {
  private readonly fleet: Fleet;
  private readonly algorithm: BalancingAlgorithm;
  /** Servers of the requests under way, the oldest at `oldest`. */
  private readonly open: Int32Array;
  private oldest = 0;
  private request = 0;
  private nowMs = 0;

  constructor(definition: BalancingDefinition, servers: number, isMixed: boolean) {
    const weights = Array.from({ length: servers }, (_, server) => (isMixed ? 1 + (server % 5) : 1));
    this.fleet = new Fleet(weights);
    this.fleet.admit([...weights.keys()]);
    const now = () => this.nowMs;
    this.algorithm = definition.create(withDefaults(definition, {}), {
      fleet: this.fleet,
      requests: requestsByNumber(),
      draws: new Draws(1, "balancing/0"),
      clock: {
        get nowMs() {
          return now();
        },
      },
      probes: { ask() {} },
      wake() {},
    });
    for (let server = 0; server < servers; server++) this.algorithm.changed(server);
    this.open = Int32Array.from({ length: 2 * servers }, (_, at) => at % servers);
    for (const server of this.open) {
      this.fleet.inFlight[server]!++;
      this.algorithm.bound(server);
      this.algorithm.sent(server);
    }
  }

  /** So many times, the oldest request is over and a new one is placed. */
  decide(times: number): void {
    const { fleet, algorithm, open } = this;
    for (let time = 0; time < times; time++) {
      const done = open[this.oldest]!;
      fleet.inFlight[done]!--;
      algorithm.ended(done, 20 + (this.request % 9), true);
      this.nowMs += 0.5;
      const server = algorithm.pick(this.request++, -1);
      fleet.inFlight[server]!++;
      algorithm.sent(server);
      open[this.oldest] = server;
      this.oldest = (this.oldest + 1) % open.length;
    }
  }

  /** One server goes and comes back, with a decision after each change. */
  flap(times: number): void {
    for (let time = 0; time < times; time++) {
      for (const isEligible of [false, true]) {
        const server = (time * 7) % this.fleet.count;
        this.fleet.setEligible(server, isEligible);
        this.algorithm.changed(server);
        this.decide(1);
      }
    }
  }
}

/** Nanoseconds of processor time for one of what `work` does so many times. */
function timeOf(work: (times: number) => void): number {
  for (let times = 1; ; times *= 2) {
    const before = cpuUsage();
    work(times);
    const { user, system } = cpuUsage(before);
    const spentUs = user + system;
    if (spentUs >= 1000 * LEAST_MS) return (1000 * spentUs) / times;
  }
}

/** Medians over the rounds; the sizes take turns, so that a machine that slows down favours none. */
export function algorithmCost(name: string, rounds: number): AlgorithmCost {
  const definition = partNamed(balancingAlgorithms, name, "balancing algorithm");
  const cases = [false, true].flatMap((isMixed) => sizes.map((servers) => new Busy(definition, servers, isMixed)));
  const flapping = new Busy(definition, FLAPPING, true);
  const times = cases.map((): number[] => []);
  const changes: number[] = [];
  // The round before the first lets the compiler settle.
  for (let round = -1; round < rounds; round++) {
    for (const [at, busy] of cases.entries()) {
      const ns = timeOf((count) => busy.decide(count));
      if (round >= 0) times[at]!.push(ns);
    }
    const ns = timeOf((count) => flapping.flap(count));
    if (round >= 0) changes.push(ns / 2000);
  }
  const medians = times.map((of) => median(of));
  return {
    name,
    equalNs: medians.slice(0, sizes.length),
    mixedNs: medians.slice(sizes.length),
    changeUs: median(changes),
  };
}

/** What the algorithm's definition says of a decision. */
export const statedCost = (name: string): Growth | null =>
  statedGrowth(partNamed(balancingAlgorithms, name, "balancing algorithm").cost);

/** From 10 to 10,000 servers. */
export const growthOf = (ns: readonly number[]): number => ns[ns.length - 1]! / ns[0]!;

/**
 * The most that a decision may grow from 10 to 10,000 servers. A logarithm grows fourfold; on top of either come up to ten
 * times for the way from the processor's first cache to memory, over which the columns of 10,000 servers spread.
 */
const mostGrowth: Readonly<Record<Growth, number>> = { "O(1)": 10, "O(log n)": 40, "O(n)": Infinity };

/** Whether what was measured contradicts what is stated. */
export function contradicts({ name, equalNs, mixedNs }: AlgorithmCost): boolean {
  const most = mostGrowth[statedCost(name) ?? "O(n)"];
  return Math.max(growthOf(equalNs), growthOf(mixedNs)) > most;
}
