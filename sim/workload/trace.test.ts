/** What the engine makes of a recorded trace. */
import { describe, expect, it } from "vitest";
import { scenarioOf, strategyOf } from "../bench/public-path.ts";
import { type RunRecord, type Scenario, Simulation } from "../index.ts";
import { traceFromText } from "./access-log-text.ts";
import type { TraceOptions } from "./trace.ts";

const two = (value: number) => String(value).padStart(2, "0");

/** An hour of thirty clients that come and go, with pauses on both sides of a gap of five minutes. */
const log = Array.from({ length: 1500 }, (_, index) => {
  const second = Math.floor(index * 2.4);
  const client = ((index * 7919) % 1000) % (index % 3 === 0 ? 30 : 4);
  const clock = `10:${two(Math.floor(second / 60))}:${two(second % 60)}`;
  const method = index % 5 === 0 ? "POST" : "GET";
  return `10.0.0.${client} - - [01/May/2024:${clock} +0000] "${method} /${index % 40} HTTP/1.1" 200 900`;
}).join("\n");

function replayed(options: Partial<TraceOptions> = {}): { record: RunRecord; requests: number; sessions: number } {
  const base = scenarioOf({ servers: 3, sessionsPerMs: 1, durationMs: 3_600_000, requestsPerSession: 1, thinkMs: 0 });
  const [population] = base.populations;
  const scenario: Scenario = {
    ...base,
    warmUpMs: 0,
    populations: [{ ...population!, arrivals: { process: "trace" }, serviceMs: { law: "exponential", mean: 400 } }],
  };
  const simulation = new Simulation({ scenario, strategy: strategyOf("jsq"), seed: 3, scenarioHash: "" });
  const trace = traceFromText(log, { sessionGapMs: 300_000, ...options });
  while (simulation.advance(Infinity) === "trace") simulation.feed(trace.chunks.next().value ?? null);
  return { record: simulation.record(), ...trace.report() };
}

describe("a recorded trace in the engine", () => {
  const { record, requests, sessions } = replayed();

  it("sends every request of the trace, and every session of it begins and is complete", () => {
    expect(requests).toBe(1500);
    expect(record.metrics.requestsOffered).toBe(requests);
    expect(record.metrics.requestsAnswered).toBe(requests);
    expect(sessions).toBeGreaterThan(30);
    // Without affinity a request that meets another server than its session's loses it and logs in again.
    expect(record.metrics.sessionsBorn).toBe(sessions + record.metrics.reloginCount!);
  });

  it.each([1, 7, 100, 1_000_000])("gives the same record, to the last byte, in chunks of %i", (chunkRequests) => {
    expect(replayed({ chunkRequests }).record).toEqual(record);
  });

  it("is a function of the log: another time scale is another run", () => {
    expect(replayed({ timeScale: 0.5 }).record.digest.value).not.toBe(record.digest.value);
  });
});
