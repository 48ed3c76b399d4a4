/**
 * How many requests a balancer sends to a server at once, and what waits while there is no room.
 *
 * A server with as many requests of a balancer as it may have is barred there: the algorithm passes it over. A request
 * for which there is no room at all, or none on the server it is bound to, waits in the balancer's queue, if it has one
 * with room, until a server has room, its time is over, or its client is gone; else it is refused (503).
 *
 * As in HAProxy: when there is room on a server, whoever has waited longest gets it, of those bound to the server and
 * those that any server would do for; a server that is taken out hands back those who wait for it. We let the algorithm
 * choose again for the latter, which comes to the server with room where only one has any.
 */
import type { Fleet } from "../balancing/fleet.ts";
import { grown } from "../engine/grown.ts";
import { type EventHandle, type Kernel, NO_EVENT } from "../engine/kernel.ts";
import type { Cluster } from "../scenario.ts";
import * as event from "./events.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import { NO_LIMIT, type Servers } from "./servers.ts";

/** What the queue asks of the balancers. */
export interface Dispatcher {
  /** The request goes to `server` for this reason, or is refused where that is -1. */
  dispatch(slot: number, balancer: number, server: number, reason: number): void;
  /** Why a request goes elsewhere when the server that it waited for was taken out. */
  readonly afterLoss: number;
  /** The algorithm's choice, -1 for none. */
  choose(slot: number, balancer: number, avoid: number): number;
}

export interface LimitsParts {
  readonly kernel: Kernel;
  readonly requests: Requests;
  readonly fleets: readonly Fleet[];
  /** By server. */
  readonly maximum: Int32Array;
  readonly queue: Cluster["balancers"]["queue"];
}

const NOBODY = -1;

interface BalancersSide extends Omit<LimitsParts, "maximum" | "queue"> {
  readonly servers: Servers;
  readonly settings: Cluster["balancers"];
}

/** null where no server has a limit. */
export function limitsOf(parts: BalancersSide, dispatcher: Dispatcher): Limits | null {
  const maximum = parts.servers.maxConnections;
  if (maximum.every((limit) => limit === NO_LIMIT)) return null;
  const limits = new Limits({ ...parts, maximum, queue: parts.settings.queue });
  limits.dispatcher = dispatcher;
  return limits;
}

export class Limits {
  dispatcher!: Dispatcher;
  private readonly kernel: Kernel;
  private readonly requests: Requests;
  private readonly fleets: readonly Fleet[];
  private readonly maximum: Int32Array;
  private readonly queue: Cluster["balancers"]["queue"];
  private readonly lane: number;
  /** Lists of those who wait, by balancer: one for each server, and the last for those that any will do for. */
  private readonly lists: number;
  private readonly head: Int32Array;
  private readonly tail: Int32Array;
  private readonly waiting: Int32Array;
  private arrivals = 0;
  /** By request: its list, its turn, why it goes where it goes, when it began to wait, and how long it has in this attempt. */
  private list = new Int32Array(64);
  private turn = new Float64Array(64);
  private reason = new Int32Array(64);
  private timer = new Int32Array(64);
  private sinceMs = new Float64Array(64);
  private spentMs = new Float64Array(64);
  /** Room to be given away, as balancer × lists + server: by one loop, or a row of refusals would go as deep as the queue is long. */
  private readonly room: number[] = [];
  private isGiving = false;

  constructor(parts: LimitsParts) {
    this.kernel = parts.kernel;
    this.requests = parts.requests;
    this.fleets = parts.fleets;
    this.maximum = parts.maximum;
    this.queue = parts.queue;
    this.lane = this.queue !== null && this.queue.timeoutMs !== null ? parts.kernel.addLane() : -1;
    this.lists = parts.maximum.length + 1;
    this.head = new Int32Array(parts.fleets.length * this.lists).fill(NOBODY);
    this.tail = new Int32Array(parts.fleets.length * this.lists).fill(NOBODY);
    this.waiting = new Int32Array(parts.fleets.length);
  }

  /** An attempt reaches its balancer. */
  begins(slot: number): void {
    if (slot >= this.list.length) this.grow(slot);
    this.spentMs[slot] = 0;
  }

  /** The balancer counts one more on the server. */
  taken(balancer: number, server: number): void {
    this.bar(balancer, server);
  }

  /** The balancer counts one less on the server. */
  released(balancer: number, server: number): void {
    this.bar(balancer, server);
    this.give(balancer, server);
  }

  /** Time that the attempt has waited, in ms. */
  waitedMs(slot: number): number {
    return this.spentMs[slot]!;
  }

  /** A server is in or out, and the algorithm knows. */
  changed(balancer: number, server: number): void {
    this.bar(balancer, server);
    if (this.fleets[balancer]!.isEligible[server] === 1) {
      this.give(balancer, server);
      return;
    }
    const own = balancer * this.lists + server;
    const stranded: number[] = [];
    while (this.head[own]! !== NOBODY) {
      stranded.push(this.head[own]!);
      this.leave(this.head[own]!, balancer);
    }
    for (const slot of stranded) this.place(slot, balancer, this.choose(slot, balancer), this.dispatcher.afterLoss);
  }

