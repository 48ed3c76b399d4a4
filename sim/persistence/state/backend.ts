/** The interface of a state backend: where session data lives, who has copies, when they are written. */
import type { Described, Knob, Knobs, ValuesOf } from "../../catalogue.ts";
import type { Draws } from "../../engine/draws.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { SessionRules } from "../../scenario.ts";
import type { SessionColumns } from "../../workload/sessions.ts";

/** Outcomes of reads and writes. A copy was found; `writesRead` says how much it contains. */
export const FOUND = 0;
/** No copy, though the user is owed one; `cause` says why, or null when it is a matter of where the request went. */
export const MISSING = 1;
/** The place that keeps the data does not answer, or answers with an error. */
export const UNAVAILABLE = 2;
/**
 * Not yet known: the backend has called `scheduleRead` or `scheduleWrite`, and will be asked by `readDone` or `writeDone`,
 * which may answer PENDING again.
 */
export const PENDING = 3;
/** A write that is acknowledged; `writesWritten` says how much the copy contains now. */
export const WRITTEN = 0;
/** A write that met another one and was rolled back; the server reads again and tries once more, as the scenario allows. */
export const CONFLICT = 4;
/** The copy was found and is past a limit of the backend's own (a token's life): the session times out with `cause`. */
export const EXPIRED = 5;

/**
 * What can befall a store; nodes count from 0. "crash": it is gone with all that was not on disk, connections break;
 * "hang": it keeps what it has and answers nobody; "cut-off": servers reach it, the other nodes of the store do not;
 * "flush": everything in it is deleted, at one moment.
 */
export type StoreFaultKind = "crash" | "hang" | "cut-off" | "flush";
/** Instead of a node: all of them. */
export const ALL_NODES = -1;

export interface StateContext {
  readonly nowMs: number;
  /** Limits of the session, for what the backend keeps by a time to live. */
  readonly rules: SessionRules;
  readonly servers: {
    readonly count: number;
    readonly upCount: number;
    isUp(server: number): boolean;
    /** Where it stands; null where the scenario does not say. */
    zoneOf(server: number): string | null;
    /**
     * Number of the server's present life: a new one with each start, ever larger, so that one number says where data
     * lay and whether it can still be there.
     */
    lifeOf(server: number): number;
    serverOf(life: number): number;
    isAlive(life: number): boolean;
    /** How a life that is over ended: "crash", or "scale-in" where the server was stopped on purpose. */
    causeOfEnd(life: number): Cause;
  };
  sessionOf(request: number): number;
  /**
   * A number that changes when the request is gone, crashed or called off, and its slot another's: what a backend keeps
   * beside a request that waits for something whose end is not known yet, and compares before it schedules its answer.
   */
  attemptOf(request: number): number;
  /** Number of the visit within the run, below 2^53: the entity of draws about its session. */
  visitOf(session: number): number;
  returnsCookies(session: number): boolean;
  /** False while the user has yet to log in; always true where the scenario does not tell. */
  isLoggedIn(session: number): boolean;
  /** Bytes of the session's state, as it is stored and sent, at its present number of writes. */
  bytesOf(session: number): number;
  /** Bytes that one write changes, for backends that send only those; at most `bytesOf`. */
  changedBytesOf(session: number): number;
  /**
   * What a copy with `held` writes contains after the write of a request that had read one with `contains - 1`: the
   * request's own (the last write wins), both (changes are merged), or -1 for a conflict, as the session rules say.
   * Also where nothing changed: then `contains` is what was read, and the copy keeps what it has.
   */
  contentOf(held: number, contains: number, changed: boolean): number;
  attach(columns: SessionColumns): void;
  /** Calls `backend.elapsed(entity, operand)` at `atMs`; operand is in 0 … 2^22 - 1. */
  schedule(atMs: number, entity: number, operand: number): void;
  /** Calls `readDone(request, …)` or `writeDone(request, …)` of the backend at `atMs`, unless the request is gone by then. */
  scheduleRead(atMs: number, request: number): void;
  scheduleWrite(atMs: number, request: number): void;
  /** Random numbers of the backend's own, by purpose. */
  drawsOf(purpose: string): Draws;
  countReplication(messages: number, bytes: number): void;
  countStoreOperation(): void;
  countCookieBytes(bytes: number): void;
  /** A read is about to be FOUND though whoever gave out the right to it has taken it back. */
  countRevokedRead(): void;
}

/** What a backend whose data travel with the client is told of the way there and back. */
export interface Carried {
  /** The client has sent the request, with what it holds now. Attempts of one request carry the same. */
  sent(request: number): void;
  /** The client has the answer to the request, and what came with it. */
  arrived(request: number): void;
}

