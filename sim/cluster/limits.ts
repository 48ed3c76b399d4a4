/**
 * How many requests a balancer sends to a server at once, and what waits while there is no room.
 *
 * A server with as many requests of a balancer as it may have is barred there: the algorithm passes it over. A request
 * for which there is no room at all, or none on the server it is bound to, waits in the balancer's queue, if it has one
 * with room, until a server has room, its time is over, or its client is gone; else it is refused (503). How long a bound
 * request waits for its own server before it goes elsewhere is the affinity mechanism's rule.
 *
 * As in HAProxy: when there is room on a server, whoever has waited longest gets it, of those bound to the server and
 * those that any server would do for; where as many wait for a server as may (`maxqueue`), a request that is bound to it
 * goes elsewhere; a server that is taken out hands back those who wait for it. We let the algorithm choose again for the
 * latter, which comes to the server with room where only one has any.
 */
import type { Fleet } from "../balancing/fleet.ts";
import { grown } from "../engine/grown.ts";
import { type EventHandle, type Kernel, NO_EVENT } from "../engine/kernel.ts";
import type { AffinityMechanism, BindingRules } from "../persistence/affinity/mechanism.ts";
import type { Cluster } from "../scenario.ts";
import * as decision from "./decisions.ts";
import * as event from "./events.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import { NO_LIMIT, type Servers } from "./servers.ts";

/** What the queue asks of the balancers. */
export interface Dispatcher {
  /** The request goes to `server` for this reason, or is refused where that is -1. */
  dispatch(slot: number, balancer: number, server: number, reason: number): void;
  /** What becomes of a request that is bound to a server which is not eligible: a reason of `decisions.ts`. */
  fateOf(slot: number, balancer: number, server: number): number;
  /** The algorithm's choice, -1 for none. */
  choose(slot: number, balancer: number): number;
}

export interface LimitsParts {
  readonly kernel: Kernel;
  readonly requests: Requests;
  readonly fleets: readonly Fleet[];
  /** By server. */
  readonly maximum: Int32Array;
  readonly queue: Cluster["balancers"]["queue"];
  readonly rules: BindingRules;
}

const NOBODY = -1;

interface BalancersSide extends Omit<LimitsParts, "maximum" | "queue" | "rules"> {
  readonly affinity: AffinityMechanism;
  readonly servers: Servers;
  readonly settings: Cluster["balancers"];
}

