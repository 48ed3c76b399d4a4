import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { NONE, VALID } from "./mechanism.ts";
import { Bench } from "./testing/bench.ts";

const CLIENTS = 4000;

const hashing = (servers: number, knobs: Knobs = {}, balancers = 1) => {
  const bench = new Bench("cookie-hash", { weights: new Array<number>(servers).fill(1), balancers, knobs });
  for (let client = 0; client < CLIENTS; client++) bench.begin(client);
  return bench;
};

/** Where each client is led, after a first answer that brought it its cookie. */
const settled = (bench: Bench) => {
  for (let client = 0; client < CLIENTS; client++) {
    if (bench.look(client).outcome === NONE) bench.mechanism.answered(client, 0, 0);
  }
  return Array.from({ length: CLIENTS }, (_, client) => bench.look(client).server);
};

const movedShare = (before: readonly number[], after: readonly number[]) =>
  before.filter((server, client) => server !== after[client]).length / CLIENTS;

describe("the hash of a generated cookie", () => {
  it("is made before the choice: the first request goes where the cookie will lead", () => {
    const bench = hashing(3);
    const first = bench.look(0);
    expect(first.outcome).toBe(NONE);
    bench.mechanism.answered(0, 0, first.server);
    for (let number = 1; number < 20; number++) {
      bench.requestNumber.set(0, number);
      expect(bench.look(0)).toEqual({ server: first.server, outcome: VALID });
    }
  });

  it("leads to the same server through every balancer that sees the same fleet", () => {
    const bench = hashing(5, {}, 2);
    settled(bench);
    for (let client = 0; client < 200; client++) expect(bench.look(client, 1)).toEqual(bench.look(client, 0));
  });

  /**
   * Envoy's ring keeps its size: of M points each of N servers has M/N, and M/(N-1) when one has gone. So 1/N of the points
   * are new, and where a key meets one of them first it moves, unless it was that server's anyway: (1/N)(1 - 2/N) of all
   * keys move between servers that stay, 1/N besides. Of M = 20,000 points 2000 are new: their arcs' sum is off by
   * 1/√2000 of it. Maglev's table of 65,537 slots moves a few in a hundred (its paper, section 5.3).
   */
  const N = 10;
  const moved = (1 / N) * (1 - 2 / N);
  const sampling = 4 * Math.sqrt((0.18 * 0.82) / CLIENTS);
  const ringTolerance = sampling + (4 * 0.1) / Math.sqrt(2000);

  for (const table of ["ring", "maglev"]) {
    it(`over a ${table} moves the clients of a server that goes and few others, and moves them back when it returns`, () => {
      const bench = hashing(N, { table, ringSize: 20_000 });
      const before = settled(bench);
      bench.fleets[0]!.setEligible(3, false);
      const without = settled(bench);
      const others = before.filter((server, client) => server !== 3 && without[client] !== server).length / CLIENTS;
      if (table === "ring") expect(Math.abs(others - moved)).toBeLessThan(ringTolerance);
      else expect(others).toBeLessThan(0.05);
      expect(without.includes(3)).toBe(false);
      bench.fleets[0]!.setEligible(3, true);
      expect(settled(bench)).toEqual(before);
    });

    it(`over a ${table} moves 1/(N+1) of the clients to a server that is added, and few others`, () => {
      const bench = hashing(N, { table, ringSize: 20_000 });
      bench.fleets[0]!.setListed(9, false);
      const before = settled(bench);
      bench.fleets[0]!.admit([9]);
      const after = settled(bench);
      const toNew = after.filter((server) => server === 9).length / CLIENTS;
      expect(Math.abs(toNew - 1 / N)).toBeLessThan(ringTolerance);
      const share = movedShare(before, after);
      if (table === "ring") expect(Math.abs(share - 1 / N - moved)).toBeLessThan(ringTolerance);
      else expect(share - toNew).toBeLessThan(0.05);
    });
  }

  it("moves nobody but the clients of the server that goes where the ring grows and shrinks with the fleet", () => {
    const bench = hashing(N, { pointsPerServer: 160 });
    const before = settled(bench);
    bench.fleets[0]!.setEligible(3, false);
    const without = settled(bench);
    expect(before.filter((server, client) => server !== 3 && without[client] !== server)).toEqual([]);
  });

  it("is another one after its life, wherever that leads, and the browser is why", () => {
    const bench = hashing(10, { ttlMs: 1000 });
    const before = settled(bench);
    bench.nowMs = 1000;
    expect(settled(bench)).toEqual(before);
    bench.nowMs = 1001;
    for (let client = 0; client < CLIENTS; client++) bench.requestNumber.set(client, 7);
    expect(bench.look(0).outcome).toBe(NONE);
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("cookie-expired");
    // With ten servers 9 of 10 clients move; four standard errors, and the ring's own unevenness.
    const tolerance = 4 * Math.sqrt((0.1 * 0.9) / CLIENTS) + 0.005;
    expect(Math.abs(movedShare(before, settled(bench)) - 0.9)).toBeLessThan(tolerance);
  });

  it("is a new one with every request of a client that refuses cookies", () => {
    const bench = hashing(10);
    bench.refusesCookies.add(0);
    const servers = new Set<number>();
    for (let number = 0; number < 100; number++) {
      bench.requestNumber.set(0, number);
      const { server, outcome } = bench.look(0);
      expect(outcome).toBe(NONE);
      bench.mechanism.answered(0, 0, server);
      servers.add(server);
    }
    expect(servers.size).toBe(10);
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("cookie-refused");
  });

  it("travels down once and up with every request after", () => {
    const bench = hashing(3, { cookieBytes: 10 });
    bench.answer(0, 0);
    bench.answer(0, 0);
    expect(bench.cookieBytes).toBe(20);
  });

  it("leads nowhere while nobody is eligible", () => {
    const bench = hashing(2);
    bench.fleets[0]!.setEligible(0, false);
    bench.fleets[0]!.setEligible(1, false);
    expect(bench.look(0).server).toBe(-1);
  });

  it("tells a change of the fleet as the cause", () => {
    const bench = hashing(3);
    settled(bench);
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("rehash");
  });
});

