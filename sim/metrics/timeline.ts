/** What happened in each window of time: differences of the running counts, taken whenever a window ends. */
import { ARRIVED, FLOATS, IN_SYSTEM_MS, INTS, type Servers } from "../cluster/servers.ts";
import type { TimelineRecord } from "../record.ts";
import { sessionCauses } from "./causes.ts";
import { bucketLow, Histogram, quantileOf } from "./histogram.ts";
import type { Ledger } from "./ledger.ts";
import type { LedgerCounts } from "./ledger-counts.ts";
import { ANSWERED, FAILED, type Meter, REFUSED, TIMED_OUT } from "./meter.ts";
import { skewOf } from "./skew.ts";

/** Beyond this many servers the record keeps no columns per server. */
const MOST_SERVERS = 256;
/** Bands of the heat map: each a quarter of an octave, the first below 2^-10 ms. */
const BANDS_PER_OCTAVE = 4;
const LOWEST_OCTAVE = -10;

type Column = (number | null)[];

export class Timeline {
  /** Of the present window. */
  readonly responseTimeMs = new Histogram();
  /**
   * While there may be answers to requests from before the end of warm-up, measured answers have to be added to the
   * meter's histogram one by one. After that, each window's are added when it ends.
   */
  isMixed: boolean;
  private readonly warmUpMs: number;
  private readonly windowMs: number;
  private readonly servers: Servers;
  private readonly ledger: Ledger;
  private readonly meter: Meter;
  private startMs = 0;
  private windows = 0;
  private before: LedgerCounts;
  private offeredBefore = 0;
  private readonly endedBefore = new Float64Array(4);
  private arrivedBefore: Float64Array;
  private inSystemBefore: Float64Array;
  private readonly share: Float64Array;
  private liveMsBefore = 0;

  private readonly offered: number[] = [];
  private readonly answered: number[] = [];
  private readonly unanswered: number[] = [];
  private readonly p50: Column = [];
  private readonly p90: Column = [];
  private readonly p99: Column = [];
  private readonly maximum: Column = [];
  private readonly peakToMean: Column = [];
  private readonly cv: Column = [];
  private readonly jain: Column = [];
  private readonly born: number[] = [];
  private readonly live: number[] = [];
  private readonly moved: number[] = [];
  private readonly stale: number[] = [];
  private readonly writesLost: number[] = [];
  private readonly timeouts: number[] = [];
  private readonly interrupted: number[] = [];
  private readonly lost: number[][] = sessionCauses.map(() => []);
  private readonly serverRequests: number[][];
  private readonly serverInFlight: number[][];
  private readonly heat: number[] = [];

  constructor(windowMs: number, warmUpMs: number, servers: Servers, ledger: Ledger, meter: Meter) {
    this.windowMs = windowMs;
    this.warmUpMs = warmUpMs;
    this.isMixed = warmUpMs > 0;
    this.servers = servers;
    this.ledger = ledger;
    this.meter = meter;
    this.before = ledger.counts.copy();
    this.arrivedBefore = new Float64Array(servers.count);
    this.inSystemBefore = new Float64Array(servers.count);
    this.share = new Float64Array(servers.count);
    const columns = servers.count <= MOST_SERVERS ? servers.count : 0;
    this.serverRequests = Array.from({ length: columns }, () => []);
    this.serverInFlight = Array.from({ length: columns }, () => []);
  }

  /** Closes the window that ends now. */
  endWindow(nowMs: number): void {
    const { ledger, meter, servers } = this;
    const elapsedMs = nowMs - this.startMs;
    if (elapsedMs === 0) return;
    const { counts } = ledger;
    const { before } = this;
    const ended = (how: number) => meter.ended[how]! - this.endedBefore[how]!;
    this.offered.push(meter.offered - this.offeredBefore);
    this.answered.push(ended(ANSWERED));
    this.unanswered.push(ended(REFUSED) + ended(FAILED) + ended(TIMED_OUT));
    this.born.push(counts.born - before.born);
    this.moved.push(counts.moved - before.moved);
    this.stale.push(counts.staleReads - before.staleReads);
    this.writesLost.push(counts.writesLost - before.writesLost);
    this.timeouts.push(counts.surpriseTimeouts - before.surpriseTimeouts);
    this.interrupted.push(counts.transactionsInterrupted - before.transactionsInterrupted);
    this.lost.forEach((column, code) => {
      column.push(counts.caused.sessionsLost[code]! - before.caused.sessionsLost[code]!);
    });
    ledger.settle(nowMs);
    this.live.push((ledger.liveMs - this.liveMsBefore) / elapsedMs);
    this.closeServers(elapsedMs);
    this.closeLatency();
    this.isMixed = nowMs < this.warmUpMs || meter.unmeasuredInFlight > 0;
    this.before = counts.copy();
    this.offeredBefore = meter.offered;
    this.endedBefore.set(meter.ended);
    this.liveMsBefore = ledger.liveMs;
    this.inSystemBefore = servers.column(IN_SYSTEM_MS);
    this.arrivedBefore = servers.arrivals();
    this.startMs = nowMs;
    this.windows++;
  }