  private bar(balancer: number, server: number): void {
    const fleet = this.fleets[balancer]!;
    const isFull = fleet.inFlight[server]! >= this.maximum[server]!;
    fleet.setBarred(server, isFull && fleet.isEligible[server] === 1);
  }

  private choose(slot: number, balancer: number): number {
    return this.dispatcher.choose(slot, balancer, -1);
  }

  /** The request goes to `server` if there is room, waits for it, or for any where it is -1, or is refused. */
  place(slot: number, balancer: number, server: number, reason: number): void {
    const fleet = this.fleets[balancer]!;
    const hasRoom = server >= 0 && fleet.isBarred[server] === 0;
    if (hasRoom) this.dispatcher.dispatch(slot, balancer, server, reason);
    else if (!this.wait(slot, balancer, server, reason)) this.dispatcher.dispatch(slot, balancer, -1, reason);
  }

  /** False when there is nothing to wait for, or no room to wait in. */
  private wait(slot: number, balancer: number, server: number, reason: number): boolean {
    const { queue, kernel } = this;
    if (queue === null || this.fleets[balancer]!.eligibleCount === 0) return false;
    if (queue.limit !== null && this.waiting[balancer]! >= queue.limit) return false;
    this.requests.ints[slot * request.INTS + request.PHASE] = request.HELD;
    this.reason[slot] = reason;
    this.turn[slot] = this.arrivals++;
    this.sinceMs[slot] = kernel.nowMs;
    this.timer[slot] =
      queue.timeoutMs === null
        ? NO_EVENT
        : kernel.scheduleInLane(this.lane, kernel.nowMs + queue.timeoutMs, event.HELD_TOO_LONG, slot, balancer);
    this.append(slot, balancer * this.lists + (server < 0 ? this.lists - 1 : server));
    this.waiting[balancer]!++;
    return true;
  }

  /** The request has waited long enough: 503. */
  timeout(slot: number, balancer: number): void {
    this.timer[slot] = NO_EVENT;
    this.leave(slot, balancer);
    this.dispatcher.dispatch(slot, balancer, -1, this.reason[slot]!);
  }

  /** Takes the request out of the queue. */
  leave(slot: number, balancer: number): void {
    const links = this.requests.ints;
    const at = slot * request.INTS;
    const list = this.list[slot]!;
    const after = links[at + request.NEXT]!;
    const before = links[at + request.PREVIOUS]!;
    if (before === NOBODY) this.head[list] = after;
    else links[before * request.INTS + request.NEXT] = after;
    if (after === NOBODY) this.tail[list] = before;
    else links[after * request.INTS + request.PREVIOUS] = before;
    this.waiting[balancer]!--;
    this.spentMs[slot]! += this.kernel.nowMs - this.sinceMs[slot]!;
    const timer: EventHandle = this.timer[slot]!;
    if (timer !== NO_EVENT) this.kernel.cancel(timer);
    this.timer[slot] = NO_EVENT;
    links[at + request.PHASE] = request.ON_NETWORK;
  }

  private append(slot: number, list: number): void {
    const links = this.requests.ints;
    const last = this.tail[list]!;
    links[slot * request.INTS + request.NEXT] = NOBODY;
    links[slot * request.INTS + request.PREVIOUS] = last;
    if (last === NOBODY) this.head[list] = slot;
    else links[last * request.INTS + request.NEXT] = slot;
    this.tail[list] = slot;
    this.list[slot] = list;
  }

  private give(balancer: number, server: number): void {
    if (this.waiting[balancer] === 0) return;
    this.room.push(balancer * this.lists + server);
    if (this.isGiving) return;
    this.isGiving = true;
    for (let next = this.room.shift(); next !== undefined; next = this.room.shift()) {
      while (this.giveOne(Math.floor(next / this.lists), next % this.lists)) {
        // As long as there is room, and somebody for it.
      }
    }
    this.isGiving = false;
  }

  /** Whether somebody who waited was sent off. */
  private giveOne(balancer: number, server: number): boolean {
    const fleet = this.fleets[balancer]!;
    if (fleet.inFlight[server]! >= this.maximum[server]!) return false;
    const own = this.head[balancer * this.lists + server]!;
    const anyone = this.head[balancer * this.lists + this.lists - 1]!;
    if (anyone !== NOBODY && (own === NOBODY || this.turn[anyone]! < this.turn[own]!)) {
      const chosen = this.choose(anyone, balancer);
      if (chosen >= 0 && fleet.isBarred[chosen] === 0) {
        this.leave(anyone, balancer);
        this.dispatcher.dispatch(anyone, balancer, chosen, this.reason[anyone]!);
        return true;
      }
    }
    if (own === NOBODY) return false;
    this.leave(own, balancer);
    this.dispatcher.dispatch(own, balancer, server, this.reason[own]!);
    return true;
  }

  private grow(slot: number): void {
    const room = Math.max(2 * this.list.length, slot + 1);
    this.list = grown(this.list, new Int32Array(room));
    this.turn = grown(this.turn, new Float64Array(room));
    this.reason = grown(this.reason, new Int32Array(room));
    this.timer = grown(this.timer, new Int32Array(room));
    this.sinceMs = grown(this.sinceMs, new Float64Array(room));
    this.spentMs = grown(this.spentMs, new Float64Array(room));
  }
}
