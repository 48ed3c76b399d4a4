import type { Draws } from "../../engine/draws.ts";
import { grown } from "../../engine/grown.ts";
import { MOST_REPLICAS } from "./quorum-knobs.ts";
import type { Replicas } from "./quorum-replicas.ts";

/** Instead of the next replica of a read: it has its answers, or will not have them in time. */
export const COMPLETE = -1;
export const TOO_LATE = -2;

/** Steps of a read: its replicas, and its end. */
const STEPS = MOST_REPLICAS + 1;

export interface ReadSettings {
  readonly asks: string;
  readonly replicas: number;
  readonly timeoutMs: number;
}

/** One read: who coordinates, how many answers it wants, the first number of its draws, the time and its visit. */
export interface QuorumRead {
  readonly server: number;
  readonly quorum: number;
  readonly k: number;
  readonly nowMs: number;
  readonly visit: number;
}

/** Reads under way, by request: which replicas they reach when, one after the other, and when they have all answers. */
export class QuorumReads {
  private readonly settings: ReadSettings;
  private readonly nodes: Replicas;
  private readonly lots: Draws;
  private readonly isTaken = new Uint8Array(MOST_REPLICAS);
  private atMs = new Float64Array(0);
  private replica = new Int32Array(0);
  private step = new Int32Array(0);

  constructor(settings: ReadSettings, nodes: Replicas, lots: Draws) {
    this.settings = settings;
    this.nodes = nodes;
    this.lots = lots;
  }

  grow(capacity: number): void {
    this.atMs = grown(this.atMs, new Float64Array(capacity * STEPS));
    this.replica = grown(this.replica, new Int32Array(capacity * STEPS));
    this.step = grown(this.step, new Int32Array(capacity));
  }

  /** Chooses whose answers count, given when each replica would be reached and its answer be back. */
  plan(request: number, session: number, read: QuorumRead, thereMs: Float64Array, backMs: Float64Array): void {
    const base = request * STEPS;
    const deadlineMs = read.nowMs + this.settings.timeoutMs;
    let [count, endMs] = [0, 0];
    this.isTaken.fill(0);
    for (let taken = 0; taken < read.quorum; taken++) {
      const replica = this.choose(session, read, taken, backMs);
      this.isTaken[replica] = 1;
      endMs = Math.max(endMs, backMs[replica]!);
      let place = count++;
      for (; place > 0 && this.atMs[base + place - 1]! > thereMs[replica]!; place--) {
        this.atMs[base + place] = this.atMs[base + place - 1]!;
        this.replica[base + place] = this.replica[base + place - 1]!;
      }
      this.atMs[base + place] = thereMs[replica]!;
      this.replica[base + place] = replica;
    }
    if (endMs > deadlineMs) count = 0;
    this.atMs[base + count] = Math.min(endMs, deadlineMs);
    this.replica[base + count] = endMs > deadlineMs ? TOO_LATE : COMPLETE;
    this.step[request] = 0;
  }

  /** One of the replicas that are taken for alive and not chosen yet, of which there is one at least. */
  private choose(session: number, { server, k, visit }: QuorumRead, taken: number, backMs: Float64Array): number {
    const { asks, replicas } = this.settings;
    let left = 0;
    for (let replica = 0; replica < replicas; replica++) if (this.isLeft(session, replica)) left++;
    let skip = asks === "random" ? this.lots.at(visit, k + taken).below(left) : 0;
    const from = asks === "nearest" ? server % replicas : 0;
    let best = -1;
    for (let at = 0; at < replicas; at++) {
      const replica = (from + at) % replicas;
      if (!this.isLeft(session, replica)) continue;
      if (asks !== "first") {
        if (skip-- === 0) return replica;
      } else if (best < 0 || backMs[replica]! < backMs[best]!) best = replica;
    }
    return best;
  }

  private isLeft(session: number, replica: number): boolean {
    return this.isTaken[replica] === 0 && this.nodes.isTrusted(session, replica);
  }

  /** When the read's next step is due. */
  nextMs(request: number): number {
    return this.atMs[request * STEPS + this.step[request]!]!;
  }

  /** Takes the step that is due: the replica that is reached, COMPLETE or TOO_LATE. */
  next(request: number): number {
    return this.replica[request * STEPS + this.step[request]!++]!;
  }

  /** The replica of its step `number`, below 0 from its end on. */
  asked(request: number, number: number): number {
    return this.replica[request * STEPS + number]!;
  }
}
