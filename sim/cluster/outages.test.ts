import { describe, expect, it } from "vitest";
import { partNamed, withDefaults } from "../catalogue.ts";
import { ALL_NODES } from "../persistence/state/backend.ts";
import { stateBackends } from "../persistence/state/index.ts";
import type { Fault } from "../scenario.ts";
import { Simulation } from "./simulation.ts";
import { group, scenario, strategy } from "./testing/scenario.ts";

/** A run over three servers, the third in a group of its own, without any workload to speak of. */
function run(faults: readonly Fault[], state = "server-memory") {
  const base = scenario([group({ count: 2 }), group({ name: "late" })], { durationMs: 1000, faults });
  const quiet = { ...base.populations[0]!, arrivals: { process: "deterministic", ratePerSec: 0.001 } } as const;
  const knobs = withDefaults(partNamed(stateBackends, state, "state backend"), {});
  return new Simulation({ ...base, populations: [quiet] }, strategy({ state: { name: state, knobs } }), 1);
}

/** Which servers are up after each of the given times. */
function upAt(faults: readonly Fault[], times: readonly number[]): number[][] {
  const simulation = run(faults);
  return times.map((atMs) => {
    simulation.advance(atMs);
    return [0, 1, 2].filter((server) => simulation.servers.isUp(server));
  });
}

const crash = (atMs: number, servers: readonly number[], restartAfterMs: number | null): Fault => ({
  kind: "crash",
  atMs,
  servers,
  restartAfterMs,
});
const scaleOut = (atMs: number, servers: readonly number[]): Fault => ({ kind: "scale-out", atMs, servers });

describe("outages", () => {
  it("crash servers and start them again, or leave them down", () => {
    expect(upAt([crash(100, [0, 2], 50), crash(300, [1], null)], [99, 101, 149, 151, 301, 1000])).toEqual([
      [0, 1, 2],
      [1],
      [1],
      [0, 1, 2],
      [0, 2],
      [0, 2],
    ]);
  });

  it("that overlap keep a server down until the last of them is over", () => {
    expect(upAt([crash(100, [0], 50), crash(120, [0], 100)], [110, 160, 221])).toEqual([
      [1, 2],
      [1, 2],
      [0, 1, 2],
    ]);
    expect(upAt([crash(100, [0], 50), crash(120, [0], null)], [110, 160, 1000])).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
  });

  it("let servers join that do not exist before, for anyone", () => {
    const simulation = run([scaleOut(400, [2])]);
    const seen = [399, 401].map((atMs) => {
      simulation.advance(atMs);
      return [simulation.servers.isUp(2), simulation.fleets[0]!.isEligible[2] === 1];
    });
    expect(seen).toEqual([
      [false, false],
      [true, true],
    ]);
    expect(simulation.servers.upForMs(2, 500)).toBe(100);
  });

  it("do not bring a server to life before it joins, nor on time when it is crashed at that moment", () => {
    expect(upAt([crash(100, [2], 50), scaleOut(400, [2])], [120, 160, 401])).toEqual([
      [0, 1],
      [0, 1],
      [0, 1, 2],
    ]);
    expect(upAt([crash(350, [2], 100), scaleOut(400, [2])], [401, 451])).toEqual([
      [0, 1],
      [0, 1, 2],
    ]);
  });

  it("count each crash of a server that was up", () => {
    const simulation = run([crash(100, [0], 50), crash(120, [0], 100), crash(500, [0], null)]);
    simulation.advance(1000);
    expect([...simulation.servers.crashes]).toEqual([2, 0, 0]);
  });

  it("are told in the order of their times, with names and ends", () => {
    const simulation = run([
      { kind: "store-crash", atMs: 300, nodes: [ALL_NODES], endsAfterMs: 20 },
      crash(100, [0, 2], null),
      scaleOut(200, [2]),
      crash(5000, [1], null),
    ]);
    expect(simulation.outages.record(1000)).toEqual([
      { atMs: 100, untilMs: null, kind: "crash", target: "server-1, late-1" },
      { atMs: 200, untilMs: null, kind: "scale-out", target: "late-1" },
      { atMs: 300, untilMs: 320, kind: "store-crash", target: "store" },
    ]);
  });

  it("of the store end when the last of them does", () => {
    const log: string[] = [];
    const simulation = run(
      [
        { kind: "store-crash", atMs: 100, nodes: [ALL_NODES], endsAfterMs: 100 },
        { kind: "store-crash", atMs: 150, nodes: [ALL_NODES], endsAfterMs: 200 },
      ],
      "redis",
    );
    const { state } = simulation;
    const { storeFaultBegins, storeFaultEnds } = state;
    state.storeFaultBegins = (...fault) => {
      log.push(`down at ${simulation.nowMs}`);
      storeFaultBegins.call(state, ...fault);
    };
    state.storeFaultEnds = (...fault) => {
      log.push(`up at ${simulation.nowMs}`);
      storeFaultEnds.call(state, ...fault);
    };
    simulation.advance(1000);
    expect(log).toEqual(["down at 100", "down at 150", "up at 350"]);
  });
});
