import { describe, expect, it } from "vitest";
import { expectEven, expectShare } from "../../engine/testing/fit.ts";
import { Bench } from "./testing/bench.ts";

describe("a header that names the client", () => {
  it("tells clients behind one address apart, and survives a new address", () => {
    const bench = new Bench("header");
    for (const session of [0, 1]) bench.address.set(session, 77);
    bench.answer(0, 1);
    bench.answer(1, 2);
    bench.address.set(0, 78);
    bench.movedSessions.add(0);
    expect([0, 1].map((session) => bench.look(session).server)).toEqual([1, 2]);
  });

  it("by a table, stays with the server when the fleet changes; by a hash, is the same at every balancer and moves", () => {
    const weights = [1, 1, 1, 1];
    const table = new Bench("header", { weights, balancers: 2 });
    const hash = new Bench("header", { weights, balancers: 2, knobs: { memory: "hash" } });
    const clients = Array.from({ length: 2000 }, (_, client) => client);
    for (const client of clients) table.answer(client, client % 4, 0);
    const led = (bench: Bench, balancer: number) => clients.map((client) => bench.look(client, balancer).server);
    const before = led(hash, 0);
    const counts = [0, 0, 0, 0];
    for (const server of before) counts[server]!++;
    expectEven(counts);
    expect(led(hash, 1)).toEqual(before);
    for (const bench of [table, hash]) for (const fleet of bench.fleets) fleet.setEligible(3, false);
    expect(led(table, 0)).toEqual(clients.map((client) => client % 4));
    const stayed = led(hash, 0).filter((server, client) => server === before[client]).length;
    // Modulo 4 and modulo 3 agree for 3 of 12.
    expectShare(stayed, clients.length, 1 / 4);
    expect(hash.mechanism.whyElsewhere(0, 0)).toBe("rehash");
    expect(table.mechanism.whyElsewhere(0, 1)).toBe("unsynchronised-balancer");
  });

  it("is never sent by a share of the clients, who are always balanced", () => {
    const bench = new Bench("header", { knobs: { absentFraction: 0.25 } });
    const clients = 8000;
    let lost = 0;
    for (let client = 0; client < clients; client++) {
      bench.begin(client);
      bench.answer(client, 1);
      if (bench.look(client).server === 1) continue;
      lost++;
      expect(bench.mechanism.whyElsewhere(client, 0)).toBe("no-affinity");
    }
    expectShare(lost, clients, 0.25);
  });
});
