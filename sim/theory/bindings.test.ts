/** What each way of recognising a client misses, whole runs against what follows from chance alone. */
import { describe, expect, it, vi } from "vitest";
import type { Cause, Fault, RunRecord } from "../index.ts";
import { decisionsOf } from "./testing/decisions.ts";
import { estimate, estimateOf, expectAgreement, metricOf, runs } from "./testing/estimates.ts";
import {
  constant,
  exponential,
  poisson,
  populationOf,
  type SessionScript,
  serversOf,
  strategyOf,
} from "./testing/scenarios.ts";
import { idealised } from "./testing/worlds.ts";

vi.setConfig({ testTimeout: 120_000 });

const n = 10;

/** Sessions of exactly two requests: one login, one chance to be lost. */
const twice = (thinkMs: SessionScript["thinkMs"]) =>
  populationOf({ arrivals: poisson(1), session: { requests: constant(2), thinkMs } });

const visits = (record: RunRecord) =>
  record.timeline.sessionsBorn.reduce((sum, born) => sum + born, 0) - metricOf(record, "reloginCount");
const lostBy = (record: RunRecord, cause: Cause) =>
  record.sessionsLostByCause.find((entry) => entry.cause === cause)?.sessions ?? 0;
/** Losses per second request. */
const missed = (cause: Cause) => (record: RunRecord) =>
  lostBy(record, cause) / (metricOf(record, "requestsOffered") - visits(record));
/** Nothing was lost for another reason than the ones given. */
function expectOnly(records: readonly RunRecord[], ...causes: readonly Cause[]): void {
  for (const record of records) {
    expect(metricOf(record, "sessionsLost")).toBe(causes.reduce((sum, cause) => sum + lostBy(record, cause), 0));
  }
}

describe("a client's next request misses its server", () => {
  it("when its row has expired: e^(-r τ)(1 - 1/n), 0.0448 for r τ = 3 and n = 10", () => {
    const strategy = strategyOf({ balancing: "random", affinity: "source-table", knobs: { expireMs: 30 } });
    const records = runs(20, idealised(twice(exponential(10))), strategy);
    const expected = Math.exp(-3) * (1 - 1 / n);
    expect(expected).toBeCloseTo(0.044808, 6);
    expectAgreement(estimate(records, missed("binding-expired")), expected, { precision: 0.04 });
    expectOnly(records, "binding-expired");
  });

  it.each(["source-table", "learned-cookie"])(
    "behind two balancers, before one has told the other: (1 - 1/L)(1 - e^(-d/θ))(1 - 1/n), %s",
    (affinity) => {
      const knobs = { peers: true, peerDelayMs: 10, entries: 100_000 };
      const strategy = strategyOf({ balancing: "random", affinity, knobs });
      const records = runs(12, idealised(twice(exponential(10)), { balancers: { count: 2 } }), strategy);
      const expected = (1 / 2) * (1 - Math.exp(-1)) * (1 - 1 / n);
      expectAgreement(estimate(records, missed("unsynchronised-balancer")), expected, { precision: 0.03 });
      expectOnly(records, "unsynchronised-balancer");
    },
  );

  it("behind two balancers that never tell: it reaches the same server with 1/L + (1 - 1/L)/n = 0.55", () => {
    const strategy = strategyOf({ balancing: "random", affinity: "learned-cookie", knobs: { entries: 100_000 } });
    const records = runs(12, idealised(twice(exponential(10)), { balancers: { count: 2 } }), strategy);
    const reached = (record: RunRecord) => 1 - missed("unsynchronised-balancer")(record);
    expectAgreement(estimate(records, reached), 0.55, { precision: 0.015 });
  });

  it("when its link carried no id: m (1 - 1/n)", () => {
    const strategy = strategyOf({ balancing: "random", affinity: "url-rewriting", knobs: { missedFraction: 0.1 } });
    const records = runs(12, idealised(twice(exponential(10))), strategy);
    expectAgreement(estimate(records, missed("link-missed")), 0.1 * (1 - 1 / n), { precision: 0.06 });
    expectOnly(records, "link-missed");
  });

  it("when it comes with another TLS session: all but those that resume in time", () => {
    const knobs = { resumingFraction: 0.6, timeoutMs: 20, entries: 100_000 };
    const strategy = strategyOf({ balancing: "random", affinity: "tls-session", knobs });
    const records = runs(12, idealised(twice(exponential(10))), strategy);
    const expected = (1 - 0.6 * (1 - Math.exp(-2))) * (1 - 1 / n);
    expectAgreement(estimate(records, missed("tls-session-changed")), expected, { precision: 0.02 });
    expectOnly(records, "tls-session-changed");
  });

  it("always but by chance, under a 5-tuple hash", () => {
    const strategy = strategyOf({ affinity: "source-hash", knobs: { key: "address-and-port", avalanche: true } });
    const records = runs(8, idealised(twice(exponential(10))), strategy);
    expectAgreement(estimate(records, missed("no-affinity")), 1 - 1 / n, { precision: 0.01 });
  });

  it("when the table is full and takes nothing new: all but the first so many", () => {
    const entries = 2000;
    const strategy = strategyOf({
      balancing: "random",
      affinity: "source-table",
      knobs: { entries, whenFull: "refuse" },
    });
    const records = runs(12, idealised(twice(constant(10))), strategy);
    const late = (record: RunRecord) =>
      lostBy(record, "binding-refused") / (metricOf(record, "requestsOffered") - visits(record) - entries);
    expectAgreement(estimate(records, late), 1 - 1 / n, { precision: 0.01 });
    expectOnly(records, "binding-refused");
  });
});

