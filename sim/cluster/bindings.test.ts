import { describe, expect, it } from "vitest";
import { withDefaults } from "../catalogue.ts";
import { causeCode } from "../metrics/causes.ts";
import { endpointToken } from "../persistence/affinity/endpoint-token.ts";
import type { BindingRules } from "../persistence/affinity/mechanism.ts";
import { affinityLetters } from "../record.ts";
import type { Cluster, Fault } from "../scenario.ts";
import { withRules } from "./testing/bound.ts";
import { type Line, type ReplayParts, replay } from "./testing/replay.ts";
import { group } from "./testing/scenario.ts";

/** One visit with requests at the given times. */
const visit = (times: readonly number[], session = 0): Line[] =>
  times.map((atMs, i) => ({ atMs, session, isFirst: i === 0 }));
const inTurn = (...visits: readonly (readonly Line[])[]) => visits.flat().sort((a, b) => a.atMs - b.atMs);

/** A run in which the balancer's cookie binds, with these rules. */
const run = (lines: readonly Line[], rules: Partial<BindingRules>, parts: ReplayParts = {}) =>
  replay(lines, [], { ...parts, strategy: { affinity: { name: "balancer-cookie", knobs: withRules(rules) } } });

const toldOf = ({ decisions }: ReturnType<typeof replay>) =>
  decisions.map(({ atMs, visit, server, reason }) => `${atMs} ${visit} ${server} ${reason}`);
const lettersOf = ({ simulation }: ReturnType<typeof replay>) =>
  affinityLetters.map((letter, code) => letter.repeat(simulation.meter.outcomes[code]!)).join("");
const endsOf = ({ simulation }: ReturnType<typeof replay>) => [...simulation.meter.ended];

const draining = (parts: Partial<Extract<Fault, { kind: "drain" }>> = {}): Fault => ({
  kind: "drain",
  atMs: 100,
  servers: [0],
  everyMs: 0,
  stopAfterMs: null,
  killAfterMs: null,
  restartAfterMs: null,
  ...parts,
});

describe("the bound server drains", () => {
  const lines = inTurn(visit([5, 150, 400]), visit([160], 1), visit([170], 2));

  it("and keeps who is bound to it, while nobody new comes: HAProxy, nginx", () => {
    const found = run(lines, { whenDraining: "keep" }, { faults: [draining()] });
    expect(toldOf(found)).toEqual([
      "5 0 server-1 balanced",
      "150 0 server-1 bound",
      "160 1 server-2 balanced",
      "170 2 server-2 balanced",
      "400 0 server-1 bound",
    ]);
    expect(lettersOf(found)).toBe("NNNVV");
  });

  it("and is left at once, where the balancer deregisters it: AWS ALB", () => {
    const found = run(lines, { whenDraining: "move" }, { faults: [draining()] });
    expect(toldOf(found)).toEqual([
      "5 0 server-1 balanced",
      "150 0 server-2 drained",
      "160 1 server-2 balanced",
      "170 2 server-2 balanced",
      "400 0 server-2 bound",
    ]);
    expect(lettersOf(found)).toBe("NNNVU");
    expect(found.counts.caused.sessionsLost[causeCode("drain")]).toBe(1);
  });

  it("and is refused to who is bound to it: Envoy strict", () => {
    const found = run(lines, { whenDraining: "refuse" }, { faults: [draining()] });
    expect(toldOf(found)).toEqual([
      "5 0 server-1 balanced",
      "150 0 null turned-away",
      "160 1 server-2 balanced",
      "170 2 server-2 balanced",
      "400 0 null turned-away",
    ]);
    expect(lettersOf(found)).toBe("NNNUU");
    expect(endsOf(found)).toEqual([3, 2, 0, 0]);
  });

  it("and is left by all once it is stopped, until its checks bring it back, empty", () => {
    const fault = draining({ stopAfterMs: 100, restartAfterMs: 100 });
    const healthCheck = { intervalMs: 20, timeoutMs: 1, rise: 2, fall: 2 };
    const found = run(
      inTurn(visit([5, 150, 250, 600]), visit([290], 1), visit([400], 2), visit([410], 3)),
      {},
      {
        faults: [fault],
        balancers: { healthCheck },
      },
    );
    expect(toldOf(found)).toEqual([
      "5 0 server-1 balanced",
      "150 0 server-1 bound",
      "250 0 server-2 failed-over",
      "290 1 server-2 balanced",
      "400 2 server-1 balanced",
      "410 3 server-2 balanced",
      "600 0 server-2 bound",
    ]);
    expect(lettersOf(found)).toBe("NNNNVVD");
  });
});

