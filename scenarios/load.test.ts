import fc from "fast-check";
import { expect, test } from "vitest";
import { type Document, parse, parseDocument, visit } from "yaml";
import { type LoadedScenario, loadScenario, type Problem, scenarioTemplate } from "./index.ts";

const load = (text: string, set: readonly string[] = []): LoadedScenario => {
  const result = loadScenario(text, { fileName: "test.yaml", set });
  if (!result.ok) throw new Error(result.problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  return result.scenario;
};
const problems = (text: string, set: readonly string[] = []): readonly Problem[] => {
  const result = loadScenario(text, { fileName: "test.yaml", set });
  return result.ok ? [] : result.problems;
};
const told = (text: string, set: readonly string[] = []): readonly string[] =>
  problems(text, set).map(({ line, column, message }) => `${line}:${column} ${message}`);

const small = `name: small
duration: 1m
workload:
  users:
    arrivals: { process: poisson, rate: 2/s }
    session: { requests: 3, think: 1s, writes: 50%, size: 1KiB }
cluster:
  servers: { count: 2, workers: 1, service: 10ms }
strategies: [sticky-cookie]
`;

test("the smallest file loads, and every default is filled in", () => {
  const { model, ...file } = load(small);
  expect(file).toMatchObject({
    name: "small",
    question: null,
    claim: null,
    reference: "sticky-cookie",
    runs: 5,
    seed: 1,
  });
  expect(model).toMatchObject({
    durationMs: 60_000,
    warmUpMs: 0,
    windowMs: 500,
    sessions: { idleTimeoutMs: 1_800_000, absoluteTimeoutMs: null, afterLoss: "login" },
    faults: [],
  });
  expect(model.populations[0]).toMatchObject({
    name: "users",
    batch: null,
    patienceMs: null,
    serviceMs: null,
    afterFailure: "continue",
    retry: { attempts: 0 },
    clients: { natFraction: 0, mobileFraction: 0, cookiesFraction: 1 },
  });
  expect(model.cluster.servers).toEqual([
    {
      name: "server",
      count: 2,
      workers: 1,
      discipline: "fcfs",
      speed: 1,
      weight: 1,
      queueLimit: null,
      concurrencyLimit: null,
    },
  ]);
  expect(model.cluster.balancers.healthCheck).toEqual({ intervalMs: 2_000, timeoutMs: 1_000, rise: 2, fall: 3 });
});

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

const replayed = small
  .replace("{ process: poisson, rate: 2/s }", "{ replay: { log: logs/shop.log, timeScale: 0.5, sessionGap: 10m } }")
  .replace("requests: 3, think: 1s, writes: 50%, ", "");

test("a replayed log becomes a trace, and what to replay stands beside the model", () => {
  const { model, replays } = load(replayed);
  expect(model.populations[0]?.arrivals).toEqual({ process: "trace" });
  expect(replays).toEqual([{ population: 0, path: "logs/shop.log", timeScale: 0.5, sessionGapMs: 600_000 }]);
});

test("what the log says may not also be said by the file", () => {
  expect(
    told(replayed.replace("size: 1KiB", "size: 1KiB, think: 1s").replace("cluster:", "    batch: 2\ncluster:")),
  ).toEqual(["6:35 has no effect in a replay: the log says it", "7:12 has no effect in a replay: the log says it"]);
});

test("arrivals that would all fall into one moment, or never come, are refused", () => {
  const arriving = (written: string) => told(small.replace("{ process: poisson, rate: 2/s }", written));
  expect(arriving("{ process: renewal, gap: 0s }")).toHaveLength(1);
  expect(arriving("{ process: renewal, gap: { uniform: [0s, 0s] } }")).toHaveLength(1);
  expect(arriving("{ process: mmpp, states: [{ rate: 0/s, stay: 1s }] }")).toHaveLength(1);
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
    { kind: "store-crash", atMs: 30_000, restartAfterMs: 1_000 },
    { kind: "scale-out", atMs: 40_000, servers: [2, 3, 4] },
  ]);
});

test("a preset can be extended: knobs of the same part are laid over the preset's, another part starts afresh", () => {
  const { strategies } = load(
    small.replace(
      "[sticky-cookie]",
      `
  - replicated-async
  - { name: renamed, extends: replicated-async }
  - { name: other-part, extends: replicated-async, state: central-store }
  - { name: alias, extends: replicated-async, balancing: leastconn }`,
    ),
  );
  const [preset, renamed, otherPart, alias] = strategies;
  expect(renamed).toEqual({ ...preset, name: "renamed" });
  expect(preset?.state.knobs).toMatchObject({ mode: "async" });
  expect(otherPart?.state.name).toBe("central-store");
  expect(otherPart?.state.knobs).not.toHaveProperty("mode");
  expect(alias?.balancing.name).toBe("least-connections");
});

