import type { Replica } from "./replica.ts";

export interface AcknowledgementSettings {
  readonly mode: string;
  readonly acknowledgements: number;
  readonly waitsFor: string;
  readonly semiSyncTimeoutMs: number;
  readonly loopWaitMs: number;
  readonly replicationDelayMs: number;
}

/** A commit need not wait for anybody. */
export const AT_ONCE = -1;
/** A commit waits for replicas that are not there; nobody knows how long. */
export const STALLED = Infinity;

/**
 * When a commit on the primary may be acknowledged.
 *
 * "async" never waits. "semi-sync" waits for replicas to have received it, but only for so long: then the primary goes on
 * alone, without telling anybody, until enough of them have caught up (MySQL's rpl_semi_sync_source_timeout). "sync" is
 * PostgreSQL under Patroni, which takes a standby that has gone off the list at its next loop; "strict-sync" never does
 * (synchronous_mode_strict), and commits wait until there is a standby again.
 */
export class Acknowledgement {
  /** True while a primary that should wait no longer does. */
  hasGivenUp = false;
  private readonly settings: AcknowledgementSettings;
  private readonly acks: number[] = [];

  constructor(settings: AcknowledgementSettings) {
    this.settings = settings;
  }

  /** How long commits stall before the primary gives up waiting. */
  get patienceMs(): number {
    switch (this.settings.mode) {
      case "semi-sync":
        return this.settings.semiSyncTimeoutMs;
      case "sync":
        return this.settings.loopWaitMs;
      default:
        return Infinity;
    }
  }

  /** Whether so many replicas can be waited for. */
  isSatisfiedBy(attached: number): boolean {
    return attached >= this.settings.acknowledgements;
  }

  /** For the commit that was just shipped to all replicas: when, AT_ONCE or STALLED. */
  dueMs(replicas: readonly Replica[], primary: number, nowMs: number): number {
    const { mode, acknowledgements, waitsFor, replicationDelayMs } = this.settings;
    if (mode === "async" || this.hasGivenUp || acknowledgements === 0) return AT_ONCE;
    const { acks } = this;
    acks.length = 0;
    for (let node = 0; node < replicas.length; node++) {
      const replica = replicas[node]!;
      if (node === primary || !replica.isAttached || nowMs < replica.readyAtMs) continue;
      const confirmedMs = mode === "semi-sync" || waitsFor === "received" ? replica.receivedAtMs : replica.appliedAtMs;
      acks.push(confirmedMs + replicationDelayMs);
    }
    if (acks.length < acknowledgements) return STALLED;
    acks.sort((a, b) => a - b);
    return acks[acknowledgements - 1]!;
  }
}

export const acknowledgementKnobs = {
  mode: {
    unit: "choice",
    choices: ["async", "semi-sync", "sync", "strict-sync"],
    default: "async",
    summary:
      "Whether a commit waits for replicas: never; until time runs out (MySQL semi-sync); while there are any (PostgreSQL under Patroni); always.",
  },
  acknowledgements: {
    unit: "count",
    default: 1,
    minimum: 0,
    summary:
      "Replicas that a commit waits for: rpl_semi_sync_source_wait_for_replica_count, synchronous_standby_names.",
  },
  waitsFor: {
    unit: "choice",
    choices: ["received", "applied"],
    default: "applied",
    summary: "What sync waits for: the log on the standby's disk (synchronous_commit on), or applied (remote_apply).",
  },
  semiSyncTimeoutMs: {
    unit: "ms",
    default: 10_000,
    minimum: 0,
    summary: "A commit that has waited so long makes the primary go on alone (rpl_semi_sync_source_timeout).",
  },
} as const;
