import { describe, expect, it } from "vitest";
import { type Line, replay } from "./testing/replay.ts";
import { constant, group } from "./testing/scenario.ts";

const requestsAt = (...times: readonly number[]): Line[] =>
  times.map((atMs, session) => ({ atMs, session, isFirst: true }));
const bytes = { request: constant(100), response: constant(2000.4) };

describe("bytes", () => {
  it("of a request count when it is sent, those of an answer when that is back, at the balancer that sends it", () => {
    const { simulation } = replay(requestsAt(10, 20, 950), [], {
      servers: [group({ count: 2 })],
      serviceMs: 100,
      users: { bytes },
    });
    const [fleet] = simulation.fleets;
    // In turn: servers 1, 2 and 1 again, whose second answer is not there when the run ends.
    expect([...fleet!.sentBytes]).toEqual([200, 100]);
    expect([...fleet!.receivedBytes]).toEqual([2000, 2000]);
  });

  it("are sent again with every attempt, and of what fails nothing comes back", () => {
    const { simulation } = replay(requestsAt(50), [], {
      servers: [group({ count: 3 })],
      balancers: { redispatch: 1 },
      faults: [{ kind: "crash", atMs: 30, servers: [0, 1], restartAfterMs: null }],
      users: { bytes },
    });
    expect([...simulation.fleets[0]!.sentBytes]).toEqual([100, 100, 0]);
    expect([...simulation.fleets[0]!.receivedBytes]).toEqual([0, 0, 0]);
  });

  it("follow a law of their own for each request, the same under any strategy", () => {
    const total = (name: string, knobs: Readonly<Record<string, string>>) => {
      const { fleets } = replay(requestsAt(...Array.from({ length: 50 }, (_, i) => 10 * i)), [], {
        servers: [group({ count: 3 })],
        serviceMs: 1,
        strategy: { balancing: { name, knobs } },
        users: { bytes: { ...bytes, response: { law: "lognormal", mean: 5000, cv: 2 } } },
      }).simulation;
      return fleets[0]!.receivedBytes.reduce((sum, count) => sum + count, 0);
    };
    const sum = total("least-connections", { load: "local" });
    expect(total("power-of-two-choices", { load: "local" })).toBe(sum);
    expect(sum).toBeGreaterThan(50_000);
  });

  it("are counted nowhere where no population says how many", () => {
    const { simulation } = replay(requestsAt(10, 20), []);
    expect([...simulation.fleets[0]!.sentBytes, ...simulation.fleets[0]!.receivedBytes]).toEqual([0, 0, 0, 0]);
  });
});

describe("crossings between zones", () => {
  it("are requests sent to a server of another zone, where both sides say where they stand", () => {
    const crossings = (balancers: readonly string[], servers: readonly (string | null)[]) =>
      replay(requestsAt(10, 20, 30, 40), [], {
        servers: servers.map((zone, i) => group({ name: `group-${i}`, zone })),
        balancers: { zones: balancers },
      }).simulation.meter.zoneCrossings;
    // In turn: two of the four go to each server.
    expect(crossings(["a"], ["a", "b"])).toBe(2);
    expect(crossings(["a"], ["b", "c"])).toBe(4);
    expect(crossings(["a"], ["a", null])).toBe(0);
    expect(crossings([], ["a", "b"])).toBe(0);
  });
});
