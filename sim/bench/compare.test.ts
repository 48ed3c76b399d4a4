import { describe, expect, it } from "vitest";
import { type Rounds, ratioOf, speedIn, wrongness } from "./compare.ts";
import { goalsOf } from "./goals.ts";
import { type Case, Latencies, type Measurement, meanTolerance, theoreticalMean } from "./model.ts";
import { goalTable, growthLine, speedTable } from "./table.ts";

const measurement = (given: Partial<Measurement> = {}): Measurement => ({
  requests: 1_000_000,
  mean: 10,
  p99: 46,
  cpuSec: 1,
  peakMegabytes: 50,
  ...given,
});
const given: Case = { policy: "random", servers: 10, requests: 1_000_000, seed: 1 };

const cases: readonly Rounds[] = [10, 10_000].map((servers) => ({
  policy: "p2c",
  servers,
  bySystem: {
    reference: [measurement({ cpuSec: 0.1 }), measurement({ cpuSec: 0.2 }), measurement({ cpuSec: 0.1 })],
    "public-path": [0.2, 0.4, 0.5].map((cpuSec) => measurement({ cpuSec: cpuSec * (servers === 10 ? 1 : 3) })),
  },
}));

describe("the benchmark's latencies", () => {
  it("have the exact mean, and p99 within a bucket of 1.6 %", () => {
    const latencies = new Latencies();
    for (let value = 1; value <= 10_000; value++) latencies.add(value / 100);
    const { requests, mean, p99 } = latencies.outcome(10_000);
    expect(requests).toBe(10_000);
    expect(mean).toBeCloseTo(50.005, 9);
    expect(Math.abs(p99 / 99 - 1)).toBeLessThan(1 / 64);
  });
});

describe("the benchmark's theory", () => {
  it("has M/M/1 for random and Mitzenmacher's limit for two choices", () => {
    expect(theoreticalMean("random", 10)).toBeCloseTo(10, 12);
    expect(theoreticalMean("p2c", 1000)).toBeCloseTo(2.6141, 4);
    expect(theoreticalMean("p2c", 10)).toBeNull();
    expect(theoreticalMean("jsq", 1000)).toBeNull();
  });

  it("allows less the longer the runs are", () => {
    expect(meanTolerance(4e6, 4e6)).toBeCloseTo(meanTolerance(1e6, 1e6) / 2, 12);
    expect(meanTolerance(1e6, 1e6)).toBeGreaterThan(meanTolerance(1e6, 1e9));
  });
});

describe("a measurement", () => {
  it("passes when mean and p99 are the reference's", () => {
    expect(wrongness(given, measurement({ mean: 10.2, p99: 47 }), measurement())).toBeNull();
  });

  it("is called wrong for its mean, its p99, and against theory even where the reference agrees", () => {
    expect(wrongness(given, measurement({ mean: 5 }), measurement())).toMatch(
      /^mean 5\.000, expected 10\.000 ± \d+ %$/,
    );
    expect(wrongness(given, measurement({ p99: 20 }), measurement())).toMatch(/^p99 20\.00, expected 46\.00 ± \d+ %$/);
    const both = measurement({ mean: 6 });
    expect(wrongness(given, both, both)).toMatch(/^mean 6\.000, theory has 10\.000 ± \d+ %$/);
    expect(wrongness({ ...given, servers: 1000 }, both, both)).toBeNull();
    expect(wrongness(given, measurement({ mean: Number.NaN }), measurement())).not.toBeNull();
  });
});

describe("the benchmark's summary", () => {
  it("takes the median of ratios within a round, and of speeds", () => {
    expect(speedIn(cases[0]!, "public-path")).toBeCloseTo(2.5, 12);
    expect(ratioOf(cases[0]!, "public-path", "reference")).toBeCloseTo(0.5, 12);
    expect(ratioOf(cases[0]!, "simjs", "reference")).toBeNull();
  });

  it("leaves absent what was not measured", () => {
    const [header, first] = speedTable(cases).split("\n");
    expect(header).toBe(
      "policy  servers  C++ reference  bare kernel  ÷ C++  public path  ÷ C++  SIM.JS  public ÷ SIM.JS",
    );
    expect(first).toBe("p2c          10          10.00                             2.50   0.50");
    expect(growthLine(cases)).toBe(
      "cost per request at 10,000 servers ÷ at 10, p2c: C++ reference 1.00 · public path 3.00",
    );
  });

  it("judges each goal by its worst case", () => {
    const memory = {
      requests: 10_000_000,
      peakMegabytes: 80,
      sessions: 1_000_000,
      bytesPerSession: 130,
      live: 10_000_000,
      liveMegabytes: 1499.6,
    };
    const lines = goalTable(goalsOf(cases, memory, [1.3, 1.1, 1.0])).split("\n");
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ["missed", "public path ÷ C++ reference, at least 0.3 (aim 0.6)", "0.17 (p2c, 10,000 servers)"],
      [
        "missed",
        "cost per request, P2C, from 10 to 10,000 servers, at most 2.2 × (aim 1.8)",
        "3.00 × on the public path",
      ],
      ["reached", "peak memory, at most 200 MB", "80 MB over 10,000,000 requests"],
      ["missed", "a live session, at most 128 bytes (aim 64)", "130 bytes at 1,000,000 sessions"],
      ["reached", "all in, with cookies, at most 1,500 MB", "1500 MB with 10,000,000 sessions alive"],
      ["reached", "cookie and server memory ÷ the same run without, at most 1.15", "1.10"],
    ]);
  });
});