test("the hash does not change with the order of keys, with comments or with prose", () => {
  const { hash } = load(scenarioTemplate);
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const document = shuffled(parseDocument(scenarioTemplate), seed);
      expect(load(`# a comment\n${document.toString()}claim: something else\n`).hash).toBe(hash);
    }),
    { numRuns: 30 },
  );
});

/** The same document with the keys of every map in another order. */
function shuffled(document: Document, seed: number): Document {
  let state = seed;
  visit(document, {
    Map: (_, map) => {
      for (let index = map.items.length - 1; index > 0; index--) {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        const other = state % (index + 1);
        [map.items[index], map.items[other]] = [map.items[other]!, map.items[index]!];
      }
    },
  });
  return document;
}

test("the same scenario in JSON has the same hash", () => {
  const json = JSON.stringify(parse(scenarioTemplate), null, 2);
  expect(load(json).hash).toBe(load(scenarioTemplate).hash);
});

test.each([
  ["warmUp=10s"],
  ["workload.users.session.think=2s"],
  ["cluster.servers.count=3"],
  ["strategies.0=redis-sessions"],
  ["sessions.idleTimeout=none"],
])("the hash changes with %s", (setting) => {
  expect(load(small, [setting]).hash).not.toBe(load(small).hash);
});

test("the hash is 16 hexadecimal digits and does not depend on runs, seed or expectations", () => {
  const { hash } = load(small);
  expect(hash).toMatch(/^[0-9a-f]{16}$/);
  const expectation = "expect=[{ strategy: sticky-cookie, metric: sessionsLost, equals: 0 }]";
  expect(load(small, ["runs=9", "seed=7", expectation]).hash).toBe(hash);
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

test("a file that is empty or no map is told so", () => {
  expect(told("")).toEqual(["1:1 the file is empty"]);
  expect(told("# nothing\n")).toEqual(["1:1 the file is empty"]);
  expect(told("- a\n- b\n")).toEqual(["1:1 must be a map from keys to values, such as `name: my-scenario`"]);
});

test("what is missing is told at the key that should hold it", () => {
  expect(told("name: x\nduration: 1m\nworkload:\n  users:\n    arrivals: { process: closed, users: 1 }\n")).toEqual([
    "1:1 is missing; it must be a map with the keys balancers, servers, service, network",
    "1:1 is missing; it must be a list of strategies",
    "4:3 is missing; it must be a map with the keys requests, think, writes, size, growth, transactions",
  ]);
});

test("broken YAML is told together with the mistakes that can still be seen", () => {
  const messages = told(`${small}runs: -1\nseed: [1, 2\nwarmUp: 3\n`);
  expect(messages.some((message) => message.includes("not valid YAML"))).toBe(true);
  expect(messages).toContain("10:7 must be a whole number of at least 1, found -1");
});

test("a bomb of aliases is refused, not expanded", () => {
  const bomb = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
  for (const [index, name] of [..."bcdefgh"].entries()) {
    const previous = "abcdefgh"[index];
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${previous}`).join(", ")}]`);
  }
  expect(told(bomb.join("\n"))[0]).toContain("Excessive alias count");
});

test("the key __proto__ is refused like any other unknown key", () => {
  expect(told(`${small}__proto__: { runs: 3 }\n`)).toContain('10:1 unknown key "__proto__"');
  expect(told(small.replace("users:", "__proto__:")).length).toBeGreaterThan(0);
});

test("an anchor can be used again, and a mistake in it is shown where it stands", () => {
  const text = small
    .replace("think: 1s", "think: &pause 1")
    .replace("strategies", "sessions: { idleTimeout: *pause }\nstrategies");
  expect(told(text).map((line) => line.split(" ")[0])).toEqual(["6:43", "9:26"]);
});

test("no text makes the loader throw", () => {
  const pieces = small.split(/(?=[\s:{},[\]])/);
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 40 }), (parts) => {
      loadScenario(parts.join(""), { fileName: "fuzz.yaml", set: [parts.slice(0, 3).join("")] });
    }),
  );
});

test("a value of the wrong kind anywhere gives problems and never a wrong scenario", () => {
  const paths: (string | number)[][] = [];
  collect(parseDocument(scenarioTemplate).toJS(), [], paths);
  for (const path of paths) {
    const document = parseDocument(scenarioTemplate);
    document.setIn(path, [[{ wrong: true }]]);
    const result = loadScenario(document.toString(), { fileName: "test.yaml" });
    expect(result.ok, path.join(".")).toBe(false);
  }
});

function collect(value: unknown, path: (string | number)[], paths: (string | number)[][]): void {
  if (path.length > 0) paths.push(path);
  if (typeof value !== "object" || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    collect(item, [...path, Array.isArray(value) ? Number(key) : key], paths);
  }
}
