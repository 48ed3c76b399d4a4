/** Laws that hold for every algorithm of the catalogue, or for all of them but those that are named. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectFits } from "../engine/testing/fit.ts";
import { defaultIdentity } from "./fleet.ts";
import { balancingAlgorithms } from "./index.ts";
import { Bench, type BenchParts } from "./testing/bench.ts";

const names = balancingAlgorithms.map(({ name }) => name);
const weights = fc.array(fc.constantFrom(1, 1, 2, 3, 0.5, 10), { minLength: 1, maxLength: 7 });

/** One thing that happens to a balancer; numbers are taken modulo what there is. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("send" as const), key: fc.nat(50), avoid: fc.integer({ min: -1, max: 6 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("end" as const), which: fc.nat(), ms: fc.nat(500) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("set" as const), server: fc.nat(6), eligible: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("weigh" as const), server: fc.nat(6), weight: fc.constantFrom(1, 2, 7) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("bar" as const), server: fc.nat(6), barred: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("report" as const), server: fc.nat(6), load: fc.nat(9), used: fc.nat(100) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("probe" as const), server: fc.nat(6), load: fc.nat(9), ms: fc.nat(99) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(3000) }) },
);
const steps = fc.array(step, { maxLength: 120, size: "max" });
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Plays the steps; returns every choice, -1 included, after `see` has seen it. */
function play(bench: Bench, steps: readonly Step[], see: (server: number, avoid: number) => void = () => {}): number[] {
  const { fleet, algorithm } = bench;
  const chosen: number[] = [];
  const open: number[] = [];
  for (const step of steps) {
    if (step.do === "send" && fleet.eligibleCount > 0) {
      const avoid = step.avoid < fleet.count ? step.avoid : -1;
      const server = algorithm.pick(step.key, avoid);
      chosen.push(server);
      see(server, avoid);
      if (server < 0) continue;
      bench.place(server);
      open.push(server);
    } else if (step.do === "end" && open.length > 0) bench.end(open.splice(step.which % open.length, 1)[0]!, step.ms);
    else if (step.do === "wait") {
      bench.nowMs += step.ms;
      const due = bench.wakesAtMs.filter((atMs) => atMs <= bench.nowMs);
      bench.wakesAtMs.splice(0, bench.wakesAtMs.length, ...bench.wakesAtMs.filter((atMs) => atMs > bench.nowMs));
      for (const _ of due) algorithm.woken();
    } else if ("server" in step) happenTo(bench, step, step.server % fleet.count);
  }
  return chosen;
}

function happenTo(bench: Bench, step: Step & { readonly server: number }, server: number): void {
  const { fleet, algorithm } = bench;
  if (step.do === "set") bench.set(server, step.eligible);
  else if (step.do === "weigh") bench.weigh(server, step.weight);
  else if (step.do === "bar") fleet.setBarred(server, step.barred);
  else if (step.do === "probe") algorithm.probed(server, step.load, step.ms);
  else if (step.do === "report") {
    fleet.reports.madeAtMs[server] = bench.nowMs;
    fleet.reports.inSystem[server] = step.load;
    fleet.reports.utilisation[server] = step.used / 100;
    fleet.reports.answeredPerSec[server] = step.load * 10;
    algorithm.reported(server);
  }
}

describe.each(names)("%s", (name) => {
  it("never chooses a server that is barred, and none only when all are", () => {
    fc.assert(
      fc.property(weights, fc.integer(), steps, (weights, seed, steps) => {
        const bench = new Bench(name, weights, { seed });
        const { fleet } = bench;
        play(bench, steps, (server, avoid) => {
          const open = weights.flatMap((_, other) =>
            fleet.isEligible[other] === 1 && (fleet.isBarred[other] === 0 || fleet.barredCount === 0) ? [other] : [],
          );
          if (server < 0) expect(open).toEqual([]);
          else {
            expect(open).toContain(server);
            if (server === avoid) expect(open).toEqual([avoid]);
          }
        });
      }),
      { numRuns: 40 },
    );
  });

  it("shows what it weighs without a trace: whoever looks changes nothing", () => {
    fc.assert(
      fc.property(weights, fc.integer(), steps, (weights, seed, steps) => {
        const watched = new Bench(name, weights, { seed });
        const look = () => {
          for (let server = 0; server < weights.length; server++) watched.algorithm.signalOf(server, 3);
        };
        look();
        expect(play(watched, steps, look)).toEqual(play(new Bench(name, weights, { seed }), steps));
      }),
      { numRuns: 20 },
    );
  });
});

/** Servers in another order, with others' names. */
const renamed = (server: number) => ({ ...defaultIdentity(server + 40), name: `other-${server}`, id: 90 - server });

