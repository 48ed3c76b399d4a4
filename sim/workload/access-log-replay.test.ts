import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AccessLogReplay } from "./access-log-replay.ts";
import { traceFromText } from "./access-log-text.ts";
import type { TraceChunk, TraceOptions } from "./trace.ts";

/** A line of the common format at so many seconds after midnight of 1 May 2024. */
function line(second: number, host: string, request = "GET / HTTP/1.1", agent?: string): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const day = two(1 + second / 86_400);
  const clock = `${two((second / 3600) % 24)}:${two((second / 60) % 60)}:${two(second % 60)}`;
  const common = `${host} - - [${day}/May/2024:${clock} +0000] "${request}" 200 100`;
  return agent === undefined ? common : `${common} "-" "${agent}"`;
}

function replayed(lines: readonly string[], options: Partial<TraceOptions> = {}) {
  const trace = traceFromText(lines.join("\n"), options);
  const chunks = [...trace.chunks];
  return { chunks, report: trace.report(), ...joined(chunks) };
}

function joined(chunks: readonly TraceChunk[]) {
  const all = (column: (chunk: TraceChunk) => Iterable<number>) => chunks.flatMap((chunk) => [...column(chunk)]);
  return {
    atMs: all((chunk) => chunk.atMs),
    session: all((chunk) => chunk.session),
    first: all((chunk) => chunk.first),
    writes: all((chunk) => chunk.writes),
    address: all((chunk) => chunk.address),
    url: all((chunk) => chunk.url),
    responseBytes: all((chunk) => chunk.responseBytes),
    endedSession: all((chunk) => chunk.endedSession),
    endedRequests: all((chunk) => chunk.endedRequests),
    endedLastAtMs: all((chunk) => chunk.endedLastAtMs),
    endedKnownAtMs: all((chunk) => chunk.endedKnownAtMs),
  };
}

/** A few clients, pauses from none to over the gap, stamps up to 20 s late, some lines malformed. */
const someLines = fc
  .array(fc.tuple(fc.nat(5), fc.oneof(fc.nat(2), fc.nat(2000)), fc.nat(20), fc.nat(9)), { maxLength: 120 })
  .map((steps) => {
    let now = 3600;
    return steps.map(([client, pause, late, luck]) =>
      luck === 0
        ? "cut"
        : line((now += pause) - late, `10.0.0.${client}`, luck < 3 ? "POST /b HTTP/1.1" : "GET /a HTTP/1.1"),
    );
  });

const isAscending = (times: readonly number[]) =>
  times.every((time, index) => index === 0 || times[index - 1]! <= time);

