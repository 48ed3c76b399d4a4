import { describe, expect, it } from "vitest";
import { affinityLetters } from "../record.ts";
import { type Line, replay } from "./testing/replay.ts";
import { group } from "./testing/scenario.ts";

const cookie = (knobs: { readonly maxIdleMs?: number; readonly maxLifeMs?: number } = {}) => ({
  affinity: { name: "balancer-cookie", knobs: { maxIdleMs: null, maxLifeMs: null, cookieBytes: 10, ...knobs } },
});

/** One visit with requests at the given times. */
const visit = (times: readonly number[], session = 0): Line[] =>
  times.map((atMs, i) => ({ atMs, session, isFirst: i === 0 }));

const inTurn = (lines: readonly Line[]) => [...lines].sort((a, b) => a.atMs - b.atMs);

/** How often each outcome came up, as in HAProxy's log. */
function lettersOf({ simulation }: ReturnType<typeof replay>): string {
  return affinityLetters.map((letter, code) => letter.repeat(simulation.meter.outcomes[code]!)).join("");
}

const toldOf = ({ decisions }: ReturnType<typeof replay>) =>
  decisions.map(({ atMs, server, reason }) => `${atMs} ${server} ${reason}`);

describe("a balancer", () => {
  it("balances a client without a binding, and follows a valid one", () => {
    const run = replay(visit([5, 50, 100]), [], { strategy: cookie() });
    expect(toldOf(run)).toEqual(["5 server-1 balanced", "50 server-1 bound", "100 server-1 bound"]);
    expect(lettersOf(run)).toBe("NVV");
  });

  it("leads a client elsewhere once it knows that the bound server is down, and binds it there", () => {
    const run = replay(visit([5, 50, 200, 300, 400]), [], {
      strategy: cookie(),
      balancers: { healthCheck: { intervalMs: 20, timeoutMs: 1, rise: 1, fall: 2 } },
      faults: [{ kind: "crash", atMs: 100, servers: [0], restartAfterMs: 150 }],
    });
    expect(toldOf(run)).toEqual([
      "5 server-1 balanced",
      "50 server-1 bound",
      "200 server-2 failed-over",
      "300 server-2 bound",
      "400 server-2 bound",
    ]);
    expect(lettersOf(run)).toBe("NVVVD");
  });

  it("tells a cookie that went unused from one that is old", () => {
    const idle = replay(visit([5, 50, 200]), [], { strategy: cookie({ maxIdleMs: 100 }) });
    expect(lettersOf(idle)).toBe("NVE");
    const old = replay(visit([5, 50, 100, 150]), [], { strategy: cookie({ maxLifeMs: 100 }) });
    expect(lettersOf(old)).toBe("NVVO");
    expect(toldOf(old)[3]).toBe("150 server-2 balanced");
  });

  it("sends to a crashed server, which refuses, as long as it does not know", () => {
    const run = replay(visit([5, 50]), [], {
      strategy: cookie(),
      faults: [{ kind: "crash", atMs: 30, servers: [0], restartAfterMs: null }],
    });
    expect(toldOf(run)).toEqual(["5 server-1 balanced", "50 server-1 bound"]);
    expect([...run.simulation.meter.ended]).toEqual([1, 0, 1, 0]);
  });

  it("sends what was refused to another server at once, so often and no more", () => {
    const tries = (redispatch: number) =>
      replay(visit([50]), [], {
        servers: [group({ count: 4 })],
        balancers: { redispatch },
        faults: [{ kind: "crash", atMs: 30, servers: [0, 1], restartAfterMs: null }],
      });
    expect(toldOf(tries(0))).toEqual(["50 server-1 balanced"]);
    expect(toldOf(tries(1))).toEqual(["50 server-1 balanced", "50 server-2 redispatched"]);
    const enough = tries(3);
    expect(toldOf(enough)).toEqual(["50 server-1 balanced", "50 server-2 redispatched", "50 server-3 redispatched"]);
    expect([...enough.simulation.meter.ended]).toEqual([1, 0, 0, 0]);
    expect(enough.simulation.meter.redispatches).toBe(2);
  });

  it("binds a redispatched client to the server that answered it", () => {
    const run = replay(inTurn([...visit([5, 30]), ...visit([20], 1), ...visit([32, 60], 2)]), [], {
      // One request at a time each, and nobody may wait.
      servers: [group({ count: 2, queueLimit: 0 })],
      balancers: { redispatch: 1 },
      strategy: cookie(),
    });
    expect(toldOf(run)).toEqual([
      "5 server-1 balanced",
      "20 server-2 balanced",
      "30 server-1 bound",
      "32 server-1 balanced",
      "32 server-2 redispatched",
      "60 server-2 bound",
    ]);
    expect([...run.simulation.meter.ended]).toEqual([5, 0, 0, 0]);
  });

  it("refuses everybody while it would send to no server", () => {
    const run = replay(visit([5, 300]), [], {
      balancers: { healthCheck: { intervalMs: 10, timeoutMs: 1, rise: 1, fall: 1 } },
      faults: [{ kind: "crash", atMs: 100, servers: [0, 1], restartAfterMs: null }],
    });
    expect(run.decisions[1]).toMatchObject({ server: null, reason: "no-server" });
    expect([...run.simulation.meter.ended]).toEqual([1, 1, 0, 0]);
  });

  it("gives up on a server after its timeout, to the moment, while the server works on", () => {
    const run = replay(visit([5, 500]), [], { serviceMs: 100, balancers: { requestTimeoutMs: 40 } });
    const { simulation } = run;
    expect([...simulation.meter.ended]).toEqual([0, 0, 0, 2]);
    // Both were worked on to the end, and the balancer counts none of them any more.
    expect(simulation.integrals().busyMs.reduce((sum, busyMs) => sum + busyMs, 0)).toBe(200);
    expect([...simulation.fleets[0]!.inFlight]).toEqual([0, 0]);
    const stopping = replay(visit([5]), [], {
      serviceMs: 100,
      balancers: { requestTimeoutMs: 40, cancelsAbandonedWork: true },
    });
    expect(stopping.simulation.integrals().busyMs[0]).toBe(40);
  });

  it("is one of several, for each request or for each session", () => {
    const times = Array.from({ length: 30 }, (_, i) => 5 + 20 * i);
    const balancersOf = (choose: "per-request" | "per-session") =>
      new Set(replay(visit(times), [], { balancers: { count: 3, choose } }).decisions.map(({ balancer }) => balancer));
    expect(balancersOf("per-session").size).toBe(1);
    expect(balancersOf("per-request")).toEqual(new Set([0, 1, 2]));
  });

  it("counts only its own requests in flight", () => {
    const lines = inTurn(Array.from({ length: 12 }, (_, session) => visit([5 + session], session)).flat());
    const { decisions, simulation } = replay(lines, [], {
      servers: [group({ count: 3 })],
      serviceMs: 1000,
      balancers: { count: 2 },
    });
    const sent = [0, 1].map((balancer) => decisions.filter((decision) => decision.balancer === balancer).length);
    expect(simulation.fleets.map(({ inFlight }) => inFlight.reduce((sum, count) => sum + count, 0))).toEqual(sent);
    expect(sent[0]! + sent[1]!).toBe(12);
  });
});
