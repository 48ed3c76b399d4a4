/**
 * The servers: capacity, queues and the books of what runs on them. What a request does on a server is decided by the
 * request path; this file says who waits, how many are in service, how long everything was busy.
 *
 * What every request touches stands together, eight integers and eight numbers a server: at `ints[server * INTS + f]`
 * and `floats[server * FLOATS + f]`, so that a server drawn from a large fleet costs one or two cache misses, not a dozen.
 */
import type { Clock } from "../engine/kernel.ts";
import type { Cause } from "../metrics/causes.ts";
import type { Scenario } from "../scenario.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";

export const INTS = 8;
export const IN_SERVICE = 0;
export const QUEUED = 1;
/** Requests that may be in service at once: the workers under FCFS, the concurrency limit under processor sharing. */
export const PLACES = 2;
export const QUEUE_LIMIT = 3;
const QUEUE_HEAD = 4;
const QUEUE_TAIL = 5;
/** Requests taken in. */
export const ARRIVED = 6;
/** 1 while the server takes connections: not before it has joined, and no more once it is about to end. */
export const IS_OPEN = 7;

export const FLOATS = 8;
const SETTLED_AT_MS = 0;
/** Integrals over time, kept up by `settle`: busy workers, and requests on the server. */
export const BUSY_MS = 1;
export const IN_SYSTEM_MS = 2;
/** Sum of the times that requests which have left spent on the server: the other side of Little's law. */
export const SOJOURN_MS = 3;
export const SPEED = 4;
const WORKERS = 5;
/** 1 under processor sharing. */
export const IS_SHARING = 6;

/** Beyond any number of requests. */
export const NO_LIMIT = 0x7fffffff;

export class Servers {
  readonly count: number;
  readonly names: readonly string[];
  readonly zones: readonly (string | null)[];
  readonly weight: Float64Array;
  readonly workers: Int32Array;
  /** Requests that one balancer may have on the server at once. */
  readonly maxConnections: Int32Array;
  readonly ints: Int32Array;
  readonly floats: Float64Array;
  upCount = 0;
  readonly crashes: Int32Array;
  /** The number of its present life, -1 while it is down; see `StateContext.servers`. */
  private readonly life: Int32Array;
  private readonly serverOfLife: number[] = [];
  /** Lives that were ended on purpose. */
  private readonly stoppedLives = new Set<number>();
  private readonly upMs: Float64Array;
  private readonly upSinceMs: Float64Array;
  private readonly requests: Requests;
  private readonly clock: Clock;

  constructor(scenario: Scenario, requests: Requests, clock: Clock) {
    const fleet = scenario.cluster.servers.flatMap((group) => Array.from({ length: group.count }, () => group));
    this.requests = requests;
    this.clock = clock;
    this.count = fleet.length;
    this.names = scenario.cluster.servers.flatMap((group) =>
      Array.from({ length: group.count }, (_, index) => `${group.name}-${index + 1}`),
    );
    this.zones = fleet.map((group) => group.zone);
    this.weight = Float64Array.from(fleet, (group) => group.weight);
    this.workers = Int32Array.from(fleet, (group) => group.workers);
    this.maxConnections = Int32Array.from(fleet, (group) => group.maxConnections ?? NO_LIMIT);
    this.crashes = new Int32Array(this.count);
    this.life = new Int32Array(this.count).fill(-1);
    this.upMs = new Float64Array(this.count);
    this.upSinceMs = new Float64Array(this.count);
    this.ints = new Int32Array(this.count * INTS);
    this.floats = new Float64Array(this.count * FLOATS);
    fleet.forEach((group, server) => {
      const int = server * INTS;
      this.ints[int + PLACES] = group.discipline === "fcfs" ? group.workers : (group.concurrencyLimit ?? NO_LIMIT);
      this.ints[int + QUEUE_LIMIT] = group.queueLimit ?? NO_LIMIT;
      this.ints[int + QUEUE_HEAD] = -1;
      this.ints[int + QUEUE_TAIL] = -1;
      const float = server * FLOATS;
      this.floats[float + SPEED] = group.speed;
      this.floats[float + WORKERS] = group.workers;
      this.floats[float + IS_SHARING] = group.discipline === "ps" ? 1 : 0;
    });
  }

  /** Brings the integrals up to now; to be called before anything changes. */
  settle(server: number): void {
    const { ints, floats } = this;
    const { nowMs } = this.clock;
    const int = server * INTS;
    const float = server * FLOATS;
    const elapsedMs = nowMs - floats[float + SETTLED_AT_MS]!;
    floats[float + SETTLED_AT_MS] = nowMs;
    const inService = ints[int + IN_SERVICE]!;
    floats[float + BUSY_MS]! += elapsedMs * Math.min(inService, floats[float + WORKERS]!);
    floats[float + IN_SYSTEM_MS]! += elapsedMs * (inService + ints[int + QUEUED]!);
  }

  /** One number of every server, for the record. */
  column(field: typeof BUSY_MS | typeof IN_SYSTEM_MS): Float64Array {
    return Float64Array.from(this.names, (_, server) => this.floats[server * FLOATS + field]!);
  }

  arrivals(): Float64Array {
    return Float64Array.from(this.names, (_, server) => this.ints[server * INTS + ARRIVED]!);
  }

  /** Time that the server has been up until now, from the moment that it took connections. */
  upForMs(server: number, nowMs: number): number {
    return this.upMs[server]! + (this.isUp(server) ? Math.max(0, nowMs - this.upSinceMs[server]!) : 0);
  }

