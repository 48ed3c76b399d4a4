import type { Draws } from "../../engine/draws.ts";
import { pow } from "../../engine/exact.ts";

export const DELAY_LAWS = ["constant", "exponential", "linkedin-ssd", "linkedin-disk"] as const;
export type DelayLaw = (typeof DELAY_LAWS)[number];

/**
 * The four one-way delays between a coordinator and a replica, in ms: the write, its acknowledgement, the read, its answer.
 */
export interface DelayMeans {
  readonly writeMs: number;
  readonly ackMs: number;
  readonly readMs: number;
  readonly answerMs: number;
}

type Law = (draws: Draws) => number;

/** A share of Pareto(minimum, shape) and the rest exponential with that rate: the form of the fits below. */
const mixture =
  (share: number, minimum: number, shape: number, ratePerMs: number): Law =>
  (draws) =>
    draws.uniform() < share ? minimum * pow(1 - draws.uniform(), -1 / shape) : draws.exponential() / ratePerMs;

/**
 * Fits to LinkedIn's production stores on solid-state and on spinning disks: Bailis et al., "Probabilistically bounded
 * staleness for practical partial quorums", VLDB 2012, table 3. Only the write is slower on a spinning disk.
 */
const solidState = mixture(0.9122, 0.235, 10, 1.66);
const spinning = mixture(0.38, 1.05, 1.51, 0.183);

/** The delays of one leg for each operation and replica, with draws of its own. */
export class QuorumDelays {
  private readonly draws: readonly Draws[];
  private readonly laws: readonly Law[];

  constructor(law: DelayLaw, means: DelayMeans, drawsOf: (purpose: string) => Draws) {
    const legs = ["write", "ack", "read", "answer"] as const;
    this.draws = legs.map((leg) => drawsOf(`delay/${leg}`));
    this.laws = legs.map((leg): Law => {
      const mean = means[`${leg}Ms`];
      if (law === "constant") return () => mean;
      if (law === "exponential") return (draws) => draws.exponential() * mean;
      return law === "linkedin-disk" && leg === "write" ? spinning : solidState;
    });
  }

  ms(leg: number, entity: number, k: number): number {
    return this.laws[leg]!(this.draws[leg]!.at(entity, k));
  }
}

export const WRITE = 0;
export const ACK = 1;
export const READ = 2;
export const ANSWER = 3;
