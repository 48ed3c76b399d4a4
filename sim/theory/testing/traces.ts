/** Small recorded traces, cut into chunks anyhow. */
import fc from "fast-check";
import type { RunInput, RunRecord } from "../../index.ts";
import type { TraceChunk } from "../../workload/trace.ts";
import { TraceWriter } from "../../workload/trace-writer.ts";
import { engine } from "./engine.ts";

export interface RecordedRequest {
  readonly atMs: number;
  readonly writes: boolean;
}
/** Requests in the order of time, at least one. */
export interface RecordedSession {
  readonly address: number;
  readonly requests: readonly RecordedRequest[];
}

/** Silence after which a session is known to be over. */
const GAP_MS = 400;

/** The sessions as a trace in chunks of at most `chunkRequests` requests, as a reader would hand them out. */
export function chunksOf(sessions: readonly RecordedSession[], chunkRequests: number): readonly TraceChunk[] {
  const writer = new TraceWriter(chunkRequests);
  const begun = [...sessions].sort((a, b) => a.requests[0]!.atMs - b.requests[0]!.atMs);
  const requests = begun
    .flatMap((session, ordinal) =>
      session.requests.map((request, number) => ({ ...request, session, ordinal, number })),
    )
    .sort((a, b) => a.atMs - b.atMs || a.ordinal - b.ordinal || a.number - b.number);
  const lastAtMs = requests[requests.length - 1]?.atMs ?? 0;
  const ends = begun
    .map((session, ordinal) => {
      const last = session.requests[session.requests.length - 1]!.atMs;
      return { session: ordinal, requests: session.requests.length, lastAtMs: last, silentAtMs: last + GAP_MS };
    })
    .sort((a, b) => a.silentAtMs - b.silentAtMs || a.session - b.session);
  let ended = 0;
  const endThoseSilentAt = (nowMs: number) => {
    for (let end = ends[ended]; end !== undefined && end.silentAtMs <= nowMs; end = ends[++ended]) {
      writer.end({ ...end, knownAtMs: Math.min(end.silentAtMs, nowMs) });
    }
  };
  for (const { atMs, writes, session, ordinal, number } of requests) {
    endThoseSilentAt(atMs);
    writer.request({
      atMs,
      session: ordinal,
      isFirst: number === 0,
      writes,
      address: session.address,
      url: 1 + (number % 3),
      responseBytes: 0,
    });
  }
  for (const end of ends.slice(ended)) writer.end({ ...end, knownAtMs: lastAtMs });
  writer.cut();
  const chunks: TraceChunk[] = [];
  for (let chunk = writer.take(); chunk !== undefined; chunk = writer.take()) chunks.push(chunk);
  return chunks;
}

/** Sessions that begin before `untilMs`; some of their requests come at the same moment. */
export const recordedSessions = (untilMs: number): fc.Arbitrary<readonly RecordedSession[]> =>
  fc.array(
    fc
      .record({
        address: fc.integer({ min: 1, max: 5 }),
        startMs: fc.integer({ min: 0, max: untilMs }),
        gaps: fc.array(fc.record({ gapMs: fc.constantFrom(0, 1, 30, 200), writes: fc.boolean() }), {
          minLength: 1,
          maxLength: 6,
        }),
      })
      .map(({ address, startMs, gaps }) => {
        let atMs = startMs;
        return { address, requests: gaps.map(({ gapMs, writes }) => ({ atMs: (atMs += gapMs), writes })) };
      }),
    { maxLength: 25 },
  );

/** A whole run of a scenario whose only trace is `chunks`, stopping at each of `stops` on the way. */
export function replay(input: RunInput, chunks: readonly TraceChunk[], stops: readonly number[] = []): RunRecord {
  const simulation = new engine.Simulation(input);
  let next = 0;
  for (const untilMs of [...stops, Infinity]) {
    while (simulation.advance(untilMs) === "trace") simulation.feed(chunks[next++] ?? null);
  }
  return simulation.record();
}
