/** What memory a run takes: at its peak over many requests, and for each session that is live. */
import { Simulation, simulate } from "../index.ts";
import { RHO } from "./model.ts";
import { scenarioOf, strategyOf } from "./public-path.ts";
import { sessionStrategy } from "./sessions.ts";

/** Peak resident set of the process after a run of so many requests through the public path, in megabytes. */
export function peakMegabytes(requests: number): number {
  const sessionsPerMs = RHO * 10;
  const durationMs = requests / sessionsPerMs;
  const load = { servers: 10, sessionsPerMs, durationMs, requestsPerSession: 1, thinkMs: 0 };
  simulate({ scenario: scenarioOf(load), strategy: strategyOf("p2c"), seed: 1, scenarioHash: "" });
  return process.resourceUsage().maxRSS / 1024;
}

/** Peak resident set of the process, in megabytes, when so many sessions are alive at once, each bound by a cookie. */
export function peakMegabytesOfLive(sessions: number): number {
  const sessionsPerMs = RHO * 10;
  const durationMs = sessions / sessionsPerMs;
  const load = { servers: 10, sessionsPerMs, durationMs, requestsPerSession: 2, thinkMs: 10 * durationMs };
  simulate({ scenario: scenarioOf(load), strategy: sessionStrategy("bound"), seed: 1, scenarioHash: "" });
  return process.resourceUsage().maxRSS / 1024;
}

/**
 * Growth of the resident set, in bytes for each session, while so many sessions are born and think: each has been answered
 * once and is owed its state. Columns that have grown ahead of their content count in full.
 */
export function bytesPerSession(sessions: number): number {
  const sessionsPerMs = RHO * 10;
  const durationMs = (2 * sessions) / sessionsPerMs;
  const load = { servers: 10, sessionsPerMs, durationMs, requestsPerSession: 2, thinkMs: 10 * durationMs };
  const input = { scenario: scenarioOf(load), strategy: strategyOf("p2c"), seed: 1, scenarioHash: "" };
  // All code has run once, and what the compiler needed is there.
  const small = new Simulation(input);
  small.advance(durationMs / 50);
  const simulation = new Simulation(input);
  simulation.advance(durationMs / 1000);
  collect();
  const before = process.memoryUsage.rss();
  simulation.advance(durationMs / 2 + durationMs / 1000);
  collect();
  const grown = process.memoryUsage.rss() - before;
  if (simulation.nowMs < durationMs / 2) throw new Error("the run was over before its sessions were born");
  return grown / sessions;
}

function collect(): void {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("start node with --expose-gc");
  gc();
  gc();
}
