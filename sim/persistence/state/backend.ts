/** The interface of a state backend: where session data lives, who has copies, when they are written. */
import type { Described, Knob, Knobs, ValuesOf } from "../../catalogue.ts";
import type { LossCause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";

/** A copy was found; `writesRead` says how much it contains. */
export const FOUND = 0;
/** No copy, though the user is owed one; `cause` says why, or null when it is a matter of where the request went. */
export const MISSING = 1;
/** The place that keeps the data does not answer. */
export const UNAVAILABLE = 2;
/** Not yet known: the backend will call `readDone` or `writeDone`. */
export const PENDING = 3;
/** A write that is acknowledged. */
export const WRITTEN = 0;

export interface StateContext {
  readonly nowMs: number;
  readonly servers: {
    readonly count: number;
    readonly upCount: number;
    isUp(server: number): boolean;
    /**
     * Number of the server's present life: a new one with each start, ever larger, so that one number says where data
     * lay and whether it can still be there.
     */
    lifeOf(server: number): number;
    serverOf(life: number): number;
    isAlive(life: number): boolean;
  };
  sessionOf(request: number): number;
  returnsCookies(session: number): boolean;
  /** Bytes of the session's state at its present number of writes. */
  bytesOf(session: number): number;
  attach(columns: SessionColumns): void;
  /** Calls `backend.elapsed(entity, operand)` at `atMs`; operand is in 0 … 2^22 - 1. */
  schedule(atMs: number, entity: number, operand: number): void;
  /** Calls `readDone(request, …)` or `writeDone(request, …)` of the backend at `atMs`, unless the request is gone by then. */
  scheduleRead(atMs: number, request: number): void;
  scheduleWrite(atMs: number, request: number): void;
  countReplication(messages: number, bytes: number): void;
  countStoreOperation(): void;
  countCookieBytes(bytes: number): void;
}

export interface StateBackend {
  /** Copies of a session's state that are kept on machines of ours, for the memory metric; fleet size `n`. */
  copies(n: number): number;
  /** Of the last read that was FOUND: acknowledged writes that the copy contains. */
  readonly writesRead: number;
  /** Of the last read that was MISSING. */
  readonly cause: LossCause | null;
  /** Reads the session of `request` for `server`: FOUND, MISSING, UNAVAILABLE or PENDING. */
  read(request: number, server: number): number;
  /** The end of a PENDING read: FOUND, MISSING or UNAVAILABLE. */
  readDone(request: number, server: number): number;
  /**
   * Writes what `server` made of the session: `contains` acknowledged writes, or an unchanged copy whose idle time
   * starts anew when `changed` is false. WRITTEN, UNAVAILABLE or PENDING.
   */
  write(request: number, server: number, contains: number, changed: boolean): number;
  /** The end of a PENDING write: WRITTEN or UNAVAILABLE. */
  writeDone(request: number, server: number, contains: number, changed: boolean): number;
  /** An event of the backend's own. */
  elapsed(entity: number, operand: number): void;
  /** The session in this slot has ended, or the slot is new. */
  forget(session: number): void;
  /** Every server is down at this moment; lives below `life` are over. */
  allServersDown(life: number): void;
  storeCrashed(): void;
  storeRestarted(): void;
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
