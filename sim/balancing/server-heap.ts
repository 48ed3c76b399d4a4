import type { FleetView } from "./algorithm.ts";
import { isOpen } from "./candidates.ts";

/**
 * The eligible servers ordered by a key, smallest first, equal keys in the order in which they were put in. A change of
 * one key costs O(log n), so that "the least loaded" never scans the fleet.
 */
export class ServerHeap {
  private readonly heap: Int32Array;
  private readonly place: Int32Array;
  private readonly key: Float64Array;
  private readonly order: Float64Array;
  private size = 0;
  private nextOrder = 0;

  constructor(servers: number) {
    this.heap = new Int32Array(servers);
    this.place = new Int32Array(servers).fill(-1);
    this.key = new Float64Array(servers);
    this.order = new Float64Array(servers);
  }

  has(server: number): boolean {
    return this.place[server]! >= 0;
  }

  /** The first server; the second when the first is `avoid`, unless there is no other. -1 when empty. */
  first(avoid: number): number {
    if (this.size === 0) return -1;
    const first = this.heap[0]!;
    if (first !== avoid || this.size === 1) return first;
    let second = this.heap[1]!;
    if (this.size > 2 && this.precedes(this.heap[2]!, second)) second = this.heap[2]!;
    return second;
  }

  /**
   * The first server that may have the request at hand; `avoid` if there is no other and it is not barred, else -1. Looks at
   * the closed ones before it and their children only.
   */
  firstOpen(fleet: FleetView, avoid: number): number {
    if (fleet.barredCount === 0) return this.first(avoid);
    const open = this.firstOpenBelow(0, fleet, avoid);
    if (open >= 0) return open;
    return avoid >= 0 && this.has(avoid) && fleet.isBarred[avoid] === 0 ? avoid : -1;
  }

  private firstOpenBelow(at: number, fleet: FleetView, avoid: number): number {
    if (at >= this.size) return -1;
    const server = this.heap[at]!;
    if (isOpen(fleet, server, avoid)) return server;
    const left = this.firstOpenBelow(2 * at + 1, fleet, avoid);
    const right = this.firstOpenBelow(2 * at + 2, fleet, avoid);
    return left < 0 || (right >= 0 && this.precedes(right, left)) ? right : left;
  }

  /** The key under which `server` was last put in; it counts only while `has(server)`. */
  keyOf(server: number): number {
    return this.key[server]!;
  }

  /**
   * Puts `server` in, or moves it behind its equals under the new key; an unchanged key changes nothing. Equals stand by
   * `order`, which is that of putting in unless all are given one.
   */
  put(server: number, key: number, order = this.nextOrder++): void {
    const at = this.place[server]!;
    if (at < 0) {
      this.key[server] = key;
      this.order[server] = order;
      this.sink(this.size++, server, true);
    } else if (key !== this.key[server]) {
      const rises = key < this.key[server]!;
      this.key[server] = key;
      this.order[server] = order;
      this.sink(at, server, rises);
    }
  }

  remove(server: number): void {
    const at = this.place[server]!;
    if (at < 0) return;
    this.place[server] = -1;
    const last = this.heap[--this.size]!;
    if (last === server) return;
    const parent = (at - 1) >> 1;
    this.sink(at, last, at > 0 && this.precedes(last, this.heap[parent]!));
  }

  /** Settles `server`, for which place `at` is open, upwards or downwards. */
  private sink(at: number, server: number, upwards: boolean): void {
    const heap = this.heap;
    if (upwards) {
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!this.precedes(server, heap[parent]!)) break;
        this.set(at, heap[parent]!);
        at = parent;
      }
    } else {
      for (;;) {
        let child = 2 * at + 1;
        if (child >= this.size) break;
        if (child + 1 < this.size && this.precedes(heap[child + 1]!, heap[child]!)) child++;
        if (!this.precedes(heap[child]!, server)) break;
        this.set(at, heap[child]!);
        at = child;
      }
    }
    this.set(at, server);
  }

  private set(at: number, server: number): void {
    this.heap[at] = server;
    this.place[server] = at;
  }

  private precedes(a: number, b: number): boolean {
    const difference = this.key[a]! - this.key[b]!;
    return difference < 0 || (difference === 0 && this.order[a]! < this.order[b]!);
  }
}
