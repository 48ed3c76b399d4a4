import { expect, test } from "vitest";
import { load, small, told } from "./testing/small.ts";

/** A strategy of the smallest file, with these further entries. */
const strategy = (entries: string) =>
  small.replace("[sticky-cookie]", `[{ name: mine, extends: no-affinity, ${entries} }]`);
const resolved = (entries: string) => load(strategy(entries)).strategies[0]!;

test("helpers are named alone or in a list, with the knobs that they have", () => {
  expect(resolved("placement: slow-start").placement).toMatchObject([
    { name: "slow-start", knobs: { windowMs: 60_000, aggression: 1 } },
  ]);
  expect(resolved("placement: [{ subset: { size: 7, scheme: ring } }, aperture]").placement).toEqual([
    { name: "subset", knobs: { size: 7, scheme: "ring", fallback: "none" } },
    { name: "subset", knobs: { size: 20, scheme: "rounds", fallback: "none" } },
  ]);
  expect(resolved("placement: []")).not.toHaveProperty("placement");
  expect(resolved("affinity: none")).not.toHaveProperty("placement");
});

test("a helper or a knob that does not exist is told with the nearest one", () => {
  expect(told(strategy("placement: subsett"))).toEqual(['9:61 unknown placement helper "subsett"']);
  expect(told(strategy("placement: [slow-start, { subset: { sise: 7 } }]"))).toEqual([
    '9:86 unknown knob of subset "sise"',
  ]);
  expect(told(strategy("placement: [{ subset: { size: 0 } }]"))).toEqual([
    "9:80 must be a whole number of at least 1 and at most 100000, found 0",
  ]);
  expect(told(strategy("placement: 3"))[0]).toMatch(/^9:61 must be a placement helper such as slow-start, or a list/);
});

test("reports are the cluster's, unless a strategy has its own or none", () => {
  const cluster = (text: string) =>
    text.replace("cluster:\n", "cluster:\n  balancers: { reports: { delay: 50ms, loss: 2% } }\n");
  const { model, strategies } = load(cluster(small));
  expect(model.cluster.balancers.reports).toEqual({
    intervalMs: 1000,
    phases: "own",
    delayMs: { law: "constant", value: 50 },
    lossFraction: 0.02,
  });
  expect(strategies[0]).not.toHaveProperty("reports");
  expect(resolved("reports: none").reports).toBeNull();
  expect(resolved("reports: { interval: 0s, phases: common }").reports).toMatchObject({
    intervalMs: 0,
    phases: "common",
  });
  expect(told(strategy("reports: { intervall: 2s }"))).toEqual(['9:61 unknown key "intervall"']);
  expect(told(strategy("reports: sometimes"))).toEqual([
    '9:59 must be a map such as { interval: 1s, delay: 50ms, loss: 1% }, or none, found "sometimes"',
  ]);
});

test("limits, queues, tiers, zones and sizes are off unless a file says so, and then as it says", () => {
  const text = small
    .replace("cluster:\n", "cluster:\n  balancers: { zones: [b], queue: { limit: 50, timeout: 2s } }\n")
    .replace("workers: 1,", "workers: 1, maxConnections: 8, tier: 1, zone: b,")
    .replace("    session:", "    bytes: { response: { exponential: 20KiB } }\n    session:");
  const { cluster, populations } = load(text).model;
  expect(cluster.balancers).toMatchObject({ zones: ["b"], queue: { limit: 50, timeoutMs: 2000 } });
  expect(cluster.servers[0]).toMatchObject({ maxConnections: 8, tier: 1, zone: "b" });
  expect(populations[0]!.bytes).toEqual({
    request: { law: "constant", value: 0 },
    response: { law: "exponential", mean: 20_480 },
  });
});

test("a queue or a zone that nothing else in the file goes with is told", () => {
  const withBalancers = (entries: string, servers = "workers: 1,") =>
    small.replace("cluster:\n", `cluster:\n  balancers: { ${entries} }\n`).replace("workers: 1,", servers);
  expect(told(withBalancers("queue: {}"))).toEqual(["8:23 has no effect: no server limits its connections"]);
  expect(told(withBalancers("queue: {}", "workers: 1, maxConnections: 2,"))).toEqual([]);
  expect(told(withBalancers("queue: none"))).toEqual([]);
  expect(told(withBalancers("zones: [a]"))).toEqual(["8:24 has no effect: no server stands in a zone"]);
  expect(told(withBalancers("zones: [east, wets]", "workers: 1, zone: east,"))).toEqual([
    '8:30 unknown zone of any server "wets"',
  ]);
});
