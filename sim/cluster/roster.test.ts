import { describe, expect, it } from "vitest";
import type { DrainFault, Fault, ScaleInFault } from "../scenario.ts";
import { Simulation } from "./simulation.ts";
import { type Line, replay } from "./testing/replay.ts";
import { group, scenario, strategy } from "./testing/scenario.ts";

const drain = (parts: Partial<DrainFault> = {}): Fault => ({
  kind: "drain",
  atMs: 100,
  servers: [0],
  everyMs: 0,
  stopAfterMs: null,
  killAfterMs: null,
  restartAfterMs: null,
  ...parts,
});
const scaleIn = (parts: Partial<ScaleInFault> = {}): Fault => ({
  kind: "scale-in",
  atMs: 100,
  servers: [0],
  stopAfterMs: 0,
  killAfterMs: null,
  keepListed: false,
  ...parts,
});
const crash = (atMs: number, servers: readonly number[], restartAfterMs: number | null): Fault => ({
  kind: "crash",
  atMs,
  servers,
  restartAfterMs,
});

/** Three servers, the third in a group of its own; `joinMs` is what the backend asks for. */
function quiet(faults: readonly Fault[], { joinMs = 0, isChecked = false } = {}): Simulation {
  const base = scenario([group({ count: 2 }), group({ name: "late" })], { durationMs: 1000, faults });
  const users = { ...base.populations[0]!, arrivals: { process: "deterministic", ratePerSec: 0.001 } } as const;
  const healthCheck = isChecked ? { intervalMs: 10, timeoutMs: 1, rise: 2, fall: 2 } : null;
  const cluster = { ...base.cluster, balancers: { ...base.cluster.balancers, count: 2, healthCheck } };
  const simulation = new Simulation({ ...base, cluster, populations: [users] }, strategy(), 1);
  simulation.state.joinMs = () => joinMs;
  return simulation;
}

/** `U` up and open, `j` up and not open, `-` down; `e` eligible, `d` draining, `-` neither, at each balancer; `u` unlisted. */
function stands(simulation: Simulation, server: number): string {
  const { servers, fleets } = simulation;
  const process = servers.isOpen(server) ? "U" : servers.isUp(server) ? "j" : "-";
  const seen = fleets.map(({ isEligible, isDraining, isUp, isListed }) => {
    if (isListed[server] === 0) return "u";
    if (isEligible[server] === 1) return "e";
    return isUp[server] === 1 && isDraining[server] === 1 ? "d" : "-";
  });
  return process + seen.join("");
}

const over = (simulation: Simulation, server: number, times: readonly number[]): string[] =>
  times.map((atMs) => {
    simulation.advance(atMs);
    return stands(simulation, server);
  });

describe("a drain", () => {
  it("takes servers out of the choice of every balancer at once, and of no other server", () => {
    const simulation = quiet([drain()]);
    expect(over(simulation, 0, [99, 101, 1000])).toEqual(["Uee", "Udd", "Udd"]);
    expect(stands(simulation, 1)).toBe("Uee");
  });

  it("stops them, and gives them back: at once without health checks, or when these have seen them up", () => {
    const fault = drain({ stopAfterMs: 50, restartAfterMs: 100 });
    expect(over(quiet([fault]), 0, [149, 151, 249, 251])).toEqual(["Udd", "---", "---", "Uee"]);
    const checked = over(quiet([fault], { isChecked: true }), 0, [149, 151, 249, 251, 271]);
    expect(checked).toEqual(["Udd", "---", "---", "U--", "Uee"]);
  });

  it("may go through a list one after the other, as a rolling deploy does, and is told so", () => {
    const fault = drain({ servers: [1, 0], everyMs: 200, stopAfterMs: 50, restartAfterMs: 100 });
    const simulation = quiet([fault]);
    expect(over(simulation, 1, [101, 151, 251, 301])).toEqual(["Udd", "---", "Uee", "Uee"]);
    expect(over(simulation, 0, [302, 351, 451])).toEqual(["Udd", "---", "Uee"]);
    expect(simulation.outages.record(1000)).toEqual([
      { atMs: 100, untilMs: 250, kind: "drain", target: "server-2" },
      { atMs: 300, untilMs: 450, kind: "drain", target: "server-1" },
    ]);
  });

  it("that meets another one, or a crash, lasts as long as any of them", () => {
    const two = quiet([drain({ stopAfterMs: 50, restartAfterMs: 100 }), drain({ atMs: 120, stopAfterMs: 200 })]);
    // It comes back from the first and still drains for the second, which stops it at 320.
    expect(over(two, 0, [121, 151, 251, 321])).toEqual(["Udd", "---", "Udd", "---"]);
    const crashed = quiet([drain({ stopAfterMs: 50, restartAfterMs: 100 }), crash(120, [0], 200)]);
    expect(over(crashed, 0, [121, 251, 319, 321])).toEqual(["-dd", "---", "---", "Uee"]);
  });
});

