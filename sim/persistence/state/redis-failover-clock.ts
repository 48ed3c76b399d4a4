import type { Draws } from "../../engine/draws.ts";
import type { StoreFaultKind } from "./backend.ts";

export interface FailoverSettings {
  readonly downAfterMs: number;
  readonly sentinels: number;
  readonly quorum: number;
  readonly nodeTimeoutMs: number;
  readonly pingMs: number;
  readonly agreementMs: number;
  readonly electionMs: number;
  readonly promotionMs: number;
  readonly clientsLearnMs: number;
}

/**
 * When the others agree that the primary is down, and when a replica has taken its place; never where it is too late to say.
 */
export interface Timeline {
  readonly agreedAtMs: number;
  readonly promotedAtMs: number;
}

/** What a replica of a Redis Cluster waits before it asks for votes, next to a random part as long. */
const REPLICA_WAIT_MS = 500;

/**
 * How long a failover takes, part by part: every part is uniform between nothing and its knob, with draws of its own for
 * each node and each of its failures.
 */
export class FailoverClock {
  private readonly settings: FailoverSettings;
  private readonly ping: Draws;
  private readonly agreement: Draws;
  private readonly election: Draws;
  private readonly promotion: Draws;
  private readonly clients: Draws;

  constructor(settings: FailoverSettings, drawsOf: (purpose: string) => Draws) {
    this.settings = settings;
    this.ping = drawsOf("ping");
    this.agreement = drawsOf("agreement");
    this.election = drawsOf("election");
    this.promotion = drawsOf("promotion");
    this.clients = drawsOf("clients");
  }

  /**
   * Sentinel. Each counts down-after from the last reply when the connection broke, and from the first ping without one
   * when it did not; the quorum-th of them begins the round that finds the agreement. Then one of them waits at random, is
   * elected, and asks the replica until it says that it is a primary.
   */
  sentinel(kind: StoreFaultKind, atMs: number, shard: number, failure: number): Timeline {
    const { downAfterMs, sentinels, quorum, pingMs, agreementMs, electionMs, promotionMs } = this.settings;
    const offsets = Array.from({ length: sentinels }, (_, one) => {
      const phaseMs = this.ping.at(shard, failure * sentinels + one).uniform() * pingMs;
      return kind === "crash" ? -phaseMs : phaseMs;
    }).sort((a, b) => a - b);
    // A quorum of more Sentinels than there are is never found.
    const offsetMs = offsets[quorum - 1] ?? Number.POSITIVE_INFINITY;
    const agreedAtMs =
      Math.max(atMs, atMs + downAfterMs + offsetMs) + this.agreement.at(shard, failure).uniform() * agreementMs;
    const electedAtMs = agreedAtMs + this.election.at(shard, failure).uniform() * electionMs;
    return { agreedAtMs, promotedAtMs: electedAtMs + this.promotion.at(shard, failure).uniform() * promotionMs };
  }

  /**
   * Cluster. The other primaries count the node timeout from the first ping without an answer; gossip carries their
   * suspicion to a majority; the best replica waits 500 ms and up to as long again, asks for votes and has them.
   */
  cluster(atMs: number, shard: number, failure: number): Timeline {
    const { nodeTimeoutMs, pingMs, agreementMs } = this.settings;
    const agreedAtMs =
      atMs +
      nodeTimeoutMs +
      this.ping.at(shard, failure).uniform() * pingMs +
      this.agreement.at(shard, failure).uniform() * agreementMs;
    return {
      agreedAtMs,
      promotedAtMs: agreedAtMs + REPLICA_WAIT_MS * (1 + this.election.at(shard, failure).uniform()),
    };
  }

  /** When `server` hears of the new primary, each for itself. */
  learnedAtMs(promotedAtMs: number, server: number, failure: number): number {
    return promotedAtMs + this.clients.at(server, failure).uniform() * this.settings.clientsLearnMs;
  }
}
