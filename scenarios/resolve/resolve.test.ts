import { expect, test } from "vitest";
import { load, replayed, small } from "../testing/small.ts";

test.each([
  ["{ exponential: 7s }", { law: "exponential", mean: 7_000 }],
  ["7s", { law: "constant", value: 7_000 }],
  ["{ uniform: [1s, 3s] }", { law: "uniform", low: 1_000, high: 3_000 }],
  ["{ normal: { mean: 1s, standardDeviation: 100ms } }", { law: "normal", mean: 1_000, standardDeviation: 100 }],
  ["{ lognormal: { mean: 40ms, cv: 1.4 } }", { law: "lognormal", mean: 40, cv: 1.4 }],
  ["{ pareto: { minimum: 1s, shape: 1.5 } }", { law: "pareto", minimum: 1_000, shape: 1.5, maximum: null }],
  [
    "{ pareto: { minimum: 1s, shape: 1.5, maximum: 1m } }",
    { law: "pareto", minimum: 1_000, shape: 1.5, maximum: 60_000 },
  ],
  ["{ gamma: { mean: 1s, shape: 0.5 } }", { law: "gamma", mean: 1_000, shape: 0.5 }],
  ["{ erlang: { mean: 1s, phases: 3 } }", { law: "gamma", mean: 1_000, shape: 3 }],
  ["{ hyperexponential: { mean: 1s, cv: 2 } }", { law: "hyperexponential", mean: 1_000, cv: 2 }],
  ["{ weibull: { shape: 0.5, scale: 20m } }", { law: "weibull", shape: 0.5, scale: 1_200_000 }],
  ["{ empirical: { values: [1s, 5s] } }", { law: "empirical", values: [1_000, 5_000], weights: [1, 1] }],
  [
    "{ empirical: { values: [1s, 5s], weights: [3, 1] } }",
    { law: "empirical", values: [1_000, 5_000], weights: [3, 1] },
  ],
])("the think time %s is read as its law", (written, law) => {
  expect(load(small.replace("think: 1s", `think: ${written}`)).model.populations[0]?.session.thinkMs).toEqual(law);
});

test.each([
  ["{ geometric: 12 }", { law: "geometric", mean: 12 }],
  ["{ zipf: { count: 100, exponent: 1.1 } }", { law: "zipf", count: 100, exponent: 1.1 }],
  ["{ lognormal: { mean: 8.5, cv: 2 } }", { law: "lognormal", mean: 8.5, cv: 2 }],
])("the number of requests %s is read as its law", (written, law) => {
  expect(load(small.replace("requests: 3", `requests: ${written}`)).model.populations[0]?.session.requests).toEqual(
    law,
  );
});

test.each([
  ["{ process: poisson, rate: 300/m }", { process: "poisson", ratePerSec: 5 }],
  ["{ process: deterministic, rate: 1/s }", { process: "deterministic", ratePerSec: 1 }],
  ["{ process: renewal, gap: 2s }", { process: "renewal", gapMs: { law: "constant", value: 2_000 } }],
  [
    "{ process: mmpp, states: [{ rate: 1/s, stay: 1m }, { rate: 9/s, stay: 5s }] }",
    {
      process: "mmpp",
      states: [
        { ratePerSec: 1, meanMs: 60_000 },
        { ratePerSec: 9, meanMs: 5_000 },
      ],
    },
  ],
  [
    "{ process: phases, phases: [{ duration: 1m, from: 1/s, to: 5/s }] }",
    { process: "phases", phases: [{ durationMs: 60_000, fromPerSec: 1, toPerSec: 5 }] },
  ],
  [
    "{ process: diurnal, mean: 5/s, amplitude: 60%, peakAt: 14h }",
    { process: "diurnal", meanPerSec: 5, amplitudeFraction: 0.6, periodMs: 86_400_000, peakAtMs: 50_400_000 },
  ],
  [
    "{ process: flash-crowd, base: 1/s, peak: 9/s, at: 20s, ramp: 5s, decay: 10s }",
    { process: "flash-crowd", basePerSec: 1, peakPerSec: 9, atMs: 20_000, rampMs: 5_000, holdMs: 0, decayMs: 10_000 },
  ],
  ["{ process: closed, users: 50 }", { process: "closed", users: 50 }],
])("arrivals %s are read as their process", (written, arrivals) => {
  const text = small.replace("{ process: poisson, rate: 2/s }", written);
  expect(load(text).model.populations[0]?.arrivals).toEqual(arrivals);
});

test("a replayed log becomes a trace, and what to replay stands beside the model", () => {
  const { model, replays } = load(replayed);
  expect(model.populations[0]?.arrivals).toEqual({ process: "trace" });
  expect(replays).toEqual([{ population: 0, path: "logs/shop.log", timeScale: 0.5, sessionGapMs: 600_000 }]);
});

test("servers of several groups are counted through, and faults find them by name", () => {
  const { model } = load(`${small.replace(
    "{ count: 2, workers: 1, service: 10ms }",
    "[{ name: old, count: 2, workers: 1, service: 10ms }, { name: new, count: 3, workers: 4, speed: 2, weight: 3 }]",
  )}faults:
  - { at: 10s, crash: new-2, restartAfter: 5s }
  - { at: 20s, crash: [old-1, new-1] }
  - { at: 30s, crash: store, restartAfter: 1s }
  - { at: 40s, scaleOut: new }
`);
  expect(model.faults).toEqual([
    { kind: "crash", atMs: 10_000, servers: [3], restartAfterMs: 5_000 },
    { kind: "crash", atMs: 20_000, servers: [0, 2], restartAfterMs: null },
    { kind: "store-crash", atMs: 30_000, nodes: [-1], endsAfterMs: 1_000 },
    { kind: "scale-out", atMs: 40_000, servers: [2, 3, 4] },
  ]);
});

