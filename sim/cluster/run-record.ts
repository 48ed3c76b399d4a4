/** The run record of a simulation that is over: every metric of the catalogue by its definition there. */

import type { MetricName } from "../metrics/catalogue.ts";
import { quantileOf } from "../metrics/histogram.ts";
import { MeasuredCauses } from "../metrics/measured-causes.ts";
import { ANSWERED, FAILED, REFUSED, TIMED_OUT } from "../metrics/meter.ts";
import { skewOf } from "../metrics/skew.ts";
import { affinityLetters, RECORD_SCHEMA_VERSION, type RunRecord, type ServerRecord } from "../record.ts";
import { VERSION } from "../version.ts";
import type { Integrals } from "./integrals.ts";
import { FLOATS, SPEED } from "./servers.ts";
import type { Simulation } from "./simulation.ts";

/** Below this many samples a p99.9 rests on fewer than ten values. */
const SAMPLES_FOR_P999 = 10_000;

export interface RunIdentity {
  readonly scenarioHash: string;
  readonly strategy: string;
  readonly seed: number;
}

/** @throws Error when the run is not over. */
export function recordOf(simulation: Simulation, { scenarioHash, strategy, seed }: RunIdentity): RunRecord {
  const { scenario, meter, ledger } = simulation;
  if (simulation.nowMs < scenario.durationMs) {
    throw new Error(`record: the run stands at ${simulation.nowMs} of ${scenario.durationMs} ms`);
  }
  const measured = difference(simulation.integrals(), simulation.integralsAtStart);
  const causes = new MeasuredCauses(ledger.counts, simulation.countsAtStart);
  return {
    schemaVersion: RECORD_SCHEMA_VERSION,
    version: VERSION,
    scenario: { name: scenario.name, hash: scenarioHash },
    strategy,
    seed,
    durationMs: scenario.durationMs,
    warmUpMs: scenario.warmUpMs,
    digest: simulation.balancers.decider.digest.record(),
    metrics: metricsOf(simulation, measured, causes),
    responseTimeMs: meter.responseTimeMs.record(),
    sessionLifespanMs: ledger.lifespanMs.record(),
    lostSessionAgeMs: ledger.lostAgeMs.record(),
    timedOutSessionAgeMs: ledger.timedOutAgeMs.record(),
    sessionsLostByCause: causes.work("sessionsLost", "lostWork"),
    surpriseTimeoutsByCause: causes.work("surpriseTimeouts", "timedOutWork"),
    staleReadsByCause: causes.counts("staleReads"),
    writesLostByCause: causes.counts("writesLost"),
    transactionsInterruptedByCause: causes.counts("transactionsInterrupted"),
    affinityOutcomes: Object.fromEntries(
      affinityLetters.map((letter, index) => [letter, meter.outcomes[index]!]),
    ) as RunRecord["affinityOutcomes"],
    servers: serversOf(simulation, measured),
    timeline: simulation.timeline.record(),
    faults: simulation.outages.record(scenario.durationMs),
  };
}

function difference(end: Integrals, start: Integrals): Integrals {
  const minus = (a: Float64Array, b: Float64Array) => a.map((value, i) => value - b[i]!);
  return {
    atMs: end.atMs - start.atMs,
    busyMs: minus(end.busyMs, start.busyMs),
    inSystemMs: minus(end.inSystemMs, start.inSystemMs),
    upMs: minus(end.upMs, start.upMs),
    heldMs: minus(end.heldMs, start.heldMs),
    arrived: minus(end.arrived, start.arrived),
    liveMs: end.liveMs - start.liveMs,
    byteMs: end.byteMs - start.byteMs,
  };
}

function serversOf({ servers }: Simulation, measured: Integrals): ServerRecord[] {
  return servers.names.map((name, server) => {
    const availableMs = measured.upMs[server]! * servers.workers[server]!;
    return {
      name,
      weight: servers.weight[server]!,
      speed: servers.floats[server * FLOATS + SPEED]!,
      workers: servers.workers[server]!,
      requests: measured.arrived[server]!,
      busyMs: measured.busyMs[server]!,
      utilisation: availableMs > 0 ? measured.busyMs[server]! / availableMs : null,
      inFlightMean: measured.inSystemMs[server]! / measured.atMs,
      sessionsHeldMean: measured.heldMs[server]! / measured.atMs,
      crashes: servers.crashes[server]!,
    };
  });
}

const inSeconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