describe("the hash of the application's cookie", () => {
  it("has nothing to go by until there is an id, and then leads elsewhere than the server that gave it out, mostly", () => {
    const bench = hashing(10, { cookie: "application" });
    expect(bench.tracksIds).toBe(true);
    let elsewhere = 0;
    for (let client = 0; client < CLIENTS; client++) {
      bench.carriedId.set(client, -1);
      expect(bench.look(client)).toEqual({ server: -1, outcome: NONE });
      bench.carriedId.set(client, 1_000_003 * (client + 1));
      if (bench.look(client).server !== client % 10) elsewhere++;
      expect(bench.mechanism.whyElsewhere(client, 0)).toBe("no-affinity");
    }
    const tolerance = 4 * Math.sqrt((0.1 * 0.9) / CLIENTS) + 0.005;
    expect(Math.abs(elsewhere / CLIENTS - 0.9)).toBeLessThan(tolerance);
  });

  it("stays with an id, and tells a change of the fleet from an id that is new", () => {
    const bench = hashing(10, { cookie: "application" });
    bench.carriedId.set(0, 123_456_789_012_345);
    const { server } = bench.look(0);
    // Until the new id has been answered once, nobody holds a session that it could lead to.
    bench.look(0);
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("no-affinity");
    bench.answer(0, server);
    bench.look(0);
    bench.fleets[0]!.setEligible(server, false);
    expect(bench.look(0).server).not.toBe(server);
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("rehash");
    bench.fleets[0]!.setEligible(server, true);
    expect(bench.look(0)).toEqual({ server, outcome: VALID });
  });

  it("is of no use to a client that refuses cookies", () => {
    const bench = hashing(3, { cookie: "application" });
    bench.carriedId.set(0, 5);
    bench.refusesCookies.add(0);
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("cookie-refused");
  });
});