  private closeServers(elapsedMs: number): void {
    const { servers } = this;
    const requests = new Float64Array(servers.count);
    for (let server = 0; server < servers.count; server++) {
      servers.settle(server);
      requests[server] = servers.ints[server * INTS + ARRIVED]! - this.arrivedBefore[server]!;
      this.share[server] = servers.isOpen(server) ? servers.weight[server]! : 0;
      this.serverRequests[server]?.push(requests[server]!);
      this.serverInFlight[server]?.push(
        (servers.floats[server * FLOATS + IN_SYSTEM_MS]! - this.inSystemBefore[server]!) / elapsedMs,
      );
    }
    const skew = skewOf(requests, this.share);
    this.peakToMean.push(skew.peakToMean);
    this.cv.push(skew.cv);
    this.jain.push(skew.jain);
  }

  private closeLatency(): void {
    const record = this.responseTimeMs.record();
    this.p50.push(quantileOf(record, 0.5));
    this.p90.push(quantileOf(record, 0.9));
    this.p99.push(quantileOf(record, 0.99));
    this.maximum.push(record.maximum);
    const bands = new Map<number, number>();
    this.responseTimeMs.forEach((bucket, count) => {
      const band = bandOf(bucketLow(bucket));
      bands.set(band, (bands.get(band) ?? 0) + count);
    });
    for (const [band, count] of bands) this.heat.push(this.windows, band, count);
    if (!this.isMixed) this.meter.responseTimeMs.merge(this.responseTimeMs);
    this.responseTimeMs.clear();
  }

  record(): TimelineRecord {
    return {
      windowMs: this.windowMs,
      windows: this.windows,
      requestsOffered: this.offered,
      requestsAnswered: this.answered,
      requestsUnanswered: this.unanswered,
      responseTimeP50Ms: this.p50,
      responseTimeP90Ms: this.p90,
      responseTimeP99Ms: this.p99,
      responseTimeMaxMs: this.maximum,
      loadPeakToMean: this.peakToMean,
      loadCv: this.cv,
      loadJain: this.jain,
      sessionsBorn: this.born,
      sessionsLive: this.live,
      sessionsMoved: this.moved,
      staleReads: this.stale,
      writesLost: this.writesLost,
      surpriseTimeouts: this.timeouts,
      transactionsInterrupted: this.interrupted,
      sessionsLost: sessionCauses.flatMap(({ name }, code) =>
        this.lost[code]!.some((count) => count > 0) ? [{ cause: name, count: this.lost[code]! }] : [],
      ),
      serverRequests: this.serverRequests,
      serverInFlight: this.serverInFlight,
      heat: this.heat,
    };
  }
}

/** The heat map's band of a response time; band b begins at `bandLowMs(b)`. */
export function bandOf(responseTimeMs: number): number {
  let band = 0;
  // Band edges are sums of halves and squares of two, found by comparison: no logarithm, so no engine can differ.
  while (responseTimeMs >= bandLowMs(band + 1)) band++;
  return band;
}

/** Lower edge of band `band` in ms: 2^-10 × 2^(band / 4), the first band reaching down to 0. */
export function bandLowMs(band: number): number {
  if (band === 0) return 0;
  const quarter = band % BANDS_PER_OCTAVE;
  let edge = QUARTER_OCTAVE[quarter]!;
  for (let octave = LOWEST_OCTAVE + (band - quarter) / BANDS_PER_OCTAVE; octave > 0; octave--) edge *= 2;
  for (let octave = LOWEST_OCTAVE + (band - quarter) / BANDS_PER_OCTAVE; octave < 0; octave++) edge /= 2;
  return edge;
}

/** 2^(0 / 4) … 2^(3 / 4); square roots are exact everywhere. */
const QUARTER_OCTAVE = [1, Math.sqrt(Math.SQRT2), Math.SQRT2, Math.SQRT2 * Math.sqrt(Math.SQRT2)];