describe("what a server is called", () => {
  it("matters only to those that hash it, and to `first`, which goes by ids", () => {
    const sequenceOf = (name: string, parts: BenchParts) => new Bench(name, [1, 1, 1, 1, 1], parts).sequence(200);
    const minding = names.filter((name) => {
      const other = sequenceOf(name, { identity: [0, 1, 2, 3, 4].map(renamed) });
      return sequenceOf(name, {}).some((server, request) => server !== other[request]);
    });
    expect(minding.sort()).toEqual(
      [
        "bounded-load-hash",
        "consistent-hash",
        "first",
        "ketama",
        "maglev",
        "multi-probe-hash",
        "rendezvous",
        "ring-hash",
        "shard",
        "weighted-rendezvous",
      ].sort(),
    );
  });

  it.each([
    "bounded-load-hash",
    "ketama",
    "maglev",
    "multi-probe-hash",
    "rendezvous",
    "ring-hash",
    "weighted-rendezvous",
  ])("%s leads keys to the same names in whatever order the servers are listed", (name) => {
    const identity = Array.from({ length: 7 }, (_, server) => defaultIdentity(server));
    const order = [4, 2, 6, 0, 5, 1, 3];
    const weights = [1, 1, 1, 1, 1, 1, 1];
    const listed = new Bench(name, weights, { identity });
    const shuffled = new Bench(name, weights, { identity: order.map((server) => identity[server]!) });
    for (let key = 0; key < 1000; key++) expect(order[shuffled.serve(key)]).toBe(listed.serve(key));
  });
});

describe("servers that are alike in everything", () => {
  /** Those that go by the order of the fleet, by design; and by traffic, of which there is none here, which does then. */
  const partial = ["first", "fallback", "busiest", "shortest-expected-delay", "never-queue", "by-traffic"];
  /** A key has one server. */
  const hashing = balancingAlgorithms.filter(({ knobs }) => "key" in knobs).map(({ name }) => name);
  const fair = names.filter(
    (name) => !partial.includes(name) && !hashing.includes(name) && !/hash|shard|rendezvous/.test(name),
  );

  it.each(fair)("get the same from %s", (name) => {
    const SERVERS = 6;
    const REQUESTS = 12_000;
    const bench = new Bench(name, new Array<number>(SERVERS).fill(1));
    const counts = new Array<number>(SERVERS).fill(0);
    for (const server of bench.sequence(REQUESTS)) counts[server]!++;
    // A fair draw's count deviates by √(R p (1 - p)); 4.5 of that is left by chance in 7 of a million. Turns are better.
    const deviation = Math.sqrt((REQUESTS / SERVERS) * (1 - 1 / SERVERS));
    for (const count of counts) expect(Math.abs(count - REQUESTS / SERVERS)).toBeLessThan(4.5 * deviation);
  });
});

describe("shares follow weights", () => {
  const given = [5, 1, 3, 2];
  const total = 11;
  const countsOf = (requests: number, each: (request: number) => number) => {
    const counts = given.map(() => 0);
    for (let request = 0; request < requests; request++) counts[each(request)]!++;
    return counts;
  };

  it.each([
    "weighted-round-robin",
    "dynamic-round-robin",
    "static-round-robin",
    "by-requests",
    "earliest-deadline-first",
  ])("%s: in every cycle exactly, from wherever it starts, but for the turn that a window cuts", (name) => {
    const bench = new Bench(name, given);
    for (let cycles = 1; cycles <= 30; cycles++) {
      const counts = countsOf(10 * total, (request) => bench.serve(request));
      counts.forEach((count, server) => {
        expect(Math.abs(count - 10 * given[server]!)).toBeLessThanOrEqual(1);
      });
    }
  });

  it.each([
    ["random", { weighted: true }],
    ["weighted-random", {}],
    ["weighted-rendezvous", {}],
    ["maglev", {}],
  ])("%s %j: in the long run, within what chance allows", (name, knobs) => {
    const bench = new Bench(name, given, { knobs });
    const counts = countsOf(40_000, (request) => bench.serve(request));
    expectFits(
      counts,
      given.map((weight) => weight / total),
    );
  });

  it.each([
    "least-connections",
    "weighted-least-connections",
    "shortest-expected-delay",
    "never-queue",
    "least-work-left",
  ])("%s: in requests held, whenever the sum is a multiple of the weights'", (name) => {
    const bench = new Bench(name, given);
    for (let held = 1; held <= 40; held++) {
      for (let i = 0; i < total; i++) bench.send();
      bench.fleet.inFlight.forEach((inFlight, server) => {
        // HAProxy rounds its keys, and takes idle servers first whatever their weight.
        expect(Math.abs(inFlight - held * given[server]!)).toBeLessThanOrEqual(1);
      });
    }
  });
});