describe("the bound server is out", () => {
  const parts: ReplayParts = {
    balancers: { healthCheck: { intervalMs: 20, timeoutMs: 1, rise: 1, fall: 1 } },
    faults: [{ kind: "crash", atMs: 100, servers: [0], restartAfterMs: 300 }],
  };
  const lines = visit([5, 200, 500]);

  it("and the client is bound anew", () => {
    const found = run(lines, { whenDown: "move" }, parts);
    expect(toldOf(found)).toEqual(["5 0 server-1 balanced", "200 0 server-2 failed-over", "500 0 server-2 bound"]);
    expect([lettersOf(found), endsOf(found)]).toEqual(["NVD", [3, 0, 0, 0]]);
  });

  it("and the request is sent there all the same, and fails: HAProxy option persist", () => {
    const found = run(lines, { whenDown: "insist" }, parts);
    expect(toldOf(found)).toEqual(["5 0 server-1 balanced", "200 0 server-1 insisted", "500 0 server-1 bound"]);
    expect([lettersOf(found), endsOf(found)]).toEqual(["NVV", [2, 0, 1, 0]]);
    // With option redispatch the connection's failure sends it on.
    const redispatched = run(
      lines,
      { whenDown: "insist" },
      { ...parts, balancers: { ...parts.balancers, redispatch: 1 } },
    );
    expect(toldOf(redispatched)[2]).toBe("200 0 server-2 redispatched");
  });

  it("and the request is refused, though there are other servers: Apache nofailover=On, Envoy strict", () => {
    const found = run(lines, { whenDown: "refuse" }, parts);
    expect(toldOf(found)).toEqual(["5 0 server-1 balanced", "200 0 null turned-away", "500 0 server-1 bound"]);
    expect([lettersOf(found), endsOf(found)]).toEqual(["NVD", [2, 1, 0, 0]]);
  });

  it("and what has its name when it is back is not what the client holds: a strict endpoint token stays refused", () => {
    for (const [whenDown, third] of [
      ["refuse", "500 0 null turned-away"],
      ["move", "500 0 server-2 bound"],
    ] as const) {
      const knobs = withDefaults(endpointToken, { whenDown });
      const found = replay(lines, [], { ...parts, strategy: { affinity: { name: "endpoint-token", knobs } } });
      expect(toldOf(found)[2]).toBe(third);
      expect(lettersOf(found)).toBe(whenDown === "refuse" ? "NID" : "NVD");
    }
  });

  it("for good: a cookie that names no server of the configuration is invalid, and there is nobody to insist on", () => {
    const leaves: Fault = {
      kind: "scale-in",
      atMs: 100,
      servers: [0],
      stopAfterMs: 0,
      killAfterMs: 0,
      keepListed: false,
    };
    for (const whenDown of ["move", "insist"] as const) {
      const found = run(lines, { whenDown }, { faults: [leaves] });
      expect(toldOf(found)[1]).toBe("200 0 server-2 balanced");
      expect(lettersOf(found)).toBe("NIV");
    }
    expect(toldOf(run(lines, { whenDown: "insist" }, { faults: [{ ...leaves, keepListed: true }] }))[1]).toBe(
      "200 0 server-1 insisted",
    );
  });
});