/** What a backend that keeps something for a request until the server is done with it is told. */
export interface Holding {
  /** The request has left its server: answered, failed, called off, or caught in a crash. */
  ended(request: number): void;
}

export interface StateBackend {
  /** null where nothing is kept for a request between its read and its write; then nobody need be told. */
  readonly holding: Holding | null;
  /** null where clients carry nothing but an id; then nobody need be told. */
  readonly carried: Carried | null;
  /** Copies of a session's state that are kept on machines of ours, for the memory metric; fleet size `n`. */
  copies(n: number): number;
  /** Of the last read that was FOUND: acknowledged writes that the copy contains. */
  readonly writesRead: number;
  /** Of the last write that was WRITTEN and changed something: writes that the newest copy contains now. */
  readonly writesWritten: number;
  /** Of the last read that was MISSING or EXPIRED; and of one that was FOUND, why that copy may be an older one. */
  readonly cause: Cause | null;
  /**
   * Of the last write that was WRITTEN: why it took writes out of the newest copy, or did not get into it, where that was
   * neither a stale read nor a concurrent request, as when two stores agree on one of two writes; else null.
   */
  readonly writeCause: Cause | null;
  /** Reads the session of `request` for `server`: FOUND, MISSING, UNAVAILABLE, EXPIRED or PENDING. */
  read(request: number, server: number): number;
  /** The end of a PENDING read, or of one step of it. */
  readDone(request: number, server: number): number;
  /**
   * Writes what `server` made of the session: `contains` acknowledged writes, or an unchanged copy whose idle time
   * starts anew when `changed` is false. WRITTEN, UNAVAILABLE, CONFLICT or PENDING.
   */
  write(request: number, server: number, contains: number, changed: boolean): number;
  /** The end of a PENDING write, or of one step of it. */
  writeDone(request: number, server: number, contains: number, changed: boolean): number;
  /** An event of the backend's own. */
  elapsed(entity: number, operand: number): void;
  /** The session in this slot has ended, or the slot is new. */
  forget(session: number): void;
  /** The server has begun a new life; not told of those that are up from the start. */
  serverStarted(server: number): void;
  /** The server has just gone, with what lay in its memory. */
  serverStopped(server: number): void;
  /**
   * How long the server, which has just begun a new life, takes before connections reach it, as where it is given state
   * first. Asked once for each life, after `serverStarted`; those that are up from the start are not asked for.
   */
  joinMs(server: number): number;
  /** Every server is down at this moment; lives below `life` are over. */
  allServersDown(life: number): void;
  /** Something befalls a node of the store, or `ALL_NODES`; a node that the store does not have is nobody's trouble. */
  storeFaultBegins(kind: StoreFaultKind, node: number): void;
  storeFaultEnds(kind: StoreFaultKind, node: number): void;
}

/** Common ground of backends: what most of them need not care for. */
export abstract class Backend implements StateBackend {
  readonly holding: Holding | null = null;
  writesRead = 0;
  writesWritten = 0;
  cause: Cause | null = null;
  readonly carried: Carried | null = null;
  writeCause: Cause | null = null;

  abstract copies(n: number): number;
  abstract read(request: number, server: number): number;
  abstract write(request: number, server: number, contains: number, changed: boolean): number;
  abstract forget(session: number): void;
  readDone(_request: number, _server: number): number {
    return FOUND;
  }
  writeDone(_request: number, _server: number, _contains: number, _changed: boolean): number {
    return WRITTEN;
  }
  elapsed(_entity: number, _operand: number): void {}
  serverStarted(_server: number): void {}
  serverStopped(_server: number): void {}
  joinMs(_server: number): number {
    return 0;
  }
  allServersDown(_life: number): void {}
  storeFaultBegins(_kind: StoreFaultKind, _node: number): void {}
  storeFaultEnds(_kind: StoreFaultKind, _node: number): void {}

  protected missing(cause: Cause | null): number {
    this.cause = cause;
    return MISSING;
  }
}

export interface StateDefinition extends Described {
  create(knobs: Knobs, context: StateContext): StateBackend;
}

/** Types a backend's knobs from their descriptions. */
export function defineState<const K extends Readonly<Record<string, Knob>>>(
  definition: Omit<Described, "knobs"> & {
    readonly knobs: K;
    readonly create: (knobs: ValuesOf<K>, context: StateContext) => StateBackend;
  },
): StateDefinition {
  // The scenario's schema, made from these very descriptions, has checked the values.
  return { ...definition, create: (knobs, context) => definition.create(knobs as ValuesOf<K>, context) };
}