describe("a bound session", () => {
  it.each([
    ["source-table", {}],
    ["source-hash", {}],
    ["source-hash", { hashType: "consistent" }],
    ["source-hash", { hashType: "listed", prefixBits: 24 }],
    ["flow-table", {}],
    ["header", { memory: "table" }],
    ["header", { memory: "hash" }],
    ["url-parameter", {}],
    ["url-rewriting", { missedFraction: 0 }],
    ["route-suffix", {}],
    ["learned-cookie", { entries: 100_000, expireMs: 100_000 }],
    ["application-cookie", {}],
    ["tls-session", { resumingFraction: 1, entries: 100_000 }],
  ] as const)("never moves while its server is eligible, and is never lost: %s %j", (affinity, knobs) => {
    const session = { requests: { law: "geometric", mean: 5 }, thinkMs: exponential(20) } as const;
    const scenario = idealised(populationOf({ arrivals: poisson(1), session }), { durationMs: 5000 });
    for (const record of runs(2, scenario, strategyOf({ balancing: "random", affinity, knobs }))) {
      expect([metricOf(record, "sessionsMoved"), metricOf(record, "sessionsLost")]).toEqual([0, 0]);
    }
  });
});

describe("of two balancers, a client that meets either", () => {
  const session = { requests: { law: "geometric", mean: 5 }, thinkMs: exponential(20) } as const;
  const scenario = idealised(populationOf({ arrivals: poisson(1), session }), {
    durationMs: 5000,
    balancers: { count: 2, choose: "per-request" },
  });
  const record = (affinity: string, knobs: object) =>
    runs(1, scenario, strategyOf({ balancing: "random", affinity, knobs: { ...knobs } }))[0]!;

  it.each([
    ["balancer-cookie", {}],
    ["balancer-cookie", { names: "address", maxIdleMs: 100_000 }],
    ["application-cookie", {}],
    ["endpoint-token", {}],
    ["cookie-hash", {}],
    ["cookie-hash", { table: "maglev" }],
    ["route-suffix", {}],
    ["url-rewriting", { missedFraction: 0 }],
    ["source-hash", {}],
    ["source-hash", { hashType: "maglev" }],
    ["header", { memory: "hash", hashType: "ring" }],
  ] as const)("finds its server at both where it carries the binding, or a hash says it: %s %j", (affinity, knobs) => {
    expect(metricOf(record(affinity, knobs), "sessionsLost")).toBe(0);
  });

  it.each([
    ["source-table", {}],
    ["flow-table", {}],
    ["header", {}],
    ["learned-cookie", { entries: 100_000 }],
    ["tls-session", { resumingFraction: 1, entries: 100_000 }],
    ["balancer-cookie", { names: "address", secrets: "own" }],
  ] as const)("is a stranger at the other where each knows but its own: %s %j", (affinity, knobs) => {
    const found = record(affinity, knobs);
    expect(metricOf(found, "sessionsLost")).toBeGreaterThan(1000);
    expectOnly([found], "unsynchronised-balancer");
  });
});