describe("the bound server has no room", () => {
  const queueOf = (parts: Partial<NonNullable<Cluster["balancers"]["queue"]>> = {}) => ({
    limit: null,
    perServerLimit: null,
    timeoutMs: null,
    ...parts,
  });
  /** Visit 0 is bound to server-1, which visit 2 keeps busy from 130 to 230 when it comes again at 150. */
  const busy = inTurn(visit([10, 150]), visit([20], 1), visit([130], 2));
  /** And server-2 is busy until 240. */
  const allBusy = inTurn(busy, visit([140], 3));
  const full = (
    rules: Partial<BindingRules>,
    queue: ReturnType<typeof queueOf> | null,
    lines: readonly Line[] = busy,
  ) => {
    const servers = [group({ count: 2, workers: 10, maxConnections: 1 })];
    return run(lines, rules, { servers, serviceMs: 100, balancers: { queue } });
  };
  const fateOf = (found: ReturnType<typeof replay>) => toldOf(found).at(-1);

  it("and a soft binding is a wish: the request goes elsewhere at once", () => {
    for (const queue of [null, queueOf()]) {
      const found = full({ strictness: "soft" }, queue);
      expect(fateOf(found)).toBe("150 0 server-2 overflowed");
      expect(found.counts.caused.sessionsLost[causeCode("overflow")]).toBe(1);
      // As in HAProxy's log: the cookie was valid.
      expect(lettersOf(found)).toBe("NNNV");
    }
  });

  it("and a bounded one waits for it so long, then goes elsewhere", () => {
    const bounded = (boundedWaitMs: number) => ({ strictness: "bounded", boundedWaitMs }) as const;
    expect(fateOf(full(bounded(50), queueOf()))).toBe("200 0 server-2 overflowed");
    expect(fateOf(full(bounded(81), queueOf()))).toBe("230 0 server-1 bound");
    // Nowhere to wait.
    expect(fateOf(full(bounded(50), null))).toBe("150 0 server-2 overflowed");
    expect(fateOf(full(bounded(50), queueOf({ limit: 0 })))).toBe("150 0 server-2 overflowed");
    // Elsewhere there is no room either: it waits for whoever has some first, and its whole wait counts.
    expect(fateOf(full(bounded(50), queueOf(), allBusy))).toBe("230 0 server-1 overflowed");
    expect(fateOf(full(bounded(50), queueOf({ timeoutMs: 70 }), allBusy))).toBe("220 0 null no-server");
    expect(fateOf(full(bounded(90), queueOf({ timeoutMs: 70 }), allBusy))).toBe("220 0 null no-server");
    const { simulation } = full(bounded(50), queueOf(), allBusy);
    expect(simulation.meter.heldMs).toBe(80);
  });

  it("and a hard one waits as the queue lets it, or is refused where there is none", () => {
    expect(fateOf(full({ strictness: "hard" }, queueOf()))).toBe("230 0 server-1 bound");
    expect(fateOf(full({ strictness: "hard" }, queueOf({ timeoutMs: 30 })))).toBe("180 0 null no-server");
    expect(fateOf(full({ strictness: "hard" }, null))).toBe("150 0 null no-server");
  });

  it("and as many wait for it as may: the next goes elsewhere, persistence broken on purpose (HAProxy maxqueue)", () => {
    expect(fateOf(full({ strictness: "hard" }, queueOf({ perServerLimit: 0 })))).toBe("150 0 server-2 overflowed");
    expect(fateOf(full({ strictness: "hard" }, queueOf({ perServerLimit: 1 })))).toBe("230 0 server-1 bound");
  });

  it("while it drains: who is bound still waits for it", () => {
    const servers = [group({ count: 2, workers: 10, maxConnections: 1 })];
    const parts = { servers, serviceMs: 100, balancers: { queue: queueOf() }, faults: [draining({ atMs: 145 })] };
    expect(fateOf(run(busy, { whenDraining: "keep" }, parts))).toBe("230 0 server-1 bound");
    // It begins to drain, or goes, while they wait.
    const later = { ...parts, faults: [draining({ atMs: 190 })] };
    expect(fateOf(run(busy, { whenDraining: "keep" }, later))).toBe("230 0 server-1 bound");
    expect(fateOf(run(busy, { whenDraining: "move" }, later))).toBe("190 0 server-2 drained");
    const stopped = { ...parts, faults: [draining({ atMs: 190, stopAfterMs: 0 })] };
    expect(fateOf(run(busy, {}, stopped))).toBe("190 0 server-2 failed-over");
    expect(fateOf(run(busy, { whenDown: "refuse" }, stopped))).toBe("190 0 null turned-away");
  });
});
