/**
 * The servers: capacity, queues and what is running on them, in columns. What a request does on a server is decided by
 * the request path; this file keeps the books: who waits, who is in service, how long everything was busy.
 */
import type { Scenario, ServerGroup } from "../scenario.ts";
import { isAtServer, type Requests } from "./requests.ts";

export class Servers {
  readonly count: number;
  readonly names: readonly string[];
  readonly workers: Int32Array;
  /** Requests that may be in service at once: the workers under FCFS, the concurrency limit under processor sharing. */
  readonly places: Int32Array;
  readonly queueLimit: Int32Array;
  readonly speed: Float64Array;
  readonly weight: Float64Array;
  readonly isSharing: Uint8Array;

  /** 1 while the server runs. A server that has yet to join does not. */
  readonly up: Uint8Array;
  upCount = 0;
  /** The number of its present life, -1 while it is down; see `StateContext.servers`. */
  readonly life: Int32Array;
  readonly crashes: Int32Array;
  private readonly serverOfLife: number[] = [];

  readonly inService: Int32Array;
  readonly queued: Int32Array;
  private readonly queueHead: Int32Array;
  private readonly queueTail: Int32Array;

  /** Sum of the times that requests which have left spent on the server: with `inSystemMs`, both sides of Little's law. */
  readonly sojournMs: Float64Array;
  /** Integrals over time, kept up by `settle`. */
  readonly busyMs: Float64Array;
  readonly inSystemMs: Float64Array;
  private readonly upMs: Float64Array;
  private readonly upSinceMs: Float64Array;
  private readonly settledAtMs: Float64Array;
  /** Requests taken in. */
  readonly arrived: Int32Array;

  private readonly requests: Requests;

  constructor(scenario: Scenario, requests: Requests) {
    const fleet = scenario.cluster.servers.flatMap((group) => Array.from({ length: group.count }, () => group));
    this.requests = requests;
    this.count = fleet.length;
    this.names = scenario.cluster.servers.flatMap((group) =>
      Array.from({ length: group.count }, (_, index) => `${group.name}-${index + 1}`),
    );
    const ints = (of: (group: ServerGroup) => number) => Int32Array.from(fleet, of);
    this.workers = ints((group) => group.workers);
    this.places = ints((group) =>
      group.discipline === "fcfs" ? group.workers : (group.concurrencyLimit ?? 0x7fffffff),
    );
    this.queueLimit = ints((group) => group.queueLimit ?? 0x7fffffff);
    this.speed = Float64Array.from(fleet, (group) => group.speed);
    this.weight = Float64Array.from(fleet, (group) => group.weight);
    this.isSharing = Uint8Array.from(fleet, (group) => (group.discipline === "ps" ? 1 : 0));
    this.up = new Uint8Array(this.count);
    this.life = new Int32Array(this.count).fill(-1);
    this.crashes = new Int32Array(this.count);
    this.inService = new Int32Array(this.count);
    this.queued = new Int32Array(this.count);
    this.queueHead = new Int32Array(this.count).fill(-1);
    this.queueTail = new Int32Array(this.count).fill(-1);
    this.sojournMs = new Float64Array(this.count);
    this.busyMs = new Float64Array(this.count);
    this.inSystemMs = new Float64Array(this.count);
    this.upMs = new Float64Array(this.count);
    this.upSinceMs = new Float64Array(this.count);
    this.settledAtMs = new Float64Array(this.count);
    this.arrived = new Int32Array(this.count);
  }

  /** Brings the integrals up to now; to be called before anything changes. */
  settle(server: number, nowMs: number): void {
    const elapsedMs = nowMs - this.settledAtMs[server]!;
    this.settledAtMs[server] = nowMs;
    const inService = this.inService[server]!;
    const workers = this.workers[server]!;
    this.busyMs[server]! += elapsedMs * Math.min(inService, workers);
    this.inSystemMs[server]! += elapsedMs * (inService + this.queued[server]!);
  }

  /** Time that the server has been up until now. */
  upForMs(server: number, nowMs: number): number {
    return this.upMs[server]! + (this.up[server] === 1 ? nowMs - this.upSinceMs[server]! : 0);
  }

  start(server: number, nowMs: number): void {
    this.upSinceMs[server] = nowMs;
    this.up[server] = 1;
    this.upCount++;
    this.life[server] = this.serverOfLife.length;
    this.serverOfLife.push(server);
  }

  stop(server: number, nowMs: number): void {
    this.upMs[server] = this.upForMs(server, nowMs);
    this.up[server] = 0;
    this.upCount--;
    this.life[server] = -1;
    this.crashes[server]!++;
  }

  isUp(server: number): boolean {
    return this.up[server] === 1;
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
  /** The number that the next life to begin will get. */
  get nextLife(): number {
    return this.serverOfLife.length;
  }

  hasFreePlace(server: number): boolean {
    return this.inService[server]! < this.places[server]!;
  }

  enqueue(server: number, request: number): void {
    const { next, previous } = this.requests;
    const tail = this.queueTail[server]!;
    next[request] = -1;
    previous[request] = tail;
    if (tail < 0) this.queueHead[server] = request;
    else next[tail] = request;
    this.queueTail[server] = request;
    this.queued[server]!++;
  }

  /** Takes the request that has waited longest, or -1. */
  dequeue(server: number): number {
    const request = this.queueHead[server]!;
    if (request >= 0) this.leaveQueue(server, request);
    return request;
  }

  leaveQueue(server: number, request: number): void {
    const { next, previous } = this.requests;
    const after = next[request]!;
    const before = previous[request]!;
    if (before < 0) this.queueHead[server] = after;
    else next[before] = after;
    if (after < 0) this.queueTail[server] = before;
    else previous[after] = before;
    this.queued[server]!--;
  }

  /**
   * Little's law on every server: requests on it, integrated over time, are the sum of the times that each spent there.
   * @throws Error when it is broken: a defect of the model, never of the scenario.
   */
  check(nowMs: number): void {
    for (let server = 0; server < this.count; server++) {
      this.settle(server, nowMs);
      let sojournMs = this.sojournMs[server]!;
      for (const request of this.requestsOn(server)) sojournMs += nowMs - this.requests.reachedAtMs[request]!;
      const inSystemMs = this.inSystemMs[server]!;
      // The sums are formed in different orders and differ by rounding only, which is far below 1e-9 of their size.
      if (Math.abs(inSystemMs - sojournMs) > 1e-9 * Math.max(1, inSystemMs, this.arrived[server]! * 1e-3)) {
        throw new Error(
          `Little's law is broken on ${this.names[server]}: ${inSystemMs} request-ms, ${sojournMs} spent`,
        );
      }
    }
  }

  /** Everybody on the server. A walk over all requests under way, for the rare moments that need it. */
  requestsOn(server: number): number[] {
    return this.requests.slotsWhere(
      (slot) => this.requests.server[slot] === server && isAtServer(this.requests.phase[slot]!),
    );
  }
}