  /** The server's process begins; it takes connections at once, or when it is opened. */
  start(server: number, nowMs: number, isOpen = true): void {
    this.upSinceMs[server] = Infinity;
    this.upCount++;
    this.life[server] = this.serverOfLife.length;
    this.serverOfLife.push(server);
    if (isOpen) this.open(server, nowMs);
  }

  open(server: number, nowMs: number): void {
    this.upSinceMs[server] = nowMs;
    this.ints[server * INTS + IS_OPEN] = 1;
  }

  /** Who is on the server may stay. */
  close(server: number): void {
    this.ints[server * INTS + IS_OPEN] = 0;
  }

  /** `cause` is that of losses of what lay in its memory. */
  stop(server: number, nowMs: number, cause: "crash" | "scale-in" = "crash"): void {
    this.upMs[server] = this.upForMs(server, nowMs);
    this.ints[server * INTS + IS_OPEN] = 0;
    this.upCount--;
    if (cause === "scale-in") this.stoppedLives.add(this.life[server]!);
    this.life[server] = -1;
    if (cause === "crash") this.crashes[server]!++;
  }

  /** Requests on the server: waiting and in service. */
  inSystem(server: number): number {
    return this.ints[server * INTS + IN_SERVICE]! + this.ints[server * INTS + QUEUED]!;
  }
  /** Whether its process runs, with what is in its memory; it may have yet to take connections, or take none any more. */
  isUp(server: number): boolean {
    return this.life[server]! >= 0;
  }
  isOpen(server: number): boolean {
    return this.ints[server * INTS + IS_OPEN] === 1;
  }
  zoneOf(server: number): string | null {
    return this.zones[server]!;
  }
  lifeOf(server: number): number {
    return this.life[server]!;
  }
  serverOf(life: number): number {
    return life < 0 ? -1 : this.serverOfLife[life]!;
  }
  isAlive(life: number): boolean {
    return life >= 0 && this.life[this.serverOfLife[life]!] === life;
  }
  causeOfEnd(life: number): Cause {
    return this.stoppedLives.has(life) ? "scale-in" : "crash";
  }
  /** The number that the next life to begin will get. */
  get nextLife(): number {
    return this.serverOfLife.length;
  }

  enqueue(server: number, slot: number): void {
    const { ints } = this;
    const links = this.requests.ints;
    const int = server * INTS;
    const tail = ints[int + QUEUE_TAIL]!;
    links[slot * request.INTS + request.NEXT] = -1;
    links[slot * request.INTS + request.PREVIOUS] = tail;
    if (tail < 0) ints[int + QUEUE_HEAD] = slot;
    else links[tail * request.INTS + request.NEXT] = slot;
    ints[int + QUEUE_TAIL] = slot;
    ints[int + QUEUED]!++;
  }

  /** Takes the request that has waited longest; there must be one. */
  dequeue(server: number): number {
    const { ints } = this;
    const links = this.requests.ints;
    const int = server * INTS;
    const slot = ints[int + QUEUE_HEAD]!;
    const after = links[slot * request.INTS + request.NEXT]!;
    ints[int + QUEUE_HEAD] = after;
    if (after < 0) ints[int + QUEUE_TAIL] = -1;
    else links[after * request.INTS + request.PREVIOUS] = -1;
    ints[int + QUEUED]!--;
    return slot;
  }

  leaveQueue(server: number, slot: number): void {
    const { ints } = this;
    const links = this.requests.ints;
    const int = server * INTS;
    const after = links[slot * request.INTS + request.NEXT]!;
    const before = links[slot * request.INTS + request.PREVIOUS]!;
    if (before < 0) ints[int + QUEUE_HEAD] = after;
    else links[before * request.INTS + request.NEXT] = after;
    if (after < 0) ints[int + QUEUE_TAIL] = before;
    else links[after * request.INTS + request.PREVIOUS] = before;
    ints[int + QUEUED]!--;
  }

  /**
   * Little's law on every server: requests on it, integrated over time, are the sum of the times that each spent there.
   * @throws Error when it is broken: a defect of the model, never of the scenario.
   */
  check(nowMs: number): void {
    const { ints: words, floats: times } = this.requests;
    const openMs = new Float64Array(this.count);
    for (const slot of this.requests.slotsWhere((slot) =>
      request.isAtServer(words[slot * request.INTS + request.PHASE]!),
    )) {
      const server = words[slot * request.INTS + request.SERVER]!;
      openMs[server]! += nowMs - times[slot * request.FLOATS + request.REACHED_AT_MS]!;
    }
    for (let server = 0; server < this.count; server++) {
      this.settle(server);
      const sojournMs = this.floats[server * FLOATS + SOJOURN_MS]! + openMs[server]!;
      const inSystemMs = this.floats[server * FLOATS + IN_SYSTEM_MS]!;
      // The sums are formed in different orders and differ by rounding only, which is far below 1e-9 of their size.
      if (
        Math.abs(inSystemMs - sojournMs) >
        1e-9 * Math.max(1, inSystemMs, this.ints[server * INTS + ARRIVED]! * 1e-3)
      ) {
        throw new Error(
          `Little's law is broken on ${this.names[server]}: ${inSystemMs} request-ms, ${sojournMs} spent`,
        );
      }
    }
  }

  /** Everybody on the server. A walk over all requests under way, for the rare moments that need it. */
  requestsOn(server: number): number[] {
    const words = this.requests.ints;
    return this.requests.slotsWhere(
      (slot) =>
        words[slot * request.INTS + request.SERVER] === server &&
        request.isAtServer(words[slot * request.INTS + request.PHASE]!),
    );
  }
}
