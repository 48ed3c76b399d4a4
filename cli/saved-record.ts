/** Records read back from files are checked in full: nothing that was cut short or edited gets into a report. */
import { z } from "zod";
import { metrics } from "../sim/metrics/catalogue.ts";
import { sessionCauses } from "../sim/metrics/causes.ts";
import { RECORD_SCHEMA_VERSION, type RunRecord } from "../sim/record.ts";
import type { Cell } from "./execute/cell.ts";

const nullable = z.number().nullable();
const numbers = z.array(z.number());
const nullables = z.array(nullable);
const cause = z.enum(sessionCauses.map(({ name }) => name));

const histogram = z.object({ bucket: numbers, count: numbers, total: z.number(), sum: z.number(), maximum: nullable });

const server = z.object({
  name: z.string(),
  weight: z.number(),
  speed: z.number(),
  workers: z.number(),
  requests: z.number(),
  busyMs: z.number(),
  utilisation: nullable,
  inFlightMean: z.number(),
  sessionsHeldMean: z.number(),
  crashes: z.number(),
});

const timeline = z.object({
  windowMs: z.number(),
  windows: z.number(),
  requestsOffered: numbers,
  requestsAnswered: numbers,
  requestsUnanswered: numbers,
  responseTimeP50Ms: nullables,
  responseTimeP90Ms: nullables,
  responseTimeP99Ms: nullables,
  responseTimeMaxMs: nullables,
  loadPeakToMean: nullables,
  loadCv: nullables,
  loadJain: nullables,
  sessionsBorn: numbers,
  sessionsLive: numbers,
  sessionsMoved: numbers,
  staleReads: numbers,
  writesLost: numbers,
  surpriseTimeouts: numbers,
  transactionsInterrupted: numbers,
  sessionsLost: z.array(z.object({ cause, count: numbers })),
  serverRequests: z.array(numbers),
  serverInFlight: z.array(numbers),
  heat: numbers,
});

const caused = z.array(z.object({ cause, count: z.number() }));
const endedEarly = z.array(
  z.object({ cause, sessions: z.number(), writes: z.number(), requests: z.number(), ms: z.number() }),
);

const record = z.object({
  schemaVersion: z.literal(RECORD_SCHEMA_VERSION),
  version: z.string(),
  scenario: z.object({ name: z.string(), hash: z.string() }),
  strategy: z.string(),
  seed: z.number(),
  durationMs: z.number(),
  warmUpMs: z.number(),
  digest: z.object({ value: z.string(), decisions: z.number(), windowSize: z.number(), windows: z.array(z.string()) }),
  metrics: z.record(z.enum(metrics.map(({ name }) => name)), nullable),
  responseTimeMs: histogram,
  sessionLifespanMs: histogram,
  lostSessionAgeMs: histogram,
  timedOutSessionAgeMs: histogram,
  sessionsLostByCause: endedEarly,
  surpriseTimeoutsByCause: endedEarly,
  staleReadsByCause: caused,
  writesLostByCause: caused,
  transactionsInterruptedByCause: caused,
  affinityOutcomes: z.record(z.enum(["N", "I", "V", "D", "E", "O", "U"]), z.number()),
  servers: z.array(server),
  timeline,
  faults: z.array(z.object({ atMs: z.number(), untilMs: nullable, kind: z.string(), target: z.string() })),
}) satisfies z.ZodType<RunRecord>;

/** The record in `text`; null when it is not whole, of another schema, or not the record of `cell`. */
export function parseRecord(text: string, { strategy, seed, scenarioHash }: Cell): RunRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = record.safeParse(value).data;
  const isIts = parsed?.strategy === strategy.name && parsed.seed === seed && parsed.scenario.hash === scenarioHash;
  return parsed !== undefined && isIts ? parsed : null;
}
