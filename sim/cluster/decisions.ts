/** What a balancer decides on a request, and who may look on. */

/** Why a request went where it went: part of the digest and of every explanation. */
export const NO_SERVER = 0;
export const BALANCED = 1;
export const BOUND = 2;
export const FAILED_OVER = 3;
export const REDISPATCHED = 4;

/** Sees every decision; null costs nothing. */
export type DecisionObserver = (slot: number, server: number, reason: number) => void;
/** Sees what a decision has to go by before it falls: `bound` is the server of the binding, or -1. null costs nothing. */
export type DecisionOnset = (slot: number, balancer: number, avoid: number, bound: number) => void;
