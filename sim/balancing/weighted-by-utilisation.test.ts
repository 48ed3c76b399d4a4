import { describe, expect, it } from "vitest";
import { Bench, letters } from "./testing/bench.ts";
import { weightFrom } from "./weighted-by-utilisation.ts";

interface Report {
  readonly rate: number;
  readonly used: number;
  readonly failed?: number;
}

const knobs = { blackoutMs: 0, randomStart: false };

/** Reports at `atMs`, and the update of weights that follows them. */
function hear(bench: Bench, atMs: number, reported: readonly (Report | null)[]): void {
  const { reports } = bench.fleet;
  bench.nowMs = atMs;
  reported.forEach((report, server) => {
    if (report === null) return;
    reports.failedPerSec[server] = report.failed ?? 0;
    reports.answeredPerSec[server] = report.rate - (report.failed ?? 0);
    reports.utilisation[server] = report.used;
    bench.algorithm.reported(server);
  });
  update(bench);
}

function update(bench: Bench): void {
  bench.nowMs = bench.wakesAtMs.pop()!;
  bench.algorithm.woken();
}

function shares(bench: Bench, decisions: number): number[] {
  const counts = [...bench.fleet.weight].map(() => 0);
  for (const server of bench.sequence(decisions)) counts[server]!++;
  return counts;
}

describe("the weight that a report implies", () => {
  it("is rate / (utilisation + penalty × failures / rate), rounded down and at least 1", () => {
    expect(weightFrom(100, 0, 0.5, 1)).toBe(200);
    expect(weightFrom(100, 10, 0.4, 1)).toBe(200);
    expect(weightFrom(100, 10, 0.4, 6)).toBe(100);
    expect(weightFrom(0.1, 0, 1, 1)).toBe(1);
    expect(weightFrom(1e12, 0, 0.5, 1)).toBe(0xffff_ffff);
  });

  it("is none when nothing was done, or at no utilisation", () => {
    expect(weightFrom(0, 0, 0.5, 1)).toBeNull();
    expect(weightFrom(10, 0, 0, 1)).toBeNull();
  });
});

describe("weighted by utilisation", () => {
  it("takes servers in turn before it has heard anything, whatever their weights", () => {
    expect(letters(new Bench("weighted-by-utilisation", [1, 5, 1], { knobs }).sequence(6))).toBe("abcabc");
  });

  it("shares requests out in proportion to what each could do at full utilisation", () => {
    const bench = new Bench("weighted-by-utilisation", [1, 1], { knobs });
    hear(bench, 0, [
      { rate: 100, used: 0.25 },
      { rate: 100, used: 0.75 },
    ]);
    // 400 and 133.
    expect(Math.abs(shares(bench, 533)[0]! - 400)).toBeLessThanOrEqual(1);
  });

  it("gives whoever has not reported the median of those that have", () => {
    const bench = new Bench("weighted-by-utilisation", [1, 1, 1], { knobs });
    hear(bench, 0, [{ rate: 100, used: 0.25 }, { rate: 100, used: 0.5 }, null]);
    const counts = shares(bench, 900);
    // 400, 200, and 300 in between.
    [400, 200, 300].forEach((count, server) => {
      expect(Math.abs(counts[server]! - count)).toBeLessThanOrEqual(1);
    });
  });

  it("waits for the blackout to pass before a new server's weight counts", () => {
    const bench = new Bench("weighted-by-utilisation", [1, 1], { knobs: { ...knobs, blackoutMs: 10_000 } });
    const reports = [
      { rate: 100, used: 0.25 },
      { rate: 100, used: 0.75 },
    ];
    hear(bench, 0, reports);
    expect(shares(bench, 100)).toEqual([50, 50]);
    while (bench.nowMs < 10_000) update(bench);
    expect(shares(bench, 533)[0]).toBeGreaterThan(390);
  });

  it("forgets weights that have expired, and sleeps when none are left", () => {
    const bench = new Bench("weighted-by-utilisation", [1, 1], { knobs: { ...knobs, expirationMs: 3000 } });
    hear(bench, 0, [
      { rate: 100, used: 0.25 },
      { rate: 100, used: 0.75 },
    ]);
    while (bench.wakesAtMs.length > 0) update(bench);
    expect(bench.nowMs).toBe(4000);
    expect(shares(bench, 100)).toEqual([50, 50]);
  });
});
