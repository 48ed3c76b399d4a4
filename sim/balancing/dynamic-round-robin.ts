import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { effectiveWeight } from "./effective-weight.ts";
import { ServerHeap } from "./server-heap.ts";

/** Largest effective weight that HAProxy knows: heavy servers come first by 4096 - weight. */
const HEAVIEST = 4096;

/**
 * HAProxy's round robin, in which weights may change at any time ("fast weighted round robin").
 *
 * A round has as many positions as the sum of the effective weights. Every server has a position at which its next turn
 * is due, a round's length / weight after the last, with the remainder carried along. Three lists hold them: `current`
 * by position; `initial`, heavy ones first, those without a turn in this round yet; and `next`, those whose turn falls
 * into the coming round. When nothing is left the round is over, and the coming one becomes the current one.
 */
class DynamicRoundRobin extends Algorithm {
  private readonly context: BalancingContext;
  private readonly asNew: boolean;
  private started = false;
  private position = 0;
  /** Lengths of this round and of the coming one. */
  private length = 0;
  private comingLength = 0;
  private readonly current: ServerHeap;
  private initial: ServerHeap;
  private next: ServerHeap;
  /** Effective weight while the server takes part, else 0. */
  private readonly weight: Float64Array;
  private readonly dueAt: Float64Array;
  private readonly servedAt: Float64Array;
  private readonly remainder: Float64Array;
  /** Those that the decision at hand took out and may not use. */
  private readonly aside: Int32Array;

  constructor(context: BalancingContext, asNew: boolean) {
    super();
    const { count } = context.fleet;
    this.context = context;
    this.asNew = asNew;
    this.current = new ServerHeap(count);
    this.initial = new ServerHeap(count);
    this.next = new ServerHeap(count);
    this.weight = new Float64Array(count);
    this.dueAt = new Float64Array(count);
    this.servedAt = new Float64Array(count);
    this.remainder = new Float64Array(count);
    this.aside = new Int32Array(count);
  }

  pick(_request: number, avoid: number): number {
    const { isBarred } = this.context.fleet;
    let setAside = 0;
    let switched = false;
    let avoided = false;
    let chosen = -1;
    for (;;) {
      if (this.length === 0) {
        this.length = this.comingLength;
        this.position = this.comingLength;
      }
      let server = this.due();
      if (server < 0) {
        if (switched) break;
        switched = true;
        this.beginRound();
        server = this.due();
        if (server < 0) break;
      }
      this.advance(server);
      if (isBarred[server] === 0) {
        if (server !== avoid) {
          chosen = server;
          break;
        }
        avoided = true;
      }
      this.aside[setAside++] = server;
    }
    if (chosen < 0 && avoided) chosen = avoid;
    if (chosen >= 0) this.place(chosen);
    while (setAside > 0) {
      const server = this.aside[--setAside]!;
      if (server === chosen) continue;
      // A new round has begun meanwhile: their places are lost, only their weight counts.
      if (switched) this.initial.put(server, HEAVIEST - this.weight[server]!);
      else this.place(server);
    }
    return chosen;
  }

  /** The server whose turn it is; -1 when this round is over. */
  private due(): number {
    const first = this.current.first(-1);
    if (first >= 0 && this.dueAt[first]! <= this.position) return first;
    const fresh = this.initial.first(-1);
    if (fresh < 0) return first;
    this.dueAt[fresh] = 0;
    this.remainder[fresh] = 0;
    return fresh;
  }

  private beginRound(): void {
    const swap = this.initial;
    this.initial = this.next;
    this.next = swap;
    this.length = this.comingLength;
    this.position = this.length;
  }

  /** Takes the server out of its list and works out when it is due again. */
  private advance(server: number): void {
    this.leave(server);
    const weight = this.weight[server]!;
    const served = this.dueAt[server] === 0 ? this.position : this.dueAt[server]!;
    const step = Math.floor(this.comingLength / weight);
    this.servedAt[server] = served;
    this.dueAt[server] = served + step;
    this.remainder[server]! += this.comingLength - step * weight;
    if (this.remainder[server]! >= weight) {
      this.remainder[server]! -= weight;
      this.dueAt[server]!++;
    }
    this.position++;
  }