describe("a server that crashes and comes back", () => {
  /** About 1000 users who outlast the run. */
  const lasting = populationOf({
    arrivals: {
      process: "phases",
      phases: [
        { durationMs: 200, fromPerSec: 5000, toPerSec: 5000 },
        { durationMs: 1, fromPerSec: 0, toPerSec: 0 },
      ],
    },
    session: { requests: constant(1e9), thinkMs: exponential(50) },
  });
  const flap: Fault = { kind: "crash", atMs: 500, servers: [3], restartAfterMs: 600 };
  const healthCheck = { intervalMs: 1, timeoutMs: 1, rise: 1, fall: 1 };
  const scenario = idealised(lasting, {
    durationMs: 2000,
    balancers: { healthCheck, redispatch: 1 },
    faults: [flap],
  });
  /** Those who did not come by while it was away, e^(-600/50) of them, are nobody; those not back by the end e^-18. */
  const share = (cause: Cause) => (record: RunRecord) => lostBy(record, cause) / visits(record);

  it.each(["balancer-cookie", "source-table", "learned-cookie", "route-suffix", "header"])(
    "costs its users their session once: 1/N by the crash, nobody by the return (%s)",
    (affinity) => {
      const records = runs(20, scenario, strategyOf({ balancing: "random", affinity }));
      expectAgreement(estimate(records, share("crash")), 1 / n, { precision: 0.13 });
      expectOnly(records, "crash");
    },
  );

  it("costs them it twice under a hash that moves nobody else: 1/N by the crash, the same 1/N by the return", () => {
    const strategy = strategyOf({ affinity: "source-hash", knobs: { hashType: "listed", avalanche: true } });
    const records = runs(20, scenario, strategy);
    expectAgreement(estimate(records, share("crash")), 1 / n, { precision: 0.13 });
    expectAgreement(estimate(records, share("rehash")), 1 / n, { precision: 0.13 });
    // Between its return and the check that finds it some are sent elsewhere, and are lost there instead.
    expectOnly(records, "crash", "rehash", "failover", "overflow");
  });

  it("costs nearly everybody it twice under a modulo: (N - 2)/N when it goes, (N - 1)/N when it comes", () => {
    // Of h mod N(N - 1), N - 1 values out of N(N - 1) agree modulo both: 1/N stays. Of the others, 1/N were on the server.
    const records = runs(20, scenario, strategyOf({ affinity: "source-hash" }));
    expectAgreement(estimate(records, share("rehash")), (2 * n - 3) / n, { precision: 0.02 });
  });

  it("costs everybody it twice where the flow table is dropped with each change", () => {
    // Whom a dropped table leaves to chance stays with 1/N: 1 - 1/9 among nine servers, 1 - 1/10 among ten.
    const records = runs(20, scenario, strategyOf({ balancing: "random", affinity: "flow-table" }));
    const expected = (1 - 1 / n) * (1 - 1 / (n - 1)) + (1 - 1 / n);
    expectAgreement(estimate(records, share("binding-reset")), expected, { precision: 0.02 });
  });
});