describe("a scale-in", () => {
  it("drains, stops, and takes servers out of the configuration", () => {
    const simulation = quiet([scaleIn({ stopAfterMs: 50 })]);
    expect(over(simulation, 0, [99, 101, 151, 1000])).toEqual(["Uee", "Udd", "-uu", "-uu"]);
    expect(simulation.outages.record(1000)).toEqual([
      { atMs: 100, untilMs: null, kind: "scale-in", target: "server-1" },
    ]);
  });

  it("may leave them listed as down", () => {
    expect(over(quiet([scaleIn({ keepListed: true })]), 0, [99, 101])).toEqual(["Uee", "---"]);
  });
});

describe("a server whose backend needs time to join", () => {
  it("begins its life at once, and takes connections when it has joined", () => {
    const simulation = quiet([crash(100, [0], 50)], { joinMs: 40, isChecked: true });
    expect(over(simulation, 0, [99, 140, 160, 189, 191, 220])).toEqual(["Uee", "---", "j--", "j--", "U--", "Uee"]);
    // The time before does not count as time in which it could have worked.
    expect(simulation.servers.upForMs(0, 220)).toBe(100 + 30);
  });

  it("is not listed before that where it is new", () => {
    const simulation = quiet([{ kind: "scale-out", atMs: 100, servers: [2] }], { joinMs: 40 });
    expect(over(simulation, 2, [99, 101, 139, 141])).toEqual(["-uu", "juu", "juu", "Uee"]);
  });

  it("may die before it has joined, and begins anew", () => {
    const simulation = quiet([crash(100, [0], 50), crash(170, [0], 50)], { joinMs: 40 });
    expect(over(simulation, 0, [160, 180, 195, 230, 259, 261])).toEqual(["jee", "-ee", "-ee", "jee", "jee", "Uee"]);
    expect(simulation.servers.crashes[0]).toBe(2);
  });
});

describe("a server that is stopped", () => {
  /** Requests of 100 ms on one server with one worker: one in service from 90, one waiting; a third comes when it is stopped. */
  const lines: Line[] = [90, 95, 150].map((atMs, session) => ({ atMs, session, isFirst: true }));
  const stopped = (parts: Partial<DrainFault>) =>
    replay(lines, [], { servers: [group({})], serviceMs: 100, faults: [drain({ stopAfterMs: 0, ...parts })] });
  const told = ({ simulation }: ReturnType<typeof replay>) => [...simulation.meter.ended];

  it("finishes what it has taken in, and takes nothing more", () => {
    const { simulation } = stopped({ killAfterMs: null });
    expect(told(stopped({}))).toEqual([2, 1, 0, 0]);
    expect(simulation.servers.isUp(0)).toBe(false);
    expect(simulation.servers.upForMs(0, 1000)).toBe(290);
    expect(simulation.servers.crashes[0]).toBe(0);
  });

  it("is killed when its grace is over, with what it has not finished", () => {
    expect(told(stopped({ killAfterMs: 0 }))).toEqual([0, 1, 2, 0]);
    expect(told(stopped({ killAfterMs: 100 }))).toEqual([1, 1, 1, 0]);
    expect(told(stopped({ killAfterMs: 191 }))).toEqual([2, 1, 0, 0]);
  });

  it("starts again when it is to, but never before its work is over", () => {
    const upFrom = (restartAfterMs: number) => {
      const { simulation } = stopped({ restartAfterMs, killAfterMs: 500 });
      // Its grace is no matter of its next life.
      expect(simulation.servers.isOpen(0)).toBe(true);
      return 1000 - (simulation.servers.upForMs(0, 1000) - 290);
    };
    expect(upFrom(300)).toBe(400);
    expect(upFrom(20)).toBe(290);
  });
});
