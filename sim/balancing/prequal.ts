import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";
import { PlaceSampler } from "./place-sampler.ts";
import { ProbePool, RecentQuantile } from "./probe-pool.ts";

interface Options {
  readonly poolSize: number;
  readonly probesPerRequest: number;
  readonly removalsPerRequest: number;
  readonly hotFraction: number;
  readonly maximumAgeMs: number;
  readonly reuseExcess: number;
}

/** How often an answer may be used, so that those who use and those who remove together empty what probes fill. */
export function reuseBudget(
  servers: number,
  { poolSize, probesPerRequest, removalsPerRequest, reuseExcess }: Omit<Options, "hotFraction" | "maximumAgeMs">,
): number {
  const filled = (1 - poolSize / servers) * probesPerRequest - removalsPerRequest;
  return filled > 0 ? Math.max(1, (1 + reuseExcess) / filled) : Number.POSITIVE_INFINITY;
}

/** Answers whose numbers of requests make the distribution. The paper says recent ones, and not how many. */
const RECENT = 64;
/** Orders hot answers behind all cold ones, in what `signalOf` shows. */
const HOT_MS = 86_400_000;

/**
 * Prequal: with each request some servers are probed, and the request goes by the pool of answers to earlier probes: to the
 * cold one with the least latency, or, when all are hot, to the one with the fewest requests. Hot is who has more requests
 * than the given share of the recent answers. With fewer than two answers in the pool, at random.
 *
 * Left out: probes at a least rate while no requests come.
 */
class Prequal extends Algorithm {
  private readonly context: BalancingContext;
  private readonly options: Options;
  private readonly pool: ProbePool;
  private readonly requests = new RecentQuantile(RECENT);
  private readonly sampler: PlaceSampler;
  private readonly places: Int32Array;
  private decisions = 0;
  private answers = 0;
  /** Whole and broken probes and removals that are due. */
  private probesDue = 0;
  private removalsDue = 0;
  private removesOldest = false;

  constructor(context: BalancingContext, options: Options) {
    super();
    this.context = context;
    this.options = options;
    this.pool = new ProbePool(options.poolSize);
    this.sampler = new PlaceSampler(context.fleet.count);
    this.places = new Int32Array(context.fleet.count);
  }

  pick(_request: number, avoid: number): number {
    const { fleet, draws, clock } = this.context;
    draws.at(0, this.decisions++);
    this.pool.removeOlderThan(clock.nowMs - this.options.maximumAgeMs);
    const best = this.pool.count < 2 ? -1 : this.best(avoid);
    const server = best < 0 ? firstOpen(fleet, avoid, draws.below(fleet.eligibleCount)) : this.pool.server[best]!;
    if (best >= 0) this.pool.use(best);
    this.removeSome();
    this.probeSome();
    return server;
  }

  private best(avoid: number): number {
    const { pool } = this;
    const hotAbove = this.requests.at(this.options.hotFraction);
    let best = -1;
    for (let at = 0; at < pool.count; at++) {
      if (!isOpen(this.context.fleet, pool.server[at]!, avoid)) continue;
      if (best < 0 || pool.isBetter(at, best, hotAbove)) best = at;
    }
    return best;
  }

  /** The worst and the oldest in turn. */
  private removeSome(): void {
    this.removalsDue += this.options.removalsPerRequest;
    for (; this.removalsDue >= 1; this.removalsDue--) {
      if (this.pool.count > 0) {
        this.pool.remove(this.removesOldest ? 0 : this.pool.worst(this.requests.at(this.options.hotFraction)));
      }
      this.removesOldest = !this.removesOldest;
    }
  }

  private probeSome(): void {
    const { fleet, draws, probes } = this.context;
    this.probesDue += this.options.probesPerRequest;
    const whole = Math.floor(this.probesDue);
    this.probesDue -= whole;
    const probed = Math.min(whole, fleet.eligibleCount);
    this.sampler.sample(probed, fleet.eligibleCount, draws, this.places);
    for (let i = 0; i < probed; i++) probes.ask(fleet.eligible[this.places[i]!]!);
  }

  override probed(server: number, inSystem: number, responseTimeMs: number): void {
    const { fleet, draws, clock } = this.context;
    if (fleet.isEligible[server] === 0) return;
    this.requests.add(inSystem);
    // Rounded up or down at random, so that the mean is the budget.
    const budget = reuseBudget(fleet.eligibleCount, this.options) + draws.at(1, this.answers++).uniform();
    const uses = budget === Number.POSITIVE_INFINITY ? budget : Math.floor(budget);
    // Who has answered nothing yet is worth trying.
    this.pool.add(server, inSystem, Number.isNaN(responseTimeMs) ? 0 : responseTimeMs, clock.nowMs, uses);
  }

  override sent(server: number): void {
    this.pool.countSent(server);
  }

  override changed(server: number): void {
    if (this.context.fleet.isEligible[server] === 0) this.pool.removeServer(server);
  }

  override signalOf(server: number): number | null {
    const { pool } = this;
    const hotAbove = this.requests.at(this.options.hotFraction);
    let best = -1;
    for (let at = 0; at < pool.count; at++) {
      if (pool.server[at] === server && (best < 0 || pool.isBetter(at, best, hotAbove))) best = at;
    }
    if (best < 0) return null;
    return pool.inSystem[best]! > hotAbove ? HOT_MS + pool.inSystem[best]! : pool.latencyMs[best]!;
  }
}

export const prequal = defineBalancing({
  name: "prequal",
  aliases: ["hot-cold-lexicographic"],
  summary:
    "Probes a few servers with each request and goes by the freshest answers: least latency among the not too busy.",
  whenToUse: "Servers whose capacity changes under them, at high load.",
  products: "Google's Prequal (YouTube).",
  cost: "O(pool + probes)",
  decides: {
    signal: "the latency in ms that the server gave last; a day and the number of its requests where that is hot",
    rule: "the smallest in the pool of answers",
    best: "smallest",
    among: "drawn",
    tieBreak: "the older answer; with fewer than two answers, a server at random",
  },
  knownFlaw: "Costs three messages each way for a request; answers age between probe and use.",
  source: "Wydrowski, Kleinberg, Rumble and Archer, “Load is not what you should balance”, NSDI 2024.",
  knobs: {
    poolSize: { unit: "count", default: 16, minimum: 2, maximum: 1000, summary: "Answers kept, at most." },
    probesPerRequest: { unit: "number", default: 3, minimum: 0, maximum: 1000, summary: "Probes sent with a request." },
    removalsPerRequest: {
      unit: "number",
      default: 1,
      minimum: 0,
      maximum: 1000,
      summary: "Answers thrown away with a request, the worst and the oldest in turn.",
    },
    hotFraction: {
      unit: "fraction",
      default: 0.84,
      minimum: 0,
      maximum: 1,
      summary: "Hot is who has more requests than this share of recent answers: 0 goes by requests, 1 by latency.",
    },
    maximumAgeMs: { unit: "ms", default: 1000, minimum: 0, summary: "Answers that are older are thrown away." },
    reuseExcess: {
      unit: "number",
      default: 1,
      minimum: 0,
      maximum: 1000,
      summary: "δ: the larger, the more often an answer may be used.",
    },
  },
  create: (knobs, context) => new Prequal(context, knobs),
});
