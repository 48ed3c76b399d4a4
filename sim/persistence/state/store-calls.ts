import { grown } from "../../engine/grown.ts";
import { FOUND, PENDING, type StateContext, UNAVAILABLE } from "./backend.ts";
import type { Station } from "./station.ts";

/** States of a node. */
export const UP = 0;
export const DOWN = 1;
/** Alive, with all it holds, and answering nobody. */
export const HUNG = 2;

/** Nodes of a store, as those who call them meet them. */
export interface StoreNodes {
  /** UP, DOWN or HUNG. */
  readonly state: Uint8Array;
  /** Counts what breaks a node's connections; an operation sent before that gets no answer after it. */
  readonly epoch: Int32Array;
  readonly threads: readonly Station[];
}

export interface CallSettings {
  readonly roundTripMs: number;
  readonly operationMs: number;
  readonly perKibMs: number;
  /** How long a server waits for a node that hangs; null: without end. */
  readonly timeoutMs: number | null;
}

/** How often a server looks whether a node that hangs answers again: the end of a hang is noticed that much late at most. */
const POLL_MS = 10;
/** The epoch of an operation that is refused wherever it goes. */
const REFUSED = -1;
/** The deadline of an operation that is not waiting for a node that hangs. */
const NOT_WAITING = -1;

/**
 * Operations on their way, by request: to which node, through its threads, and back.
 *
 * They travel half a round trip each way. Since that time is the same for all, they reach a node in the order in which
 * they were sent, and the moment each is done follows from the one before: no event for the queue itself.
 */
export class Calls {
  /** By request: the node it went to. */
  node = new Int32Array(0);
  /** When an operation that `progress` left pending wants to be looked at again. */
  nextMs = 0;
  private readonly settings: CallSettings;
  private readonly context: StateContext;
  /** By request: its node's epoch when it was sent, and how long the server waits where the node hangs. */
  private epoch = new Int32Array(0);
  private deadlineMs = new Float64Array(0);

  constructor(settings: CallSettings, context: StateContext) {
    this.settings = settings;
    this.context = context;
  }

  /**
   * Sends an operation; when its answer is back, or is looked for again. A dead node's machine refuses after a round trip.
   */
  sendMs(
    request: number,
    session: number,
    nodes: StoreNodes,
    node: number,
    extraMs: number,
    isRefused: boolean,
  ): number {
    if (request >= this.node.length) this.grow(request);
    const { nowMs } = this.context;
    this.node[request] = node;
    this.deadlineMs[request] = NOT_WAITING;
    if (isRefused || nodes.state[node] === DOWN) {
      this.epoch[request] = REFUSED;
      return nowMs + this.settings.roundTripMs;
    }
    this.epoch[request] = nodes.epoch[node]!;
    return nodes.state[node] === HUNG ? this.pollMs(request) : this.workedOffMs(session, nodes, node, extraMs);
  }

  private workedOffMs(session: number, nodes: StoreNodes, node: number, extraMs: number): number {
    const { roundTripMs, operationMs, perKibMs } = this.settings;
    this.context.countStoreOperation();
    const busyMs = operationMs + (this.context.bytesOf(session) / 1024) * perKibMs + extraMs;
    return nodes.threads[node]!.serve(this.context.nowMs + roundTripMs / 2, busyMs) + roundTripMs / 2;
  }

  private pollMs(request: number): number {
    const { nowMs } = this.context;
    if (this.deadlineMs[request] === NOT_WAITING)
      this.deadlineMs[request] = nowMs + (this.settings.timeoutMs ?? Number.POSITIVE_INFINITY);
    return Math.min(nowMs + POLL_MS, this.deadlineMs[request]!);
  }

  /**
   * Of an operation that has come to its next moment: FOUND when it is done, else UNAVAILABLE, or PENDING until `nextMs`.
   */
  progress(request: number, session: number, nodes: StoreNodes, extraMs: number): number {
    const node = this.node[request]!;
    if (this.epoch[request] !== nodes.epoch[node]) return UNAVAILABLE;
    if (nodes.state[node] === HUNG) {
      if (this.context.nowMs >= this.deadlineMs[request]!) return UNAVAILABLE;
      this.nextMs = this.pollMs(request);
      return PENDING;
    }
    if (this.deadlineMs[request] === NOT_WAITING) return FOUND;
    // The hang is over, and the node takes up what has been waiting for it.
    this.deadlineMs[request] = NOT_WAITING;
    this.nextMs = this.workedOffMs(session, nodes, node, extraMs);
    return PENDING;
  }

  private grow(request: number): void {
    const capacity = Math.max(64, 2 * request);
    this.node = grown(this.node, new Int32Array(capacity));
    this.epoch = grown(this.epoch, new Int32Array(capacity));
    this.deadlineMs = grown(this.deadlineMs, new Float64Array(capacity));
  }
}