describe("the replay of an access log", () => {
  it("begins at 0 and spreads the requests of one second over that second", () => {
    const { atMs } = replayed([
      line(50, "a"),
      line(50, "b"),
      line(51, "a"),
      line(51, "b"),
      line(51, "c"),
      line(51, "d"),
    ]);
    expect(atMs).toEqual([0, 500, 1000, 1250, 1500, 1750]);
  });

  it("puts lines that are stamped earlier back into their place", () => {
    const { session, url, report } = replayed([
      line(50, "a", "GET /1"),
      line(52, "b", "GET /2"),
      line(51, "c", "GET /3"),
    ]);
    expect(session).toEqual([0, 1, 2]);
    expect(url).toEqual([1, 2, 3]);
    expect(report.outOfOrder).toBe(1);
    expect(report.clamped).toBe(0);
  });

  it("takes a client with a user agent for another than the same address with another agent", () => {
    const { session, address } = replayed([
      line(1, "10.0.0.1", "GET /", "Firefox"),
      line(2, "10.0.0.1", "GET /", "Chrome"),
      line(3, "10.0.0.1", "GET /", "Firefox"),
    ]);
    expect(session).toEqual([0, 1, 0]);
    expect(new Set(address).size).toBe(1);
  });

  it("marks what writes, and numbers URLs without their query", () => {
    const requests = ["GET /a?x=1", "HEAD /a", "POST /b", "PUT /b", "PATCH /b", "DELETE /b", "OPTIONS /a?x=2"];
    const { writes, url } = replayed(requests.map((request, second) => line(second, "a", `${request} HTTP/1.1`)));
    expect(writes).toEqual([0, 0, 1, 1, 1, 1, 0]);
    expect(url).toEqual([1, 1, 2, 2, 2, 2, 1]);
  });

  it("scales virtual time but measures silence on the log's own clock", () => {
    const lines = [line(0, "a"), line(1799, "a"), line(1799 + 1800, "a")];
    const { atMs, session } = replayed(lines, { timeScale: 0.01 });
    expect(session).toEqual([0, 0, 1]);
    expect(atMs).toEqual([0, 17_990, 35_990]);
  });

  it("says of every session when it was known to be over: at the full gap, or at the end of the log", () => {
    const { endedSession, endedRequests, endedLastAtMs, endedKnownAtMs } = replayed([
      line(0, "a"),
      line(10, "a"),
      line(4000, "b"),
      line(4000, "c"),
    ]);
    expect(endedSession).toEqual([0, 1, 2]);
    expect(endedRequests).toEqual([2, 1, 1]);
    expect(endedLastAtMs).toEqual([10_000, 4_000_000, 4_000_500]);
    expect(endedKnownAtMs).toEqual([1_810_000, 4_000_500, 4_000_500]);
  });

  it("keeps every promise of the contract, for any log and any size of chunks", () => {
    fc.assert(
      fc.property(someLines, fc.integer({ min: 1, max: 50 }), (lines, chunkRequests) => {
        const { chunks, report, ...trace } = replayed(lines, { chunkRequests });
        expect(isAscending(trace.atMs)).toBe(true);
        expect(isAscending(trace.endedKnownAtMs)).toBe(true);
        expect(trace.first.filter((first) => first === 1)).toHaveLength(report.sessions);
        // Dense ordinals by first appearance.
        expect(trace.session.filter((_, at) => trace.first[at] === 1)).toEqual(
          Array.from({ length: report.sessions }, (_, session) => session),
        );
        expect([...trace.endedSession].sort((a, b) => a - b)).toEqual(
          Array.from({ length: report.sessions }, (_, session) => session),
        );
        trace.endedSession.forEach((session, at) => {
          const times = trace.atMs.filter((_, request) => trace.session[request] === session);
          expect(trace.endedRequests[at]).toBe(times.length);
          expect(trace.endedLastAtMs[at]).toBe(times.at(-1));
          expect(trace.endedKnownAtMs[at]).toBeGreaterThanOrEqual(times.at(-1)!);
        });
        const seen: number[] = [];
        let lastOfEarlierChunks = 0;
        for (const chunk of chunks) {
          expect(chunk.atMs.length + chunk.endedSession.length).toBeGreaterThan(0);
          expect(chunk.atMs.length).toBeLessThanOrEqual(chunkRequests);
          seen.push(...chunk.session);
          expect([...chunk.endedKnownAtMs].every((knownAtMs) => knownAtMs >= lastOfEarlierChunks)).toBe(true);
          expect([...chunk.endedSession].every((session) => seen.includes(session))).toBe(true);
          lastOfEarlierChunks = chunk.atMs.at(-1) ?? lastOfEarlierChunks;
        }
        expect(report.lines).toBe(lines.length);
        expect(report.requests + report.malformed.count).toBe(lines.length);
        expect(trace.atMs).toHaveLength(report.requests);
      }),
    );
  });

  it("does not depend on where chunks are cut", () => {
    fc.assert(
      fc.property(someLines, fc.integer({ min: 1, max: 50 }), (lines, chunkRequests) => {
        const whole = replayed(lines, { chunkRequests: 1_000_000 });
        const cut = replayed(lines, { chunkRequests });
        expect(joined(cut.chunks)).toEqual(joined(whole.chunks));
        expect(cut.report).toEqual(whole.report);
      }),
    );
  });

  it("counts malformed lines and keeps the first ten with their numbers", () => {
    const { report } = replayed([line(0, "a"), ...new Array<string>(1000).fill("cut"), line(1, "a")]);
    expect(report.malformed.count).toBe(1000);
    expect(report.malformed.first).toHaveLength(10);
    expect(report.malformed.first[0]).toEqual({ line: 2, reason: "expected a host at the start, then a space" });
    expect(report.requests).toBe(2);
  });

  it("takes a line of over 65,536 characters for malformed", () => {
    const { report } = replayed([
      line(0, "a", `GET /${"x".repeat(65_500)}`),
      line(1, "a", `GET /${"x".repeat(65_000)}`),
    ]);
    expect(report.malformed).toEqual({
      count: 1,
      first: [{ line: 1, reason: "the line is longer than 65,536 characters" }],
    });
    expect(report.requests).toBe(1);
  });

  it("reads lines that end as Windows ends them, and a last line without an end", () => {
    const trace = traceFromText(`${line(0, "a")}\r\n${line(1, "a")}\r\n${line(2, "a")}`);
    expect([...trace.chunks][0]!.atMs).toHaveLength(3);
    expect(trace.report().malformed.count).toBe(0);
  });

  it("reports no span for a log without requests", () => {
    expect(replayed(["cut"]).report).toMatchObject({ lines: 1, requests: 0, sessions: 0, spanMs: null });
    expect(replayed([""]).chunks).toEqual([]);
  });

  it("hands chunks over while the log is being read, and holds the clients of one gap only", () => {
    const replay = new AccessLogReplay({ chunkRequests: 100 });
    let waiting = 0;
    let mostWaiting = 0;
    const total = 40_000;
    for (let index = 0; index < total; index++) {
      replay.line(line(index * 15, `host-${index}`));
      waiting++;
      for (let chunk = replay.take(); chunk !== undefined; chunk = replay.take()) waiting -= chunk.atMs.length;
      mostWaiting = Math.max(mostWaiting, waiting);
    }
    // A chunk that is filling, and the requests of the minute that is kept open: four, and the one that closes it.
    expect(mostWaiting).toBeLessThanOrEqual(100 + 5);
    expect(replay.report().clientsAtOnce).toBe(1800 / 15);
  });

  it.each([
    [{ sessionGapMs: 999 }, "sessionGapMs must be at least 1000, got 999"],
    [{ timeScale: 0 }, "timeScale must be > 0, got 0"],
    [{ chunkRequests: 0 }, "chunkRequests must be at least 1, got 0"],
  ])("refuses %j", (options, message) => {
    expect(() => new AccessLogReplay(options)).toThrow(message);
  });
});
