import { describe, expect, it } from "vitest";
import { Fleet } from "../balancing/fleet.ts";
import { Kernel } from "../engine/kernel.ts";
import { usualRules } from "../persistence/affinity/mechanism.ts";
import type { Cluster } from "../scenario.ts";
import { FAILED_OVER } from "./decisions.ts";
import { Limits } from "./limits.ts";
import { Requests } from "./requests.ts";
import { type Line, type ReplayParts, replay } from "./testing/replay.ts";
import { group } from "./testing/scenario.ts";

const leastConnections = { balancing: { name: "least-connections", knobs: { load: "local" } } };
const cookie = { affinity: { name: "balancer-cookie", knobs: { maxIdleMs: null, maxLifeMs: null, cookieBytes: 10 } } };

const queue = (parts: Partial<NonNullable<Cluster["balancers"]["queue"]>> = {}) => ({
  limit: null,
  perServerLimit: null,
  timeoutMs: null,
  ...parts,
});

/** A request of its own visit at each of the times. */
const requestsAt = (...times: readonly number[]): Line[] =>
  times.map((atMs, session) => ({ atMs, session, isFirst: true }));

/** Servers that take one connection at a time, and requests of 100 ms. */
const run = (lines: readonly Line[], parts: ReplayParts = {}, servers = 1) =>
  replay(lines, [], {
    servers: [group({ count: servers, workers: 10, maxConnections: 1 })],
    serviceMs: 100,
    ...parts,
    strategy: { ...leastConnections, ...parts.strategy },
  });

const toldOf = ({ decisions }: ReturnType<typeof replay>) =>
  decisions.map(({ atMs, visit, server, reason }) => `${atMs} ${visit} ${server} ${reason}`);

/** Answered, refused, failed, timed out. */
const endsOf = ({ simulation }: ReturnType<typeof replay>) => [...simulation.meter.ended];

describe("a server with as many connections as it may have", () => {
  it("gets none more: another one does, and when all are full the request is refused", () => {
    const two = run(requestsAt(10, 20, 30, 115), {}, 2);
    expect(toldOf(two)).toEqual([
      "10 0 server-1 balanced",
      "20 1 server-2 balanced",
      "30 2 null no-server",
      "115 3 server-1 balanced",
    ]);
    expect(endsOf(two)).toEqual([3, 1, 0, 0]);
  });

  it("has them from each balancer", () => {
    const { simulation } = run(requestsAt(...Array.from({ length: 40 }, (_, i) => 10 + i)), {
      balancers: { count: 3 },
    });
    expect([...simulation.meter.ended]).toEqual([3, 37, 0, 0]);
  });

  it("is not led to by a binding either", () => {
    const lines: Line[] = [
      { atMs: 10, session: 0, isFirst: true },
      { atMs: 150, session: 1, isFirst: true },
      { atMs: 160, session: 0 },
    ];
    const bound = run(lines, { strategy: cookie });
    expect(toldOf(bound)).toEqual(["10 0 server-1 balanced", "150 1 server-1 balanced", "160 0 null no-server"]);
  });
});