describe("a table that is lost", () => {
  const users = populationOf({
    arrivals: {
      process: "phases",
      phases: [
        { durationMs: 200, fromPerSec: 5000, toPerSec: 5000 },
        { durationMs: 1, fromPerSec: 0, toPerSec: 0 },
      ],
    },
    session: { requests: constant(1e9), thinkMs: exponential(50) },
  });
  const of = (kind: "balancer-restart" | "balancer-reload", affinity: string, knobs = {}) =>
    runs(
      10,
      idealised(users, { durationMs: 1500, faults: [{ kind, atMs: 500, balancers: [0], endsAfterMs: null }] }),
      strategyOf({ balancing: "random", affinity, knobs }),
    );
  const moved = (record: RunRecord) => lostBy(record, "balancer-restart") / visits(record);

  it.each([
    ["balancer-restart", "source-table"],
    ["balancer-reload", "source-table"],
    ["balancer-reload", "header"],
  ] as const)("moves 1 - 1/n of the sessions (%s, %s)", (kind, affinity) => {
    const records = of(kind, affinity);
    expectAgreement(estimate(records, moved), 1 - 1 / n, { precision: 0.02 });
    expectOnly(records, "balancer-restart");
  });

  it("moves everybody, sooner or later, where an id is learned only as it is given out", () => {
    // Whom chance sends back to the right server is not learned again, and is at its mercy with every request.
    const records = of("balancer-restart", "learned-cookie");
    for (const record of records) expect(moved(record)).toBe(1);
    expectOnly(records, "balancer-restart");
  });

  it.each(["source-hash", "balancer-cookie", "route-suffix", "application-cookie"])(
    "is no matter to %s, which has none",
    (affinity) => {
      for (const record of of("balancer-restart", affinity)) expect(metricOf(record, "sessionsLost")).toBe(0);
    },
  );

  it("is taught by the old process where peers are set: (1 - e^(-t/θ))(1 - 1/n) come by before that has happened", () => {
    const records = of("balancer-reload", "source-table", { peers: true, resyncMs: 20 });
    expectAgreement(estimate(records, moved), (1 - Math.exp(-20 / 50)) * (1 - 1 / n), { precision: 0.09 });
    expectOnly(records, "balancer-restart");
  });
});

describe("one address of many", () => {
  it("with a tenth of the users makes four servers uneven by √((n - 1) Σ w²) = 17 %, alone", () => {
    const servers = 4;
    const requests = 20_000;
    const population = populationOf({
      arrivals: poisson(1),
      clients: { natFraction: 0.1, natAddresses: 1 },
    });
    const scenario = idealised(population, {
      durationMs: requests,
      servers: serversOf({ count: servers, workers: 1000 }),
    });
    const records = runs(50, scenario, strategyOf({ affinity: "source-hash" }));
    // Each of the other addresses has one request, which adds the sampling noise of a multinomial law: (n - 1)/M.
    const expected = (servers - 1) * (0.01 + 1 / requests);
    const cv2 = estimate(records, (record) => metricOf(record, "loadCv") * metricOf(record, "loadCv"));
    expectAgreement(cv2, expected, { precision: 0.08 });
    expect(Math.sqrt(3 * 0.01)).toBeCloseTo(0.1732, 4);
  });
});

describe("servers that a session of m requests touches without stickiness", () => {
  const touched = (requests: SessionScript["requests"], seed: number) => {
    const population = populationOf({ arrivals: poisson(1), session: { requests, thinkMs: constant(1) } });
    const scenario = idealised(population, { durationMs: 4000 });
    const byVisit = new Map<number, Set<number>>();
    const { decisions } = decisionsOf({ scenario, strategy: strategyOf({ balancing: "random" }), seed });
    for (const { visit, server, intendedAtMs, request } of decisions) {
      // Those that begin late may not come to their end.
      if (request === 0 && intendedAtMs < 3000) byVisit.set(visit, new Set());
      byVisit.get(visit)?.add(server);
    }
    return [...byVisit.values()].reduce((sum, servers) => sum + servers.size, 0) / byVisit.size;
  };

  it.each([
    ["5", constant(5), n * (1 - 0.9 * 0.9 * 0.9 * 0.9 * 0.9), 4.0951],
    ["20", constant(20), n * (1 - (1 - 1 / n) ** 20), 8.7842],
    // 1 - E (1 - 1/n)^m with m geometric of mean 20: n (1 - q) / (q + n (1 - q)) … = n / (1 + (n - 1)/20).
    ["a geometric number with mean 20", { law: "geometric", mean: 20 } as const, n / (1 + (n - 1) / 20), 6.896552],
  ])("are n (1 - (1 - 1/n)^m) for m = %s", (_, requests, expected, published) => {
    expect(expected).toBeCloseTo(published, 4);
    const means = Array.from({ length: 8 }, (_, run) => touched(requests, run + 1));
    expectAgreement(estimateOf(means), expected, { precision: 0.02 });
  });
});
