/** What an issuer of tokens knows of each session: when it was granted, when its grant was last used, when it was revoked. */
import type { Draws } from "../../engine/draws.ts";
import { grown } from "../../engine/grown.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";

export interface GrantRules {
  readonly refreshIdleMs: number;
  readonly refreshLifeMs: number;
  readonly rotates: boolean;
  readonly reuseGraceMs: number;
  /** Mean time from login to revocation; null: never. */
  readonly revokeAfterMs: number | null;
}

export class Grants implements SessionColumns {
  private readonly rules: GrantRules;
  private readonly draws: Draws;
  private grantedAtMs = new Float64Array(0);
  private usedAtMs = new Float64Array(0);
  private revokedAtMs = new Float64Array(0);
  /** How often the grant was exchanged for new tokens. */
  private generation = new Int32Array(0);
  /** The visit whose sessions were counted, and how many it has had: they name the draws. */
  private visit = new Float64Array(0);
  private logins = new Int32Array(0);

  constructor(rules: GrantRules, draws: Draws) {
    this.rules = rules;
    this.draws = draws;
  }

  grow(capacity: number): void {
    this.grantedAtMs = grown(this.grantedAtMs, new Float64Array(capacity));
    this.usedAtMs = grown(this.usedAtMs, new Float64Array(capacity));
    this.generation = grown(this.generation, new Int32Array(capacity));
    this.revokedAtMs = grown(this.revokedAtMs, new Float64Array(capacity));
    if (this.rules.revokeAfterMs === null) return;
    this.visit = grown(this.visit, new Float64Array(capacity).fill(-1));
    this.logins = grown(this.logins, new Int32Array(capacity));
  }

  /** The user has logged in. */
  grant(session: number, visit: number, nowMs: number): void {
    this.grantedAtMs[session] = nowMs;
    this.usedAtMs[session] = nowMs;
    this.generation[session] = 0;
    this.revokedAtMs[session] = Number.POSITIVE_INFINITY;
    const { revokeAfterMs } = this.rules;
    if (revokeAfterMs === null) return;
    if (this.visit[session] !== visit) this.logins[session] = 0;
    this.visit[session] = visit;
    const afterMs = this.draws.at(visit, this.logins[session]!++).exponential() * revokeAfterMs;
    this.revokedAtMs[session] = nowMs + afterMs;
  }

  /** What tokens made now are numbered with. */
  generationOf(session: number): number {
    return this.generation[session]!;
  }

  revokedAt(session: number): number {
    return this.revokedAtMs[session]!;
  }

  /** Exchanges a refresh token of `generation`: null when new tokens are given, else why not. */
  refresh(session: number, generation: number, nowMs: number): Cause | null {
    const { refreshIdleMs, refreshLifeMs, rotates, reuseGraceMs } = this.rules;
    if (nowMs >= this.revokedAtMs[session]!) return "token-revoked";
    if (nowMs - this.grantedAtMs[session]! > refreshLifeMs) return "token-expired";
    if (nowMs - this.usedAtMs[session]! > refreshIdleMs) return "token-expired";
    const isReused = rotates && generation < this.generation[session]!;
    if (isReused && nowMs - this.usedAtMs[session]! > reuseGraceMs) {
      // One of the two is a thief, and nobody knows which: all that came of this login ends.
      this.revokedAtMs[session] = nowMs;
      return "token-revoked";
    }
    if (!isReused) {
      this.usedAtMs[session] = nowMs;
      this.generation[session]!++;
    }
    return null;
  }
}