describe("the queue of a balancer", () => {
  it("holds requests until there is room, first come, first served", () => {
    const held = run(requestsAt(10, 20, 30), { balancers: { queue: queue() } });
    expect(toldOf(held)).toEqual(["10 0 server-1 balanced", "110 1 server-1 balanced", "210 2 server-1 balanced"]);
    // Waits of 90 and 180 ms, and none on the server.
    expect(held.simulation.meter.heldMs).toBe(270);
    expect(held.simulation.meter.waitingMs).toBe(0);
    expect(held.simulation.meter.responseTimeMs.record().sum).toBe(3 * 100 + 270);
  });

  it("refuses who finds it full, and who has waited long enough", () => {
    const full = run(requestsAt(10, 20, 30), { balancers: { queue: queue({ limit: 1 }) } });
    expect(toldOf(full)).toEqual(["10 0 server-1 balanced", "30 2 null no-server", "110 1 server-1 balanced"]);
    const late = run(requestsAt(10, 20, 30, 95), { balancers: { queue: queue({ timeoutMs: 50 }) } });
    expect(toldOf(late)).toEqual([
      "10 0 server-1 balanced",
      "70 1 null no-server",
      "80 2 null no-server",
      "110 3 server-1 balanced",
    ]);
    expect(endsOf(late)).toEqual([2, 2, 0, 0]);
  });

  it("keeps who is bound to a server for that server, in turn with those that any would do for", () => {
    const lines: Line[] = [
      { atMs: 10, session: 0, isFirst: true },
      // Both servers are taken until 250 and 260; then visit 0 wants its own server, and visit 3 any.
      { atMs: 150, session: 1, isFirst: true },
      { atMs: 160, session: 2, isFirst: true },
      { atMs: 170, session: 0 },
      { atMs: 180, session: 3, isFirst: true },
    ];
    const found = toldOf(run(lines, { balancers: { queue: queue() }, strategy: cookie }, 2));
    const first = found[1]!.split(" ")[2];
    const other = first === "server-1" ? "server-2" : "server-1";
    expect(found[0]).toBe("10 0 server-1 balanced");
    expect(found[2]).toBe(`160 2 ${other} balanced`);
    const [ownAtMs, otherAtMs] = first === "server-1" ? [250, 260] : [260, 250];
    expect(found.slice(3).sort()).toEqual([`${ownAtMs} 0 server-1 bound`, `${otherAtMs} 3 server-2 balanced`].sort());
  });

  it("hands on who waits for a server that is taken out, and remembers how long they have waited", () => {
    const kernel = new Kernel();
    const requests = new Requests();
    const fleet = new Fleet([1, 1]);
    fleet.admit([0, 1]);
    const maximum = Int32Array.of(1, 1);
    const limits = new Limits({ kernel, requests, fleets: [fleet], maximum, queue: queue(), rules: usualRules });
    const sent: string[] = [];
    limits.dispatcher = {
      fateOf: () => FAILED_OVER,
      choose: () => (fleet.isEligible[1] === 1 && fleet.isBarred[1] === 0 ? 1 : -1),
      dispatch(slot, balancer, server, reason) {
        sent.push(`${kernel.nowMs} ${slot} ${server} ${reason}`);
        fleet.inFlight[server]!++;
        limits.taken(balancer, server);
      },
    };
    const [first, second, third] = [requests.take(), requests.take(), requests.take()];
    for (const slot of [first, second, third]) limits.begins(slot);
    limits.place(first, 0, 0, 1);
    limits.place(second, 0, 0, 2);
    limits.place(third, 0, 0, 2);
    kernel.next(30);
    fleet.setEligible(0, false);
    limits.changed(0, 0);
    kernel.next(50);
    fleet.inFlight[1]!--;
    limits.released(0, 1);
    expect(sent).toEqual([`0 ${first} 0 1`, `30 ${second} 1 ${FAILED_OVER}`, `50 ${third} 1 ${FAILED_OVER}`]);
    expect([first, second, third].map((slot) => limits.waitedMs(slot))).toEqual([0, 30, 50]);
    // Nobody waits for a server that is out any more, and its connections bar nobody.
    expect([fleet.barredCount, fleet.isBarred[0]]).toEqual([1, 0]);
  });

  it("lets go of a client that has lost patience, and of a request past the balancer's own timeout", () => {
    const impatient = run(requestsAt(10, 20, 300), { balancers: { queue: queue() }, users: { patienceMs: 60 } });
    expect(toldOf(impatient)).toEqual(["10 0 server-1 balanced", "80 1 null no-server", "300 2 server-1 balanced"]);
    expect(endsOf(impatient)).toEqual([0, 0, 0, 3]);
    const slow = run(requestsAt(10, 20), { balancers: { queue: queue(), requestTimeoutMs: 95 } });
    expect(toldOf(slow)).toEqual(["10 0 server-1 balanced", "105 1 server-1 balanced"]);
    expect(endsOf(slow)).toEqual([0, 0, 0, 2]);
  });

  it("serves a server that comes back with all it may have, however many are refused there", () => {
    const lines = requestsAt(...Array.from({ length: 600 }, (_, i) => 100 + i / 10));
    const { simulation } = run(lines, {
      balancers: { queue: queue() },
      faults: [{ kind: "crash", atMs: 170, servers: [0], restartAfterMs: null }],
    });
    // One was on the server when it died; the others are refused one after the other, by a loop and not by recursion.
    expect([...simulation.meter.ended]).toEqual([0, 0, 600, 0]);
  });
});