/** null where no server has a limit. */
export function limitsOf(parts: BalancersSide, dispatcher: Dispatcher): Limits | null {
  const maximum = parts.servers.maxConnections;
  if (maximum.every((limit) => limit === NO_LIMIT)) return null;
  const limits = new Limits({ ...parts, maximum, queue: parts.settings.queue, rules: parts.affinity.rules });
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
  private readonly rules: BindingRules;
  private readonly lane: number;
  /** For waits that end with another server. */
  private readonly boundedLane: number;
  /** Lists of those who wait, by balancer: one for each server, and the last for those that any will do for. */
  private readonly lists: number;
  private readonly head: Int32Array;
  private readonly tail: Int32Array;
  private readonly waiting: Int32Array;
  /** By list. */
  private readonly length: Int32Array;
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
    this.rules = parts.rules;
    this.boundedLane = this.queue !== null && this.rules.strictness === "bounded" ? parts.kernel.addLane() : -1;
    this.lists = parts.maximum.length + 1;
    this.head = new Int32Array(parts.fleets.length * this.lists).fill(NOBODY);
    this.tail = new Int32Array(parts.fleets.length * this.lists).fill(NOBODY);
    this.waiting = new Int32Array(parts.fleets.length);
    this.length = new Int32Array(parts.fleets.length * this.lists);
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
    for (let slot = this.head[own]!; slot !== NOBODY; slot = this.requests.ints[slot * request.INTS + request.NEXT]!) {
      stranded.push(slot);
    }
    for (const slot of stranded) {
      const fate = this.dispatcher.fateOf(slot, balancer, server);
      if (fate === decision.BOUND) return;
      this.leave(slot, balancer);
      if (fate === decision.INSISTED) this.dispatcher.dispatch(slot, balancer, server, fate);
      else if (fate === decision.TURNED_AWAY) this.dispatcher.dispatch(slot, balancer, -1, fate);
      else this.place(slot, balancer, this.dispatcher.choose(slot, balancer), fate);
    }
  }

  private bar(balancer: number, server: number): void {
    const fleet = this.fleets[balancer]!;
    const isFull = fleet.inFlight[server]! >= this.maximum[server]!;
    fleet.setBarred(server, isFull && fleet.isEligible[server] === 1);
  }

  /** The request goes to `server` if there is room, waits for it, or for any where it is -1, or is refused. */
  place(slot: number, balancer: number, server: number, reason: number): void {
    const isBound = reason === decision.BOUND;
    if (server >= 0 && this.hasRoom(balancer, server)) this.dispatcher.dispatch(slot, balancer, server, reason);
    else if (reason === decision.INSISTED) this.dispatcher.dispatch(slot, balancer, server, reason);
    else if (isBound && this.goesElsewhere(balancer, server)) this.placeElsewhere(slot, balancer);
    else if (reason === decision.TURNED_AWAY || !this.wait(slot, balancer, server, reason))
      this.dispatcher.dispatch(slot, balancer, -1, reason);
  }

  private hasRoom(balancer: number, server: number): boolean {
    const fleet = this.fleets[balancer]!;
    if (fleet.isEligible[server] === 1) return fleet.isBarred[server] === 0;
    return fleet.inFlight[server]! < this.maximum[server]!;
  }

  /** Whether a request does not wait for the server that it is bound to. */
  private goesElsewhere(balancer: number, server: number): boolean {
    const { queue } = this;
    const { strictness } = this.rules;
    if (strictness === "soft") return true;
    if (queue === null) return strictness === "bounded";
    const waiting = this.length[balancer * this.lists + server]!;
    if (queue.perServerLimit !== null && waiting >= queue.perServerLimit) return true;
    return strictness === "bounded" && queue.limit !== null && this.waiting[balancer]! >= queue.limit;
  }

  private placeElsewhere(slot: number, balancer: number): void {
    this.requests.ints[slot * request.INTS + request.FLAGS]! |= request.WAS_REDISPATCHED;
    this.place(slot, balancer, this.dispatcher.choose(slot, balancer), decision.OVERFLOWED);
  }

  /** False when there is nothing to wait for, or no room to wait in. */
  private wait(slot: number, balancer: number, server: number, reason: number): boolean {
    const { queue, kernel } = this;
    if (queue === null || (server < 0 && this.fleets[balancer]!.eligibleCount === 0)) return false;
    if (queue.limit !== null && this.waiting[balancer]! >= queue.limit) return false;
    this.requests.ints[slot * request.INTS + request.PHASE] = request.HELD;
    this.reason[slot] = reason;
    this.turn[slot] = this.arrivals++;
    this.sinceMs[slot] = kernel.nowMs;
    this.timer[slot] = this.timerOf(slot, balancer, reason);
    this.append(slot, balancer * this.lists + (server < 0 ? this.lists - 1 : server));
    this.waiting[balancer]!++;
    return true;
  }

  private timerOf(slot: number, balancer: number, reason: number): EventHandle {
    const { kernel, rules } = this;
    const timeoutMs = this.queue!.timeoutMs ?? Infinity;
    const { nowMs } = kernel;
    if (reason === decision.BOUND && rules.strictness === "bounded" && rules.boundedWaitMs < timeoutMs)
      return kernel.scheduleInLane(
        this.boundedLane,
        nowMs + rules.boundedWaitMs,
        event.HELD_FOR_SERVER,
        slot,
        balancer,
      );
    if (timeoutMs === Infinity) return NO_EVENT;
    // What it has waited for its own server counts.
    if (reason === decision.OVERFLOWED)
      return kernel.schedule(nowMs + timeoutMs - this.spentMs[slot]!, event.HELD_TOO_LONG, slot, balancer);
    return kernel.scheduleInLane(this.lane, nowMs + timeoutMs, event.HELD_TOO_LONG, slot, balancer);
  }

  /** The request has waited long enough for its own server: another one will do. */
  giveUpServer(slot: number, balancer: number): void {
    this.timer[slot] = NO_EVENT;
    this.leave(slot, balancer);
    this.placeElsewhere(slot, balancer);
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
    this.length[list]!--;
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
    this.length[list]!++;
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
      const chosen = this.dispatcher.choose(anyone, balancer);
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
