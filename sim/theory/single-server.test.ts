/** One server, Poisson arrivals: first come first served, processor sharing, limits, and arrivals that are not Poisson. */
import { describe, expect, it, vi } from "vitest";
import type { Distribution, Population, RunRecord } from "../index.ts";
import { bucketHigh, bucketOf } from "../metrics/histogram.ts";
import * as queues from "./queues.ts";
import { estimate, expectAgreement, histogramBias, runs } from "./testing/estimates.ts";
import {
  constant,
  erlang,
  exponential,
  hyperexponential,
  lognormal,
  poisson,
  populationOf,
  scenarioOf,
  serversOf,
} from "./testing/scenarios.ts";

vi.setConfig({ testTimeout: 120_000 });

const station = (load: number, serviceMs: Distribution, servers = serversOf(), durationMs = 60_000) =>
  scenarioOf({ durationMs, serviceMs, servers, populations: [populationOf({ arrivals: poisson(load) })] });

describe("M/M/1", () => {
  /**
   * Over a run of length t the time average of the number in system has variance 2ρ(1+ρ)/(1-ρ)⁴ / t, which is 1.06 % of
   * the mean at ρ = 0.8 and t = 10⁶, and half of that at 0.5. Twenty runs measure 1.08 × 10⁶: 4 × 1.02 % = 4.1 %.
   */
  it.each([
    [0.5, 0.03],
    [0.8, 0.06],
  ])(
    "at load %d has the mean, the percentiles and the utilisation of an exponential response time",
    (load, precision) => {
      const records = runs(20, station(load, exponential(1)));
      const mean = 1 / (1 - load);
      expectAgreement(estimate(records, "responseTimeMeanMs"), mean, { precision });
      expectAgreement(estimate(records, "waitingMeanMs"), mean - 1, { precision: precision * 2 });
      // A p-quantile is -ln(1 - p) means; that of a run rests on many more values than its error needs.
      expectAgreement(estimate(records, "responseTimeP50Ms"), mean * Math.LN2, { precision, bias: histogramBias });
      expectAgreement(estimate(records, "responseTimeP99Ms"), mean * Math.log(100), {
        precision: precision * 2,
        bias: histogramBias,
      });
      expectAgreement(estimate(records, "utilisation"), load, { precision: 0.012 });
    },
  );
});

describe("M/G/1, first come first served", () => {
  /** Pollaczek-Khinchine. Heavy laws vary more: the precision follows from what twenty runs yield. */
  it.each<[string, Distribution, number, number]>([
    ["constant", constant(1), 0, 0.05],
    ["Erlang-4", erlang(1, 4), 1 / 4, 0.05],
    ["hyperexponential, cv² 4", hyperexponential(1, 4), 4, 0.12],
    ["lognormal, cv² 4", lognormal(1, 4), 4, 0.2],
  ])("%s service: the mean wait depends on the law by its variance alone", (_name, serviceMs, cv2, precision) => {
    const records = runs(20, station(0.7, serviceMs));
    expectAgreement(estimate(records, "waitingMeanMs"), queues.pollaczekKhinchine(0.7, cv2), { precision });
    expectAgreement(estimate(records, "serviceMeanMs"), 1, { precision: 0.03 });
    expectAgreement(estimate(records, "utilisation"), 0.7, { precision: 0.03 });
  });

  it("arrivals see the queue as time does: with constant service, the share that does not wait is the idle share", () => {
    const load = 0.8;
    const records = runs(12, station(load, constant(1)));
    // Not waiting means taking 1 ms, give or take rounding. The bucket of 1 ms also holds those that waited for less than
    // its width w: P(W <= w) = (1 - ρ) e^{ρw} below one service time.
    const bucket = bucketOf(1);
    const width = bucketHigh(bucket) - 1;
    const atOnce = ({ responseTimeMs }: RunRecord) =>
      responseTimeMs.bucket.reduce((sum, b, i) => sum + (b <= bucket ? responseTimeMs.count[i]! : 0), 0) /
      responseTimeMs.total;
    expectAgreement(estimate(records, atOnce), (1 - load) * Math.exp(load * width), { precision: 0.04 });
  });
});

describe("processor sharing", () => {
  /**
   * Insensitive: the mean is 1/(1-ρ) for every law. At ρ = 0.5 the spread of a response time is about its mean, and
   * twenty runs of 27,000 requests leave 4 × 0.5 %, more for the heavy laws.
   */
  it.each<[string, Distribution, number]>([
    ["constant", constant(1), 0.02],
    ["exponential", exponential(1), 0.03],
    ["hyperexponential, cv² 4", hyperexponential(1, 4), 0.05],
    ["lognormal, cv² 4", lognormal(1, 4), 0.06],
  ])("%s service: the mean response time is that of M/M/1", (_name, serviceMs, precision) => {
    const records = runs(20, station(0.5, serviceMs, serversOf({ discipline: "ps" })));
    expectAgreement(estimate(records, "responseTimeMeanMs"), 2, { precision });
    expectAgreement(estimate(records, "utilisation"), 0.5, { precision: 0.03 });
  });

  it.each<[string, Distribution, number]>([
    ["constant", constant(1), 0.06],
    ["exponential", exponential(1), 0.06],
    ["hyperexponential, cv² 4", hyperexponential(1, 4), 0.09],
  ])("on four cores, %s service: the mean response time is that of M/M/4", (_name, serviceMs, precision) => {
    const records = runs(12, station(3.2, serviceMs, serversOf({ discipline: "ps", workers: 4 }), 16_000));
    expectAgreement(estimate(records, "responseTimeMeanMs"), 1 + queues.meanWait(4, 3.2), { precision });
  });

  it("has the percentiles of the tagged job's chain", () => {
    // Sojourn times of M/M/1-PS at ρ = 0.5, from the chain of a tagged job (Coffman, Muntz and Trotter, JACM 17, 1970).
    const records = runs(20, station(0.5, exponential(1), serversOf({ discipline: "ps" })));
    expectAgreement(estimate(records, "responseTimeP50Ms"), 1.132, { precision: 0.02, bias: histogramBias });
    expectAgreement(estimate(records, "responseTimeP90Ms"), 4.8337, { precision: 0.04, bias: histogramBias });
    expectAgreement(estimate(records, "responseTimeP99Ms"), 12.4455, { precision: 0.05, bias: histogramBias });
  });
});

