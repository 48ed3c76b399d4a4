/**
 * A recorded workload, handed to the engine in chunks: who asked for what and when, and which sessions are over.
 *
 * The engine asks for a chunk when the last request of the one before has been sent, so that neither side ever holds
 * more than a chunk and the sessions that are open. Where chunks are cut never shows in a result: all that the engine
 * does with one follows from the times in it.
 */

/**
 * Columns of equal length, `atMs.length` for the requests and `endedSession.length` for the sessions that are over.
 * A chunk has at least one entry of either kind; it belongs to whoever receives it and is never written again.
 */
export interface TraceChunk {
  /** When the client sends it, from 0 at the start of the trace, time scale applied. Never decreases, chunks included. */
  readonly atMs: Float64Array;
  /** Ordinal of the session, whole, dense from 0 in the order in which sessions begin. */
  readonly session: Float64Array;
  /** 1 at the first request of a session, else 0. */
  readonly first: Uint8Array;
  /** 1 where the method changes things (POST, PUT, PATCH, DELETE), else 0. */
  readonly writes: Uint8Array;
  /** The client's address: IPv4 as its 32-bit number, anything else as a 32-bit hash of its text. */
  readonly address: Uint32Array;
  /** The URL as a number from 1, in the order of first appearance; at most `MAXIMUM_URL`. */
  readonly url: Uint32Array;
  /** Size of the answer's body; 0 where the recording has none. */
  readonly responseBytes: Float64Array;

  /** Sessions of which no request comes any more, in the order of `endedKnownAtMs`. Each session ends exactly once. */
  readonly endedSession: Float64Array;
  /** Requests that the session had in all; they are in this chunk and those before. */
  readonly endedRequests: Uint32Array;
  /** When its last request was sent. */
  readonly endedLastAtMs: Float64Array;
  /**
   * When the silence had lasted long enough to tell, or the trace was over. Never decreases, chunks included; never
   * before the session's own last request, nor before the last request of any earlier chunk. A later session of the
   * same client begins at this time or after.
   */
  readonly endedKnownAtMs: Float64Array;
}

/** URLs that get a number of their own; those that first appear later share as many further numbers by hash. */
export const OWN_URLS = 262_144;
export const MAXIMUM_URL = 2 * OWN_URLS;

/** How a recording becomes a trace. */
export interface TraceOptions {
  /** Silence of a client, in the recording's own time, after which its next request begins a new session; at least 1,000. */
  readonly sessionGapMs: number;
  /** Virtual time for one unit of recorded time, > 0: 0.1 replays ten times as fast. */
  readonly timeScale: number;
  /** Requests in a full chunk, at least 1. */
  readonly chunkRequests: number;
}

export const traceDefaults: TraceOptions = { sessionGapMs: 1_800_000, timeScale: 1, chunkRequests: 4_096 };

/** What was found in a recording; complete once its last chunk has been taken. */
export interface TraceReport {
  /** Lines read, blank and malformed ones included. */
  readonly lines: number;
  readonly requests: number;
  readonly malformed: {
    readonly count: number;
    /** The first few, for people. Line numbers from 1. */
    readonly first: readonly { readonly line: number; readonly reason: string }[];
  };
  /** Requests whose last quoted field had no closing quote and was taken up to the end of the line. */
  readonly unclosed: number;
  /** Requests stamped earlier than one above them; put back in their place unless counted in `clamped`. */
  readonly outOfOrder: number;
  /** Requests that came too late to be put back, and count as of the earliest moment still open. */
  readonly clamped: number;
  readonly sessions: number;
  /** Distinct clients seen within the session gap at once, at most: what memory is proportional to. */
  readonly clientsAtOnce: number;
  /** First to last request in the recording's own time; null without requests. */
  readonly spanMs: number | null;
}
