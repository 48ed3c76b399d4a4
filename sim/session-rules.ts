/** How sessions live and end, by the rules of the site or of a framework. */

import type { Distribution } from "./scenario.ts";

export interface SessionRules {
  readonly idleTimeoutMs: number | null;
  readonly absoluteTimeoutMs: number | null;
  /** What the user does after losing a session: log in again, or leave. */
  readonly afterLoss: "login" | "leave";
  /**
   * Which answers start the idle limit anew: every one; the first after more than half of it is over; those to requests
   * that wrote; none, so that the limit counts from the login.
   */
  readonly renewal: "every-request" | "half-window" | "on-write" | "fixed";
  readonly cleanup: Cleanup;
  /** What the page does before the idle limit is over; null is nothing. */
  readonly warning: Warning | null;
  readonly concurrency: Concurrency;
  /** Whether the login of a visitor gives the session another id; the one before is still good for so long. */
  readonly regenerateId: { readonly graceMs: number } | null;
  readonly encoding: Encoding | null;
}

/** When a session that is past its limits is really taken away. */
export type Cleanup =
  /** Found out at the next request that asks for it. */
  | { readonly kind: "at-access" }
  /** By a scan at every multiple of the interval. */
  | { readonly kind: "periodic"; readonly intervalMs: number }
  /** By a scan that any request of anybody makes with this chance, once it has read its own session. */
  | { readonly kind: "probabilistic"; readonly chance: number };

/** A timer in the page that goes by the last answer the page has seen. */
export interface Warning {
  /** Before the idle limit, as the page reckons it. */
  readonly beforeMs: number;
  /** Share of the warnings that the user reacts to, by a request that keeps the session alive. */
  readonly reactsFraction: number;
  /** From the warning to that request; who takes longer than `beforeMs` is too late. */
  readonly reactionMs: Distribution;
}

/** What becomes of two requests of one session that both change it. */
export type Concurrency =
  /** The whole state is written, with what the request had read. */
  | { readonly kind: "last-write-wins" }
  /** Only what a request changed is written, so that changes add up. */
  | { readonly kind: "merge" }
  /** A write that finds another version than was read is refused; the server reads and writes again so many times. */
  | { readonly kind: "optimistic"; readonly retries: number }
  /** A request has the session for itself, from before its read to its end; others wait, each on its worker. */
  | {
      readonly kind: "locked";
      /** Requests that change nothing wait for one that does, and keep nobody waiting. */
      readonly readersShare: boolean;
      /** Who waits looks again so often; 0: is woken, first come, first served. */
      readonly pollMs: number;
      /** Who has waited so long gets an error; null is never. */
      readonly waitTimeoutMs: number | null;
      /** The lock ends by itself after so long, and only so when its server died; null: with its request or its server. */
      readonly leaseMs: number | null;
    };

/** How state is made bytes and back, on the server's processors. */
export interface Encoding {
  readonly serialiseMsPerMib: number;
  readonly deserialiseMsPerMib: number;
  readonly compression: {
    /** Bytes before ÷ bytes after, for state of at least `fromBytes`; smaller is left as it is. */
    readonly ratio: number;
    readonly fromBytes: number;
    readonly compressMsPerMib: number;
    readonly decompressMsPerMib: number;
  } | null;
}