describe("arrivals that are not Poisson", () => {
  const withArrivals = (parts: Partial<Pick<Population, "arrivals" | "batch">>, durationMs: number) =>
    scenarioOf({ durationMs, populations: [populationOf(parts)] });

  it("equal gaps: D/M/1", () => {
    const arrivals = { process: "deterministic", ratePerSec: 800 } as const;
    const records = runs(20, withArrivals({ arrivals }, 60_000));
    expectAgreement(estimate(records, "responseTimeMeanMs"), queues.deterministicArrivalsResponse(0.8), {
      precision: 0.045,
    });
  });

  it.each<[string, Distribution, number]>([
    ["fixed batches of 5", constant(5), queues.fixedBatchResponse(0.5, 5)],
    ["geometric batches of mean 5", { law: "geometric", mean: 5 }, queues.geometricBatchResponse(0.5, 5)],
  ])("%s", (_name, batch, expected) => {
    const records = runs(20, withArrivals({ arrivals: poisson(0.1), batch }, 60_000));
    expectAgreement(estimate(records, "responseTimeMeanMs"), expected, { precision: 0.065 });
  });

  it("a rate that switches at random: MMPP(2)/M/1", () => {
    const states = [
      { ratePerSec: 1300, meanMs: 10 },
      { ratePerSec: 100, meanMs: 10 },
    ];
    const records = runs(20, withArrivals({ arrivals: { process: "mmpp", states } }, 60_000));
    expectAgreement(estimate(records, "responseTimeMeanMs"), queues.modulatedResponse([1.3, 0.1], [0.1, 0.1]), {
      precision: 0.08,
    });
  });

  it("gaps of any law: an Erlang renewal process makes E4/M/1", () => {
    const arrivals = { process: "renewal", gapMs: erlang(1.25, 4) } as const;
    const records = runs(20, withArrivals({ arrivals }, 60_000));
    expectAgreement(estimate(records, "responseTimeMeanMs"), queues.roundRobinResponse(4, 0.8), { precision: 0.05 });
  });
});

describe("rates that follow the clock", () => {
  /** Counts of a Poisson process are Poisson: over R runs their mean has a standard error of √(expected / R). */
  const offered = (arrivals: Population["arrivals"]) => {
    const scenario = scenarioOf({
      durationMs: 10_000,
      warmUpMs: 0,
      windowMs: 1000,
      serviceMs: constant(0),
      populations: [populationOf({ arrivals })],
    });
    const records = runs(50, scenario);
    return (window: number) => estimate(records, ({ timeline }) => timeline.requestsOffered[window]!);
  };

  it("a ramp, a level, and nothing after it", () => {
    const window = offered({
      process: "phases",
      phases: [
        { durationMs: 4000, fromPerSec: 0, toPerSec: 400 },
        { durationMs: 3000, fromPerSec: 200, toPerSec: 200 },
        { durationMs: 1, fromPerSec: 0, toPerSec: 0 },
      ],
    });
    expectAgreement(window(0), 50, { precision: 0.13 });
    expectAgreement(window(3), 350, { precision: 0.065 });
    expectAgreement(window(5), 200, { precision: 0.065 });
    expect(window(8).mean).toBe(0);
  });

  it("a day", () => {
    // Over the second after the peak: mean × (1 + amplitude × sin(2π/10) / (2π/10)).
    const window = offered({
      process: "diurnal",
      meanPerSec: 200,
      amplitudeFraction: 1,
      periodMs: 10_000,
      peakAtMs: 2000,
    });
    const swing = Math.sin(Math.PI / 5) / (Math.PI / 5);
    expectAgreement(window(2), 200 * (1 + swing), { precision: 0.04 });
    expectAgreement(window(7), 200 * (1 - swing), { precision: 0.3 });
  });

  it("a crowd that comes from nowhere and fades", () => {
    const window = offered({
      process: "flash-crowd",
      basePerSec: 0,
      peakPerSec: 400,
      atMs: 1000,
      rampMs: 1000,
      holdMs: 1000,
      decayMs: 1000,
    });
    expect(window(0).mean).toBe(0);
    expectAgreement(window(1), 200, { precision: 0.065 });
    expectAgreement(window(2), 400, { precision: 0.065 });
    expectAgreement(window(3), 400 * (1 - Math.exp(-1)), { precision: 0.065 });
    expectAgreement(window(6), 400 * (Math.exp(-3) - Math.exp(-4)), { precision: 0.26 });
  });
});
