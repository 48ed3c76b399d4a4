import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Document, parse, parseDocument, visit } from "yaml";
import { plainSessionRules } from "../sim/persistence/lifecycle/plain-rules.ts";
import { loadScenario, scenarioTemplate } from "./index.ts";
import { load, problems, replayed, small, told } from "./testing/small.ts";

test("a word that is not among the choices is told with the nearest of them", () => {
  const renewal = problems(`${small}sessions: { renewal: on-writes }\n`);
  expect(renewal[0]).toMatchObject({
    message: expect.stringContaining("must be one of every-request"),
    hint: 'did you mean "on-write"?',
  });
  expect(problems(`${small}sessions: { renewal: never }\n`)[0]).not.toHaveProperty("hint");
});

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
    sessions: { ...plainSessionRules, idleTimeoutMs: 1_800_000 },
    faults: [],
  });
  expect(model.populations[0]).toMatchObject({
    name: "users",
    batch: null,
    bytes: null,
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
      maxConnections: null,
      tier: 0,
      zone: null,
    },
  ]);
  expect(model.cluster.balancers).toMatchObject({ zones: [], queue: null, reports: null });
  expect(model.cluster.balancers.healthCheck).toEqual({ intervalMs: 2_000, timeoutMs: 1_000, rise: 2, fall: 3 });
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

test("a file that is empty or no map is told so", () => {
  expect(told("")).toEqual(["1:1 the file is empty"]);
  expect(told("# nothing\n")).toEqual(["1:1 the file is empty"]);
  expect(told("- a\n- b\n")).toEqual(["1:1 must be a map from keys to values, such as `name: my-scenario`"]);
});

test("what is missing is told at the key that should hold it", () => {
  expect(told("name: x\nduration: 1m\nworkload:\n  users:\n    arrivals: { process: closed, users: 1 }\n")).toEqual([
    "1:1 is missing; it must be a map with the keys balancers, servers, service, network",
    "1:1 is missing; it must be a list of strategies",
    "4:3 is missing; it must be a map with the keys requests, think, writes, size, growth, changes, transactions, parallel, polling, logout, loginAt",
  ]);
});

test("broken YAML is told together with the mistakes that can still be seen", () => {
  const messages = told(`${small}runs: -1\nseed: [1, 2\nwarmUp: 3\n`);
  expect(messages.some((message) => message.includes("not valid YAML"))).toBe(true);
  expect(messages).toContain("10:7 must be a whole number of at least 1, found -1");
});

test("what is missing from a part that YAML has nothing against is told, what may be misplaced is not", () => {
  const partial = small.replace("[sticky-cookie]", "\n  - { name: partial, balancing: random, affinity: none }");
  expect(told(partial)).toEqual(["10:5 is missing"]);
  const messages = told(`${partial.replace("service:", "\tservice:")}seed: [1`);
  expect(messages.filter((message) => message.includes("not valid YAML")).length).toBeGreaterThan(0);
  expect(messages.filter((message) => message.includes("is missing"))).toEqual(["10:5 is missing"]);
});

test("of two entries with one key the mistakes of both are told, and nothing that only their mixture has", () => {
  const twice = small
    .replace("cluster:", "  users:\n    arrivals: { process: poisson, rate: 3 }\ncluster:")
    .replace("2/s", "2");
  expect(told(twice)).toEqual([
    "5:41 must be a rate above zero, such as 20/s or 300/m, found 2",
    "7:3 this key stands twice in one map",
    "7:3 is missing; it must be a map with the keys requests, think, writes, size, growth, changes, transactions, parallel, polling, logout, loginAt",
    "8:41 must be a rate above zero, such as 20/s or 300/m, found 3",
  ]);
  expect(told(`${small}duration: 1s\nwarmUp: 2s\n`)).toEqual(["10:1 this key stands twice in one map"]);
});

test("a server that does not exist is told with the nearest that does, also where their number is wrong", () => {
  const crash = (server: string, text = small) => told(`${text}faults: [{ at: 1s, crash: ${server} }]\n`);
  const hintOn = (server: string) => problems(`${small}faults: [{ at: 1s, crash: ${server} }]\n`)[0]?.hint;
  expect(hintOn("server-3")).toBe(
    'did you mean "server-2"? servers: server-1 … server-2; or store, or its nodes store-1 …',
  );
  expect(hintOn("sever1")).toContain('did you mean "server-1"?');
  expect(hintOn("stoore")).toContain('did you mean "store"?');
  expect(hintOn("zebra")).toBe("servers: server-1 … server-2; or store, or its nodes store-1 …");
  expect(crash("server-3")).toEqual(['10:27 unknown server "server-3"']);
  const uncounted = small.replace("count: 2", "count: -2");
  expect(crash("server-3", uncounted)).toHaveLength(1);
  expect(crash("servr-3", uncounted)[1]).toBe('10:27 unknown server "servr-3"');
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

describe("algorithms beside the catalogue's", () => {
  const mine = {
    name: "mine",
    summary: "Mine.",
    whenToUse: "",
    knownFlaw: "",
    source: "",
    knobs: { depth: { unit: "count", default: 3, minimum: 1, summary: "How deep." } },
  } as const;
  const naming = (balancing: string) =>
    small.replace("[sticky-cookie]", `[{ name: own, extends: no-affinity, balancing: ${balancing} }]`);
  const loaded = (text: string) =>
    loadScenario(text, { fileName: "test.yaml", own: { balancing: [mine], affinity: [], state: [] } });

  test("may be named, with knobs that are checked as any other's", () => {
    const result = loaded(naming("mine"));
    expect(result.ok && result.scenario.strategies[0]!.balancing).toEqual({ name: "mine", knobs: { depth: 3 } });
    const deeper = loaded(naming("{ mine: { depth: 5 } }"));
    expect(deeper.ok && deeper.scenario.strategies[0]!.balancing.knobs).toEqual({ depth: 5 });
    const wrong = loaded(naming("{ mine: { depth: 0 } }"));
    expect(!wrong.ok && wrong.problems[0]!.message).toBe("must be a whole number of at least 1, found 0");
  });

  test("are unknown to a load that is not given them, and change no other scenario", () => {
    expect(problems(naming("mine"))[0]!.message).toContain('unknown balancing algorithm "mine"');
    const result = loaded(small);
    expect(result.ok && result.scenario).toEqual(load(small));
  });
});
