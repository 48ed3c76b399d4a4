import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withDefaults } from "../catalogue.ts";
import { Draws } from "../engine/draws.ts";
import { Fleet } from "./fleet.ts";
import { ketama } from "./ketama.ts";
import { libketama, nginx, type Placement } from "./ketama-points.ts";
import { Bench, requestsOf } from "./testing/bench.ts";

/** A fleet of servers `${network}.1`, `${network}.2` … on one port, and who gets a key. */
function clusterOf(network: string, port: number, weights: readonly number[], points: string) {
  const identity = weights.map((_, i) => ({ name: `s${i + 1}`, id: i + 1, host: `${network}.${i + 1}`, port }));
  const fleet = new Fleet(weights, identity);
  fleet.admit([...weights.keys()]);
  let key = "";
  const algorithm = ketama.create(withDefaults(ketama, { points }), {
    fleet,
    requests: requestsOf({ uriOf: () => key }),
    draws: new Draws(1, "ketama"),
    clock: { nowMs: 0 },
    probes: { ask: () => {} },
    wake: () => {},
  });
  const ownerOf = (text: string) => {
    key = text;
    return algorithm.pick(0, -1);
  };
  return { fleet, ownerOf };
}

/** Points in ascending order with their servers. */
function circleOf(placement: Placement, fleet: Fleet): readonly (readonly [point: number, server: number])[] {
  const circle: [number, number][] = [];
  for (let server = 0; server < fleet.count; server++) {
    placement.place(fleet, server, (point) => circle.push([point, server]));
  }
  return circle.sort(([a], [b]) => a - b);
}

const keys = Array.from({ length: 3000 }, (_, i) => i);

describe("ketama as nginx has it", () => {
  it("stands where nginx's points stand", () => {
    const circle = circleOf(nginx, clusterOf("127.0.1", 9101, [1, 1], "nginx").fleet);
    expect(circle.length).toBe(320);
    expect(circle.slice(0, 3)).toEqual([
      [21_174_364, 0],
      [29_943_251, 1],
      [75_977_695, 0],
    ]);
    expect(circle.at(-1)).toEqual([4_290_204_340, 0]);
  });

  it("gives 160 points for each unit of weight, fractions of a unit included", () => {
    const { fleet } = clusterOf("10.0.0", 80, [2, 0.5], "nginx");
    const circle = circleOf(nginx, fleet);
    expect([0, 1].map((server) => circle.filter(([, owner]) => owner === server).length)).toEqual([320, 80]);
  });

  it("moves the keys of a server that goes down and nobody else's, and brings them back with it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 8 }),
        fc.nat(),
        (weights, who) => {
          const bench = new Bench("ketama", weights);
          const gone = who % weights.length;
          const before = keys.map((key) => bench.serve(key));
          bench.set(gone, false);
          keys.forEach((key, i) => {
            const server = bench.serve(key);
            if (before[i] === gone) expect(server).not.toBe(gone);
            else expect(server).toBe(before[i]);
          });
          bench.set(gone, true);
          expect(keys.map((key) => bench.serve(key))).toEqual(before);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("gives a server that joins its own keys, taken from everybody, and moves no other", () => {
    const bench = new Bench("ketama", [1, 1, 1, 1]);
    bench.fleet.setListed(3, false);
    const before = keys.map((key) => bench.serve(key));
    bench.fleet.admit([3]);
    bench.algorithm.changed(3);
    const after = keys.map((key) => bench.serve(key));
    const moved = keys.filter((_, i) => after[i] !== before[i]);
    expect(new Set(moved.map((key) => bench.serve(key)))).toEqual(new Set([3]));
    expect(new Set(moved.map((key) => before[key]))).toEqual(new Set([0, 1, 2]));
  });

  it("shares a place on the circle among servers of one address, in weighted turns", () => {
    const identity = ["10.0.0.1", "10.0.0.1", "10.0.0.2"].map((host, i) => ({ name: `s${i}`, id: i, host, port: 80 }));
    const fleet = new Fleet([2, 1, 1], identity);
    fleet.admit([0, 1, 2]);
    const algorithm = ketama.create(withDefaults(ketama, {}), {
      fleet,
      requests: requestsOf({ uriOf: () => "/one" }),
      draws: new Draws(1, "ketama"),
      clock: { nowMs: 0 },
      probes: { ask: () => {} },
      wake: () => {},
    });
    const sequence = Array.from({ length: 6 }, (_, request) => algorithm.pick(request, -1));
    expect(sequence).toEqual([0, 1, 0, 0, 1, 0]);
  });

  it("takes weighted turns for requests without a key", () => {
    const bench = new Bench("ketama", [2, 1], { knobs: { key: "header", keyName: "x" }, headerOf: () => null });
    expect(bench.sequence(6)).toEqual([0, 1, 0, 0, 1, 0]);
  });
});

describe("ketama as libketama has it", () => {
  const tenOf = () => clusterOf("10.0.1", 11211, new Array<number>(10).fill(1), "libketama");

  it("stands where its points stand, and shares the circle as they do", () => {
    // Computed from the published algorithm.
    const { fleet } = tenOf();
    const first: number[] = [];
    libketama.place(fleet, 0, (point) => first.push(point));
    expect(first.slice(0, 4)).toEqual([2_431_485_715, 4_123_933_443, 100_894_374, 2_720_740_989]);
    const circle = circleOf(libketama, fleet);
    expect(new Set(circle.map(([point]) => point)).size).toBe(1600);
    const shares = new Array<number>(10).fill(0);
    circle.forEach(([point, server], i) => {
      const before = i === 0 ? circle.at(-1)![0] - 2 ** 32 : circle[i - 1]![0];
      shares[server]! += (point - before) / 2 ** 32;
    });
    expect(shares.map((share) => share.toFixed(6))).toEqual(
      "0.092342 0.094740 0.109419 0.094884 0.093255 0.096493 0.117658 0.115097 0.092839 0.093274".split(" "),
    );
  });

  it("leads keys where it does", () => {
    const { ownerOf } = tenOf();
    const hosts = ["foo", "bar", "session:1", "session:2", "session:12345"].map((key) => ownerOf(key) + 1);
    expect(hosts).toEqual([2, 6, 4, 7, 1]);
  });

  it("moves 9,398 of 100,000 sessions when the tenth host leaves, all of them its own", () => {
    const { fleet, ownerOf } = tenOf();
    const sessions = Array.from({ length: 100_000 }, (_, i) => `session:${i}`);
    const before = sessions.map(ownerOf);
    fleet.setListed(9, false);
    const moved = before.filter((server, i) => ownerOf(sessions[i]!) !== server);
    expect(moved).toEqual(new Array<number>(9398).fill(9));
  });
});
