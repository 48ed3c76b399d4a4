import { grown } from "../../engine/grown.ts";
import { avalanche } from "../../engine/hash.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { Messages } from "./messages.ts";
import { DOWN, HUNG, UP } from "./store-calls.ts";

export interface ReplicaSettings {
  readonly nodes: number;
  readonly replicas: number;
  readonly isDurable: boolean;
  /** null: no hints are kept. */
  readonly hintWindowMs: number | null;
  readonly hintBytesPerMs: number;
  /** How long a node that hangs is taken for alive. */
  readonly detectionMs: number;
}

/** What replicas are told of the world around them. */
export interface ReplicaWorld {
  readonly nowMs: number;
  visitOf(session: number): number;
  bytesOf(session: number): number;
  /** Asks for `deliver(message, replica)` at that time. */
  schedule(atMs: number, message: number, replica: number): void;
}

/**
 * Which replica of a session has which version, and what is on its way to them. The replicas of a session are on nodes that
 * follow one another on the ring; versions count its writes in the order of their timestamps, and the later one wins.
 *
 * What arrives at a node that is down is kept as a hint, if it has not been down for too long, and sent again, one after
 * the other at the pace of hinted hand-off, when it is back.
 */
export class Replicas implements SessionColumns {
  /** By node: UP, DOWN or HUNG, and since when. */
  readonly state: Uint8Array;
  readonly sinceMs: Float64Array;
  /** By replica and session: version and acknowledged writes in it; version 0 for none. */
  private readonly version: Int32Array[];
  private readonly contains: Int32Array[];
  private readonly settings: ReplicaSettings;
  private readonly world: ReplicaWorld;
  private readonly messages = new Messages();
  private readonly hints: number[][];
  private tenancy = new Int32Array(0);
  private capacity = 0;

  constructor(settings: ReplicaSettings, world: ReplicaWorld) {
    this.settings = settings;
    this.world = world;
    this.state = new Uint8Array(settings.nodes);
    this.sinceMs = new Float64Array(settings.nodes);
    this.version = Array.from({ length: settings.replicas }, () => new Int32Array(0));
    this.contains = Array.from({ length: settings.replicas }, () => new Int32Array(0));
    this.hints = Array.from({ length: settings.nodes }, () => []);
  }

  grow(capacity: number): void {
    for (let replica = 0; replica < this.settings.replicas; replica++) {
      this.version[replica] = grown(this.version[replica]!, new Int32Array(capacity));
      this.contains[replica] = grown(this.contains[replica]!, new Int32Array(capacity));
    }
    this.tenancy = grown(this.tenancy, new Int32Array(capacity));
    this.capacity = capacity;
  }

  nodeOf(session: number, replica: number): number {
    return (avalanche(this.world.visitOf(session) | 0) + replica) % this.settings.nodes;
  }

  stateOf(session: number, replica: number): number {
    return this.state[this.nodeOf(session, replica)]!;
  }

  /** Whether a coordinator takes the replica for alive. */
  isTrusted(session: number, replica: number): boolean {
    const node = this.nodeOf(session, replica);
    if (this.state[node] === HUNG) return this.world.nowMs < this.sinceMs[node]! + this.settings.detectionMs;
    return this.state[node] === UP;
  }

  versionAt(session: number, replica: number): number {
    return this.version[replica]![session]!;
  }

  containsAt(session: number, replica: number): number {
    return this.contains[replica]![session]!;
  }

  /** Whether any replica has the session. */
  isAnywhere(session: number): boolean {
    return this.version.some((column) => column[session]! > 0);
  }

  /** Sends a version to a replica. */
  send(atMs: number, session: number, replica: number, version: number, contains: number): void {
    this.world.schedule(atMs, this.messages.put(session, this.tenancy[session]!, contains, 0, 0, version), replica);
  }

  /** A message has arrived. */
  deliver(message: number, replica: number): void {
    const { messages } = this;
    const session = messages.session[message]!;
    const isCurrent = this.tenancy[session] === messages.tenancy[message];
    if (isCurrent && this.stateOf(session, replica) !== UP) {
      this.keepHint(message, session, replica);
      return;
    }
    if (isCurrent) this.apply(session, replica, messages.order[message]!, messages.contains[message]!);
    messages.release(message);
  }

  private keepHint(message: number, session: number, replica: number): void {
    const node = this.nodeOf(session, replica);
    const { hintWindowMs } = this.settings;
    const isKept = hintWindowMs !== null && this.world.nowMs - this.sinceMs[node]! <= hintWindowMs;
    if (isKept) this.hints[node]!.push(message, replica);
    else this.messages.release(message);
  }

  private apply(session: number, replica: number, version: number, contains: number): void {
    if (version <= this.version[replica]![session]!) return;
    this.version[replica]![session] = version;
    this.contains[replica]![session] = contains;
  }

  fall(node: number, state: number): void {
    this.state[node] = state;
    this.sinceMs[node] = this.world.nowMs;
    if (state === DOWN && !this.settings.isDurable) this.empty(node);
  }

  rise(node: number): void {
    this.state[node] = UP;
    const hints = this.hints[node]!;
    this.hints[node] = [];
    let atMs = this.world.nowMs;
    for (let at = 0; at < hints.length; at += 2) {
      const session = this.messages.session[hints[at]!]!;
      atMs += this.world.bytesOf(session) / this.settings.hintBytesPerMs;
      this.world.schedule(atMs, hints[at]!, hints[at + 1]!);
    }
  }

  /** What is on the node is deleted. */
  empty(node: number): void {
    for (let replica = 0; replica < this.settings.replicas; replica++) {
      for (let session = 0; session < this.capacity; session++) {
        if (this.version[replica]![session]! > 0 && this.nodeOf(session, replica) === node)
          this.version[replica]![session] = 0;
      }
    }
  }

  forget(session: number): void {
    for (const column of this.version) column[session] = 0;
    this.tenancy[session]!++;
  }
}
