import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bench, letters } from "./testing/bench.ts";

/**
 * What HAProxy 2.6 did with `balance leastconn` and weights 4, 3, 2 and 1: a letter is a request and the server it got,
 * held open unless a dot follows; a number ends the request of that number.
 */
const recorded =
  "a b -0 c -1 d a -2 b -4 c -6 a c -5 -7 b -9 -8 a -10 b -3 c a d. -11 d. b -12 -13 d c a -17 -19 d a a -16 -20 -18 " +
  "-21 b -22 d -23 c -25 -24 a b -26 -27 c d a b a b -31 -28 -29 -30 -32 c d a -34 c a -36 -37 -38 c -39 a. c -35 a d " +
  "a -44 -43 -33 d -42 -41 b -45 -46 a -47 c d -49 b -48 -50 a";

describe("least connections", () => {
  it("decides as HAProxy did, over opens and closes in disorder", () => {
    const bench = new Bench("least-connections", [4, 3, 2, 1]);
    const served: number[] = [];
    for (const step of recorded.split(" ")) {
      if (step.startsWith("-")) {
        bench.end(served[Number(step.slice(1))]!);
      } else {
        const server = bench.send();
        served.push(server);
        expect(letters([server]), `request ${served.length - 1}`).toBe(step[0]);
        if (step.endsWith(".")) bench.end(server);
      }
    }
  });

  it("takes the smallest (requests in flight + 1) / weight, an idle server before all others", () => {
    const bench = fc.array(fc.record({ weight: fc.integer({ min: 1, max: 9 }), load: fc.nat(8) }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(bench, (servers) => {
        const bench = new Bench(
          "least-connections",
          servers.map(({ weight }) => weight),
        );
        servers.forEach(({ load }, server) => {
          for (let i = 0; i < load; i++) bench.bind(server);
        });
        const keys = servers.map(({ load, weight }) => (load === 0 ? 0 : (load + 1) / weight));
        expect(keys[bench.send()]).toBe(Math.min(...keys));
      }),
    );
  });

  it("lets idle servers take turns, in the order in which they became idle", () => {
    const bench = new Bench("least-connections", [1, 1, 1]);
    expect(letters([bench.send(), bench.send(), bench.send()])).toBe("abc");
    for (const server of [2, 0, 1]) bench.end(server);
    expect(letters(bench.sequence(6))).toBe("cabcab");
  });

  it("does not depend on the order of the servers where their loads differ", () => {
    const loads = fc.uniqueArray(fc.nat(30), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(loads, fc.infiniteStream(fc.nat()), (loads, luck) => {
        const place = loads.map((_, server) => ({ server, at: luck.next().value })).sort((a, b) => a.at - b.at);
        const pick = (order: readonly number[]) => {
          const bench = new Bench(
            "least-connections",
            loads.map(() => 1),
          );
          order.forEach((server, at) => {
            for (let i = 0; i < loads[server]!; i++) bench.bind(at);
          });
          return order[bench.send()];
        };
        expect(pick(place.map(({ server }) => server))).toBe(pick(loads.map((_, server) => server)));
      }),
    );
  });

  it("knows the load of a server that comes back, and sends none to one that is drained", () => {
    const bench = new Bench("least-connections", [1, 1]);
    bench.bind(0);
    bench.bind(0);
    bench.set(0, false);
    expect(bench.send()).toBe(1);
    bench.end(0);
    expect(bench.send()).toBe(1);
    expect(bench.send()).toBe(1);
    bench.set(0, true);
    // One in flight against three.
    expect(bench.send()).toBe(0);
  });

  it("can go by what servers report instead: the same server until the next report, equals in turn", () => {
    const bench = new Bench("least-connections", [1, 1, 1], { knobs: { load: "reported" } });
    const report = (server: number, inSystem: number) => {
      bench.fleet.reports.inSystem[server] = inSystem;
      bench.algorithm.reported(server);
    };
    [4, 2, 7].forEach((inSystem, server) => {
      report(server, inSystem);
    });
    expect(letters([bench.send(), bench.send(), bench.send()])).toBe("bbb");
    report(1, 4);
    expect(letters([bench.send(), bench.send(), bench.send(), bench.send()])).toBe("abab");
    bench.end(1);
    expect(bench.algorithm.signalOf(2, 0)).toBe((7 + 1) * 256);
    report(2, 0);
    expect(bench.send()).toBe(2);
  });

  it("keeps the turns of equals when weights become unequal, and when they become equal again", () => {
    const bench = new Bench("least-connections", [1, 1, 1, 1]);
    for (const server of [2, 0, 1]) bench.bind(server);
    for (const server of [1, 2, 0]) bench.end(server);
    bench.weigh(3, 5);
    expect(letters([bench.send(), bench.send()])).toBe("bc");
    bench.weigh(3, 1);
    expect(letters([bench.send(), bench.send(), bench.send(), bench.send()])).toBe("adbc");
  });

  it("follows a change of weight", () => {
    const bench = new Bench("least-connections", [1, 1]);
    bench.bind(0);
    bench.bind(0);
    bench.bind(1);
    bench.weigh(0, 10);
    expect(bench.send()).toBe(0);
  });
});
