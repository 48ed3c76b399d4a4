import { grown } from "../engine/grown.ts";
import type { FleetView } from "./algorithm.ts";
import { isOpen } from "./candidates.ts";

const INITIAL_LOADS = 16;

/**
 * The eligible servers ordered by load, a whole number, equal loads in the order in which they were put in: as
 * `ServerHeap`, but a list for each load, so that a server that gets or ends a request moves in O(1).
 */
export class ServerLists {
  /** First and last server of each load, -1 where there is none. */
  private head = new Int32Array(INITIAL_LOADS).fill(-1);
  private tail = new Int32Array(INITIAL_LOADS).fill(-1);
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  /** -1 for a server that is not in. */
  private readonly load: Int32Array;
  private size = 0;
  /** No list below this one has anybody in it. */
  private lowest = 0;

  constructor(servers: number) {
    this.next = new Int32Array(servers);
    this.previous = new Int32Array(servers);
    this.load = new Int32Array(servers).fill(-1);
  }

  has(server: number): boolean {
    return this.load[server]! >= 0;
  }

  /** The first server of all, -1 when empty. */
  first(): number {
    return this.head[this.lowest]!;
  }

  /**
   * The first server that may have the request at hand; `avoid` if there is no other and it is not barred, else -1. Looks at
   * the closed ones before it only.
   */
  firstOpen(fleet: FleetView, avoid: number): number {
    if (this.size === 0) return -1;
    const first = this.first();
    if (isOpen(fleet, first, avoid)) return first;
    for (let server = first; server >= 0; server = this.after(server)) if (isOpen(fleet, server, avoid)) return server;
    return avoid >= 0 && this.has(avoid) && fleet.isBarred[avoid] === 0 ? avoid : -1;
  }

  /** The server that follows `server`, -1 after the last. */
  private after(server: number): number {
    let next = this.next[server]!;
    for (let load = this.load[server]! + 1; next < 0 && load < this.head.length; load++) next = this.head[load]!;
    return next;
  }

  /** Every server, first to last. */
  inOrder(): number[] {
    const servers: number[] = [];
    if (this.size === 0) return servers;
    for (let server = this.head[this.lowest]!; server >= 0; server = this.after(server)) servers.push(server);
    return servers;
  }

  /** Puts `server` in, or moves it behind its equals under the new load; an unchanged load changes nothing. */
  put(server: number, load: number): void {
    if (this.load[server]! < 0) {
      this.size++;
      this.append(server, load);
    } else {
      this.move(server, load);
    }
  }

  /** As `put`, for a server that may not be in, and then stays out. */
  move(server: number, load: number): void {
    const before = this.load[server]!;
    if (before < 0 || load === before) return;
    this.unlink(server, before);
    this.append(server, load);
  }

  private append(server: number, load: number): void {
    if (load >= this.head.length) this.grow(load);
    const tail = this.tail[load]!;
    this.next[server] = -1;
    this.previous[server] = tail;
    if (tail < 0) this.head[load] = server;
    else this.next[tail] = server;
    this.tail[load] = server;
    this.load[server] = load;
    if (load < this.lowest) this.lowest = load;
    else this.raise();
  }

  remove(server: number): void {
    const load = this.load[server]!;
    if (load < 0) return;
    this.unlink(server, load);
    this.load[server] = -1;
    if (--this.size > 0) this.raise();
    else this.lowest = 0;
  }

  private unlink(server: number, load: number): void {
    const next = this.next[server]!;
    const previous = this.previous[server]!;
    if (previous < 0) this.head[load] = next;
    else this.next[previous] = next;
    if (next < 0) this.tail[load] = previous;
    else this.previous[next] = previous;
  }

  /** Loads change by one as a rule, so the next list is seldom far. */
  private raise(): void {
    while (this.head[this.lowest]! < 0) this.lowest++;
  }

  private grow(load: number): void {
    const loads = Math.max(load + 1, this.head.length * 2);
    this.head = grown(this.head, new Int32Array(loads).fill(-1));
    this.tail = grown(this.tail, new Int32Array(loads).fill(-1));
  }
}
