/** When sessions that are past their limits are really taken away. */
import type { Draws } from "../../engine/draws.ts";
import type { SessionRules } from "../../scenario.ts";

export interface Cleanup {
  /** Whether a session that was due at `dueMs`, before `nowMs`, is gone at `nowMs`. */
  hasTaken(dueMs: number, nowMs: number): boolean;
  /** When a session that nobody asks for any more is taken, at or after `dueMs`; Infinity: at some later scan. */
  takesAtMs(dueMs: number): number;
  /** A server has read the session of a request; k tells it from others of the visit. True when that made it scan. */
  scansAt(visit: number, k: number, nowMs: number): boolean;
}

/** A scan at every multiple of the interval (Tomcat's background thread: 60 s; a cron job; Spring Session's each minute). */
export class PeriodicCleanup implements Cleanup {
  private readonly intervalMs: number;

  constructor(intervalMs: number) {
    this.intervalMs = intervalMs;
  }

  /** A scan at the very moment when a session is due finds it not yet past its limit. */
  takesAtMs(dueMs: number): number {
    return (Math.floor(dueMs / this.intervalMs) + 1) * this.intervalMs;
  }

  hasTaken(dueMs: number, nowMs: number): boolean {
    return this.takesAtMs(dueMs) <= nowMs;
  }

  scansAt(): boolean {
    return false;
  }
}

/**
 * Any request of anybody makes the scan, by chance, once it has read its own session (PHP 8 `session.gc_probability` /
 * `session.gc_divisor`: 1/100 built in, 1/1000 in php.ini-production). A session that is due outlives a geometric number of
 * requests; who comes back first has it again as if nothing had been.
 */
export class ProbabilisticCleanup implements Cleanup {
  private readonly chance: number;
  private readonly draws: Draws;
  private lastScanMs = Number.NEGATIVE_INFINITY;

  constructor(chance: number, draws: Draws) {
    this.chance = chance;
    this.draws = draws;
  }

  scansAt(visit: number, k: number, nowMs: number): boolean {
    const scans = this.draws.at(visit, k).uniform() < this.chance;
    if (scans) this.lastScanMs = nowMs;
    return scans;
  }

  hasTaken(dueMs: number): boolean {
    return this.lastScanMs > dueMs;
  }

  takesAtMs(): number {
    return Infinity;
  }
}

/** null where a session is gone at the very moment when it is due, as in a store that keeps it for its time to live. */
export function cleanupOf({ cleanup, idleTimeoutMs, absoluteTimeoutMs }: SessionRules, draws: Draws): Cleanup | null {
  if (idleTimeoutMs === null && absoluteTimeoutMs === null) return null;
  if (cleanup.kind === "periodic") return new PeriodicCleanup(cleanup.intervalMs);
  return cleanup.kind === "probabilistic" ? new ProbabilisticCleanup(cleanup.chance, draws) : null;
}
