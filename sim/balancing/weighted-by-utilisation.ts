import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";
import { DeadlineSchedule, randomStartKnob, startOf } from "./deadline-schedule.ts";

interface Options {
  readonly blackoutMs: number;
  readonly expirationMs: number;
  readonly updateMs: number;
  readonly errorPenalty: number;
  readonly randomStart: boolean;
}

const MOST_WEIGHT = 0xffff_ffff;

/** A server's weight by its report, a whole number; null when the report says nothing. Rates are per second. */
export function weightFrom(
  ratePerSec: number,
  failedPerSec: number,
  utilisation: number,
  errorPenalty: number,
): number | null {
  if (!(ratePerSec > 0)) return null;
  const used = utilisation + (errorPenalty * failedPerSec) / ratePerSec;
  return used > 0 ? Math.max(1, Math.floor(Math.min(MOST_WEIGHT, ratePerSec / used))) : null;
}

/**
 * Envoy's client-side weighted round robin: earliest deadline first by weights that follow from reports, rate / (utilisation +
 * penalty × failures / rate). Weights are put to use at intervals. A server's weight counts once it has reported for the
 * blackout's length, and no longer than the expiration after its last report; whoever has none gets the median of the others.
 */
class WeightedByUtilisation extends Algorithm {
  private readonly context: BalancingContext;
  private readonly options: Options;
  private readonly schedule: DeadlineSchedule;
  private readonly start: number;
  private readonly reportedWeight: Float64Array;
  /** Infinite before the first report, and again when weights have expired. */
  private readonly sinceMs: Float64Array;
  private readonly lastMs: Float64Array;
  private readonly weight: Float64Array;
  private isAwake = false;
  private isFlat = true;
  private turn: number;
  private version = -1;

  constructor(context: BalancingContext, options: Options) {
    super();
    const { count } = context.fleet;
    this.context = context;
    this.options = options;
    this.schedule = new DeadlineSchedule(count);
    this.start = startOf(context.draws, options.randomStart);
    this.turn = this.start;
    this.reportedWeight = new Float64Array(count);
    this.sinceMs = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
    this.lastMs = new Float64Array(count);
    this.weight = new Float64Array(count).fill(1);
  }

  pick(_request: number, avoid: number): number {
    const { fleet } = this.context;
    if (this.version !== fleet.version) this.reweigh();
    const anybody = firstOpen(fleet, avoid);
    if (anybody < 0 || anybody === avoid) return anybody;
    if (!this.isFlat) return this.schedule.next(fleet, avoid, this.weightOf);
    for (;;) {
      const server = fleet.eligible[this.turn++ % fleet.eligibleCount]!;
      if (isOpen(fleet, server, avoid)) return server;
    }
  }

  private readonly weightOf = (server: number): number => this.weight[server]!;

  override reported(server: number): void {
    const { reports } = this.context.fleet;
    const failedPerSec = reports.failedPerSec[server]!;
    const ratePerSec = reports.answeredPerSec[server]! + failedPerSec;
    const { errorPenalty } = this.options;
    const weight = weightFrom(ratePerSec, failedPerSec, reports.utilisation[server]!, errorPenalty);
    if (weight === null) return;
    const { nowMs } = this.context.clock;
    this.reportedWeight[server] = weight;
    this.lastMs[server] = nowMs;
    if (this.sinceMs[server] === Number.POSITIVE_INFINITY) this.sinceMs[server] = nowMs;
    if (!this.isAwake) this.wakeLater();
  }

  private wakeLater(): void {
    this.isAwake = true;
    this.context.wake(this.context.clock.nowMs + this.options.updateMs);
  }

  /** Goes on for as long as there is a weight that may come into use or expire. */
  override woken(): void {
    this.isAwake = false;
    this.reweigh();
    if (this.sinceMs.some((sinceMs) => sinceMs !== Number.POSITIVE_INFINITY)) this.wakeLater();
  }

  private reweigh(): void {
    const { fleet } = this.context;
    const isNew = this.version !== fleet.version;
    this.version = fleet.version;
    const eligible = fleet.eligible.subarray(0, fleet.eligibleCount);
    const inUse = new Set(eligible.filter((server) => this.isInUse(server)));
    const median = medianOf(Float64Array.from(inUse, (server) => this.reportedWeight[server]!));
    let hasChanged = isNew;
    for (const server of eligible) {
      const weight = inUse.has(server) ? this.reportedWeight[server]! : median;
      hasChanged ||= weight !== this.weight[server];
      this.weight[server] = weight;
    }
    if (!hasChanged) return;
    this.isFlat = eligible.every((server) => this.weight[server] === this.weight[eligible[0]!]);
    if (!this.isFlat) this.schedule.fill(fleet, this.weightOf, this.start);
  }

  private isInUse(server: number): boolean {
    const { nowMs } = this.context.clock;
    if (this.sinceMs[server]! > nowMs - this.options.blackoutMs) return false;
    if (this.lastMs[server]! >= nowMs - this.options.expirationMs) return true;
    this.sinceMs[server] = Number.POSITIVE_INFINITY;
    return false;
  }

  override signalOf(server: number): number | null {
    return this.isFlat ? null : this.schedule.dueAt(server);
  }
}

/** Of an even number, the middle of the two in the middle, rounded down; 1 of none. */
function medianOf(weights: Float64Array): number {
  const sorted = weights.sort();
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : Math.floor((sorted[middle - 1]! + sorted[middle]!) / 2);
}

export const weightedByUtilisation = defineBalancing({
  name: "weighted-by-utilisation",
  aliases: ["client_side_weighted_round_robin", "weighted_round_robin"],
  summary: "The servers in turn, by weights that follow from the rate and utilisation that they report.",
  whenToUse: "Servers of unknown or changing capacity that report their utilisation.",
  products: "Envoy `client_side_weighted_round_robin`; gRPC `weighted_round_robin`.",
  cost: "O(log n); O(n log n) at each update",
  decides: {
    signal: "deadline, in rounds of weight 1 (none with equal weights)",
    rule: "the earliest",
    best: "smallest",
    tieBreak: "the one that has had this deadline for longest",
  },
  knownFlaw: "Knows the last interval, not the queue: at full load utilisation says 1 of everybody who is overloaded.",
  source: "Envoy client_side_weighted_round_robin_lb.cc and orca_weight_manager.cc, 2026; gRFC A58.",
  knobs: {
    blackoutMs: {
      unit: "ms",
      default: 10_000,
      minimum: 0,
      summary: "For how long a server must have reported before its weight counts.",
    },
    expirationMs: {
      unit: "ms",
      default: 180_000,
      minimum: 0,
      summary: "For how long a weight counts without a report.",
    },
    updateMs: { unit: "ms", default: 1000, minimum: 100, summary: "Time between two updates of the weights." },
    errorPenalty: {
      unit: "number",
      default: 1,
      minimum: 0,
      summary: "How much utilisation a share of failures counts for, so that failing fast does not pay.",
    },
    randomStart: randomStartKnob,
  },
  create: (knobs, context) => new WeightedByUtilisation(context, knobs),
});