test("every fault says all that the model wants to know, and a group's name is all of its servers", () => {
  const faults = (written: string) => load(`${small}faults: [${written}]\n`).model.faults;
  const restarted = "{ at: 1s, drain: server, every: 5s, stopAfter: 30s, killAfter: none, restartAfter: 20s }";
  const drain = { kind: "drain", atMs: 1000, servers: [0, 1], everyMs: 5000, killAfterMs: null };
  expect(faults(restarted)).toEqual([{ ...drain, stopAfterMs: 30_000, restartAfterMs: 20_000 }]);
  expect(faults("{ at: 1s, drain: server-2 }")).toEqual([
    { ...drain, servers: [1], everyMs: 0, stopAfterMs: null, killAfterMs: 30_000, restartAfterMs: null },
  ]);
  const scaleIn = { kind: "scale-in", atMs: 1000, servers: [1], killAfterMs: 30_000 };
  expect(faults("{ at: 1s, scaleIn: server-2 }")).toEqual([{ ...scaleIn, stopAfterMs: 0, keepListed: false }]);
  expect(faults("{ at: 1s, scaleIn: server-2, stopAfter: 9s, keepListed: true }")).toEqual([
    { ...scaleIn, stopAfterMs: 9000, keepListed: true },
  ]);
  const balancer = { kind: "balancer-restart", atMs: 1000, balancers: [0], endsAfterMs: null };
  expect(faults("{ at: 1s, restart: balancers, for: 3s }")).toEqual([{ ...balancer, endsAfterMs: 3000 }]);
  expect(faults("{ at: 1s, restart: balancer-1 }")).toEqual([balancer]);
  expect(faults("{ at: 1s, reload: [balancer-1] }")).toEqual([{ ...balancer, kind: "balancer-reload" }]);
  const checks = { kind: "checks-fail", atMs: 1000, servers: [1], endsAfterMs: null };
  expect(faults("{ at: 1s, failChecks: server-2 }")).toEqual([checks]);
  expect(faults("{ at: 1s, failChecks: server-2, for: 3s }")).toEqual([{ ...checks, endsAfterMs: 3000 }]);
  const store = { kind: "store-hang", atMs: 1000, nodes: [-1], endsAfterMs: null };
  expect(faults("{ at: 1s, hang: store }")).toEqual([store]);
  expect(faults("{ at: 1s, hang: [store-1, store-3], for: 2s }")).toEqual([
    { ...store, nodes: [0, 2], endsAfterMs: 2000 },
  ]);
  expect(faults("{ at: 1s, cutOff: store-2, for: 2s }")).toEqual([
    { ...store, kind: "store-cut-off", nodes: [1], endsAfterMs: 2000 },
  ]);
  expect(faults("{ at: 1s, flush: store }")).toEqual([{ ...store, kind: "store-flush" }]);
  // A rack that fails takes a server and a node of the store with it.
  expect(faults("{ at: 1s, crash: [server-1, store-1], restartAfter: 2s }")).toEqual([
    { kind: "crash", atMs: 1000, servers: [0], restartAfterMs: 2000 },
    { kind: "store-crash", atMs: 1000, nodes: [0], endsAfterMs: 2000 },
  ]);
});

test("a preset can be extended: knobs of the same part are laid over the preset's, another part starts afresh", () => {
  const { strategies } = load(
    small.replace(
      "[sticky-cookie]",
      `
  - replicated-async
  - { name: renamed, extends: replicated-async }
  - { name: other-part, extends: replicated-async, state: redis }
  - { name: alias, extends: replicated-async, balancing: leastconn }`,
    ),
  );
  const [preset, renamed, otherPart, alias] = strategies;
  expect(renamed).toEqual({ ...preset, name: "renamed" });
  expect(preset?.state.knobs).toMatchObject({ mode: "async" });
  expect(otherPart?.state.name).toBe("redis");
  expect(otherPart?.state.knobs).not.toHaveProperty("mode");
  expect(alias?.balancing.name).toBe("least-connections");
});

test("an expectation is read in the metric's own unit and told in words", () => {
  const { expectations } = load(`${small.replace("[sticky-cookie]", "[sticky-cookie, redis-sessions]")}expect:
  - { strategy: sticky-cookie, metric: responseTimeP99Ms, below: 0.3s }
  - { strategy: sticky-cookie, metric: sessionsLostFraction, between: [1%, 2.5%] }
  - { strategy: sticky-cookie, metric: goodputPerSec, atLeast: 300/m }
  - { strategy: redis-sessions, metric: responseTimeMeanMs, relativeTo: sticky-cookie, atMost: 1.5 }
`);
  expect(expectations.map(({ text }) => text)).toEqual([
    "sticky-cookie: responseTimeP99Ms is below 300ms",
    "sticky-cookie: sessionsLostFraction is between 1% and 2.5%",
    "sticky-cookie: goodputPerSec is at least 5/s",
    "redis-sessions: responseTimeMeanMs ÷ that of sticky-cookie is at most 1.5",
  ]);
  expect(expectations[1]).toMatchObject({ comparison: "between", low: 0.01, high: 0.025, relativeTo: null });
  expect(expectations[3]).toMatchObject({ comparison: "atMost", value: 1.5, relativeTo: "sticky-cookie" });
});
