/** What a balancer decides on a request, and who may look on. */

/** Why a request went where it went: part of the digest and of every explanation. */
export const NO_SERVER = 0;
export const BALANCED = 1;
export const BOUND = 2;
export const FAILED_OVER = 3;
export const REDISPATCHED = 4;
/** The server of its binding drains, and the mechanism's rule has its users go elsewhere. */
export const DRAINED = 5;
/** The server of its binding had no room for it. */
export const OVERFLOWED = 6;
/** It went to the server of its binding although that is out. */
export const INSISTED = 7;
/** The server of its binding is out, and the mechanism would rather answer with an error than bind anew. */
export const TURNED_AWAY = 8;

/** In place of a bound server: the binding was looked up when the request came, and stands as it was told then. */
export const STANDS = -2;

/** Sees every decision; null costs nothing. */
export type DecisionObserver = (slot: number, server: number, reason: number) => void;
/** Sees what a decision has to go by before it falls: `bound` is the server of the binding, or -1. null costs nothing. */
export type DecisionOnset = (slot: number, balancer: number, avoid: number, bound: number) => void;