function metricsOf(
  simulation: Simulation,
  measured: Integrals,
  causes: MeasuredCauses,
): Record<MetricName, number | null> {
  const { servers, meter, ledger, state } = simulation;
  const { counts } = ledger;
  const before = simulation.countsAtStart;
  const measuredSec = measured.atMs / 1000;

  // A server that was up for part of the time only is expected to carry that part of its share.
  const share = servers.weight.map((weight, server) => (weight * measured.upMs[server]!) / measured.atMs);
  const capacity = share.map((_, server) => measured.upMs[server]! * servers.workers[server]!);
  const availableMs = servers.workers.reduce((sum, workers, server) => sum + workers * measured.upMs[server]!, 0);
  const busyMs = measured.busyMs.reduce((sum, busy) => sum + busy, 0);
  const utilisations = Array.from(measured.busyMs, (busy, server) =>
    measured.upMs[server]! > 0 ? busy / (measured.upMs[server]! * servers.workers[server]!) : 0,
  );
  const load = skewOf(measured.arrived, share);

  const ended = [ANSWERED, REFUSED, FAILED, TIMED_OUT].map((how) => meter.endedMeasured(how));
  const answered = ended[ANSWERED]!;
  const unanswered = ended[REFUSED]! + ended[FAILED]! + ended[TIMED_OUT]!;
  const times = meter.responseTimeMs.record();
  const perAnswer = (sum: number) => (answered === 0 ? null : sum / answered);
  const completed = counts.completed - before.completed;
  const timedOut = counts.timedOut - before.timedOut;
  const abandoned = counts.abandoned - before.abandoned;
  const lost = counts.lost - before.lost;
  const sessionsEnded = completed + timedOut + abandoned + lost;

  return {
    loadPeakToMean: load.peakToMean,
    loadCv: load.cv,
    loadJain: load.jain,
    busyPeakToMean: skewOf(measured.busyMs, capacity).peakToMean,
    inFlightPeakToMean: skewOf(measured.inSystemMs, share).peakToMean,
    sessionsHeldPeakToMean: skewOf(measured.heldMs, share).peakToMean,
    utilisation: availableMs === 0 ? null : busyMs / availableMs,
    utilisationMax: availableMs === 0 ? null : utilisations.reduce((peak, x) => Math.max(peak, x), 0),
    sessionsBorn: counts.born - before.born,
    sessionsLive: measured.liveMs / measured.atMs,
    sessionsCompleted: completed,
    sessionsTimedOut: timedOut,
    sessionsAbandoned: abandoned,
    sessionsLost: lost,
    sessionsLostFraction: sessionsEnded === 0 ? null : lost / sessionsEnded,
    writesLost: counts.writesLost - before.writesLost,
    writesRestored: counts.writesRestored - before.writesRestored,
    staleReads: counts.staleReads - before.staleReads,
    writeConflicts: counts.conflicts - before.conflicts,
    sessionsMoved: counts.moved - before.moved,
    reloginCount: counts.relogins - before.relogins,
    surpriseTimeouts: counts.surpriseTimeouts - before.surpriseTimeouts,
    transactionsInterrupted: counts.transactionsInterrupted - before.transactionsInterrupted,
    workLostMeanRequests: causes.meanOf("lostWork", "requests", lost),
    workLostMeanSec: inSeconds(causes.meanOf("lostWork", "ms", lost)),
    workLostP90Sec: inSeconds(quantileOf(ledger.lostAgeMs.record(), 0.9)),
    timeoutWorkMeanRequests: causes.meanOf("timedOutWork", "requests", timedOut),
    timeoutWorkMeanSec: inSeconds(causes.meanOf("timedOutWork", "ms", timedOut)),
    responseTimeMeanMs: perAnswer(times.sum),
    responseTimeP50Ms: quantileOf(times, 0.5),
    responseTimeP90Ms: quantileOf(times, 0.9),
    responseTimeP99Ms: quantileOf(times, 0.99),
    responseTimeP999Ms: times.total < SAMPLES_FOR_P999 ? null : quantileOf(times, 0.999),
    responseTimeMaxMs: times.maximum,
    networkMeanMs: perAnswer(meter.networkMs),
    heldMeanMs: perAnswer(meter.heldMs),
    waitingMeanMs: perAnswer(meter.waitingMs),
    serviceMeanMs: perAnswer(meter.serviceMs),
    stateMeanMs: perAnswer(meter.stateMs),
    requestsOffered: meter.offeredMeasured,
    requestsAnswered: answered,
    requestsRefused: ended[REFUSED]!,
    requestsFailed: ended[FAILED]!,
    requestsTimedOut: ended[TIMED_OUT]!,
    requestsInFlight: meter.offeredMeasured - answered - unanswered,
    throughputPerSec: answered / measuredSec,
    goodputPerSec: meter.fresh / measuredSec,
    errorFraction: answered + unanswered === 0 ? null : unanswered / (answered + unanswered),
    retries: meter.retries,
    redispatches: meter.redispatches,
    replicationMessages: meter.replicationMessages,
    replicationBytes: meter.replicationBytes,
    storeOperations: meter.storeOperations,
    cookieBytes: meter.cookieBytes,
    revokedReads: meter.revokedReads,
    balancerMessages: meter.balancerMessages,
    zoneCrossings: meter.zoneCrossings,
    sessionMemoryBytes: (measured.byteMs / measured.atMs) * state.copies(servers.upCount),
  };
}