  /** Puts the server into this round, or into the coming one when its turn falls beyond. */
  private place(server: number): void {
    const due = this.dueAt[server]!;
    const weight = this.weight[server]!;
    if (due >= 2 * this.length || due >= this.length + this.comingLength) {
      this.dueAt[server] = due - this.length;
      this.next.put(server, HEAVIEST - weight);
    } else {
      this.current.put(server, 256 * due + Math.floor((HEAVIEST + this.remainder[server]! - weight) / 16));
    }
  }

  private leave(server: number): void {
    this.current.remove(server);
    this.initial.remove(server);
    this.next.remove(server);
  }

  override changed(server: number): void {
    if (!this.started) return this.start();
    const { fleet } = this.context;
    const before = this.weight[server]!;
    const after = fleet.isEligible[server] === 1 ? effectiveWeight(fleet.weight[server]!) : 0;
    if (after === before) return;
    this.comingLength += after - before;
    this.weight[server] = after;
    if (after === 0) this.leave(server);
    else if (before === 0) this.join(server);
    else this.reweigh(server);
  }

  /** Everybody who is there when the first is announced begins in `initial`. */
  private start(): void {
    const { fleet } = this.context;
    this.started = true;
    for (let i = 0; i < fleet.eligibleCount; i++) {
      const server = fleet.eligible[i]!;
      this.weight[server] = effectiveWeight(fleet.weight[server]!);
      this.comingLength += this.weight[server]!;
      this.initial.put(server, HEAVIEST - this.weight[server]!);
    }
    this.length = this.comingLength;
    this.position = this.comingLength;
  }

  /** A share of what is left of two rounds away, in HAProxy's unsigned 32 bits. */
  private join(server: number): void {
    const left = (this.comingLength + this.length - this.position) >>> 0;
    this.dueAt[server] = this.position + Math.floor(left / this.weight[server]!);
    this.place(server);
  }

  private reweigh(server: number): void {
    const isInitial = this.initial.has(server);
    if (this.asNew) {
      if (isInitial) this.remainder[server] = 0;
      this.leave(server);
      return this.join(server);
    }
    if (isInitial) {
      this.initial.remove(server);
      this.initial.put(server, HEAVIEST - this.weight[server]!);
      return;
    }
    // Its turn may come earlier than it would have, never later; nor sooner than two positions from here.
    const due = this.dueAt[server]! + (this.next.has(server) ? this.length : 0);
    const step = Math.floor(this.comingLength / this.weight[server]!);
    this.leave(server);
    this.remainder[server] = 0;
    this.dueAt[server] = Math.min(due, this.servedAt[server]! + step);
    if (this.dueAt[server]! < this.position + 2) this.dueAt[server] = this.position + step;
    this.place(server);
  }

  override signalOf(server: number): number | null {
    return this.current.has(server) ? this.dueAt[server]! - this.position : null;
  }
}

export const dynamicRoundRobin = defineBalancing({
  name: "dynamic-round-robin",
  aliases: ["roundrobin", "balance roundrobin", "fwrr"],
  summary: "The servers in turn, in proportion to weight, with weights that may change at any time.",
  whenToUse: "Servers of known, different capacity whose weights follow slow start or an operator.",
  products: "HAProxy `balance roundrobin`.",
  cost: "O(log n)",
  decides: {
    signal: "positions until the server's turn is due; none while it waits for its first turn in this round",
    rule: "the first in position if it is due; else the heaviest that had no turn yet; else the first in position",
    best: "smallest",
    tieBreak: "larger remainder last, heavier first, then the one placed first",
  },
  knownFlaw: "The weights are a promise: a server that slows down keeps getting its share.",
  source: "HAProxy 2.6 lb_fwrr.c; 3.2 for weight changes that place the server anew.",
  knobs: {
    weightChange: {
      unit: "choice",
      choices: ["in-place", "as-new"],
      default: "in-place",
      summary:
        "A server whose weight changes keeps its turn (HAProxy to 3.1), or is placed as if it had just come up (3.2).",
    },
  },
  create: ({ weightChange }, context) => new DynamicRoundRobin(context, weightChange === "as-new"),
});
