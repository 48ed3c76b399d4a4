/** LB-1 on the kernel alone: what virtual time, the order of events and the draws cost without the model of a cluster. */
import { ServerHeap } from "../balancing/server-heap.ts";
import { Draws } from "../engine/draws.ts";
import { Kernel } from "../engine/kernel.ts";
import { type Case, Latencies, type Outcome, RHO } from "./model.ts";

const ARRIVAL = 0;
const DEPARTURE = 1;
/** Up to so many servers, the least loaded is found by looking at all of them; above, in a heap by load. */
const SCAN_LIMIT = 32;
/** Requests whose numbers are drawn together: a short loop that draws is compiled better than draws here and there. */
const BLOCK = 512;
/** Of requests under way at once; far above what rho 0.9 ever reaches. */
const ROOM_PER_SERVER = 200;

/** Requests are slots, recycled; each server's form a list from the one in service to the one that came last. */
class BareModel {
  readonly latencies = new Latencies();
  private readonly kernel = new Kernel();
  private readonly arrivals = this.kernel.addStream(ARRIVAL, 0);
  private readonly draws: Draws;
  private readonly servers: number;
  private readonly gapMean: number;
  private readonly warmUp: number;
  private readonly isRandom: boolean;
  private readonly isJsq: boolean;
  private readonly isIndexed: boolean;
  private readonly byLoad: ServerHeap;
  private readonly inSystem: Int32Array;
  private readonly head: Int32Array;
  private readonly tail: Int32Array;
  private readonly next: Int32Array;
  private readonly arrivedAt: Float64Array;
  private readonly demand: Float64Array;
  /** Numbers of the next requests, by place in their block. */
  private readonly gap = new Float64Array(BLOCK);
  private readonly work = new Float64Array(BLOCK);
  private readonly one = new Int32Array(BLOCK);
  private readonly other = new Int32Array(BLOCK);
  private used = 0;
  private free = -1;
  private arrived = 0;
  private done = 0;

  constructor({ policy, servers, requests, seed }: Case) {
    this.draws = new Draws(seed, "requests");
    this.servers = servers;
    this.gapMean = 1 / (RHO * servers);
    this.warmUp = Math.floor(requests / 10);
    this.isRandom = policy === "random";
    this.isJsq = policy === "jsq";
    this.byLoad = new ServerHeap(servers);
    this.isIndexed = this.isJsq && servers > SCAN_LIMIT;
    if (this.isIndexed) for (let server = 0; server < servers; server++) this.byLoad.put(server, 0);
    this.inSystem = new Int32Array(servers);
    this.head = new Int32Array(servers);
    this.tail = new Int32Array(servers);
    const room = 1000 + ROOM_PER_SERVER * servers;
    this.next = new Int32Array(room);
    this.arrivedAt = new Float64Array(room);
    this.demand = new Float64Array(room);
    this.kernel.setNext(this.arrivals, this.draws.at(0, 0).exponential() * this.gapMean);
  }

  run(requests: number): void {
    const kernel = this.kernel;
    kernel.untilMs = Infinity;
    while (this.done < requests && kernel.take()) {
      if (kernel.kind === ARRIVAL) this.arrive();
      else this.depart(kernel.entity);
    }
  }

  private arrive(): void {
    const now = this.kernel.nowMs;
    const drawn = this.arrived++ % BLOCK;
    if (drawn === 0) this.draw();
    this.kernel.setNext(this.arrivals, now + this.gap[drawn]!);
    const demand = this.work[drawn]!;
    const server = this.isRandom ? this.one[drawn]! : this.lessLoaded(drawn);
    const slot = this.take();
    this.arrivedAt[slot] = now;
    const load = this.inSystem[server]! + 1;
    this.inSystem[server] = load;
    if (this.isIndexed) this.byLoad.put(server, load);
    if (load === 1) {
      this.head[server] = slot;
      this.kernel.due[0] = now + demand;
      this.kernel.scheduleDue(DEPARTURE, server, 0);
    } else {
      this.demand[slot] = demand;
      this.next[this.tail[server]!] = slot;
    }
    this.tail[server] = slot;
  }

  private depart(server: number): void {
    const now = this.kernel.nowMs;
    const slot = this.head[server]!;
    const load = this.inSystem[server]! - 1;
    this.inSystem[server] = load;
    if (this.isIndexed) this.byLoad.put(server, load);
    if (load > 0) {
      const following = this.next[slot]!;
      this.head[server] = following;
      this.kernel.due[0] = now + this.demand[following]!;
      this.kernel.scheduleDue(DEPARTURE, server, 0);
    }
    if (this.done++ >= this.warmUp) this.latencies.add(now - this.arrivedAt[slot]!);
    this.next[slot] = this.free;
    this.free = slot;
  }

  private lessLoaded(drawn: number): number {
    if (this.isIndexed) return this.byLoad.first(-1);
    if (this.isJsq) return this.firstLeastLoaded();
    const one = this.one[drawn]!;
    const other = this.other[drawn]!;
    return this.inSystem[other]! < this.inSystem[one]! ? other : one;
  }

  /** One position in the stream for each request: the gap before the next, the demand, the choice. */
  private draw(): void {
    const { draws, servers } = this;
    for (let i = 0; i < BLOCK; i++) {
      draws.at(0, this.arrived + i);
      this.gap[i] = draws.exponential() * this.gapMean;
      this.work[i] = draws.exponential();
      if (this.isJsq) continue;
      const one = draws.below(servers);
      this.one[i] = one;
      if (this.isRandom) continue;
      const other = draws.below(servers - 1);
      this.other[i] = other >= one ? other + 1 : other;
    }
  }

  private firstLeastLoaded(): number {
    const inSystem = this.inSystem;
    let least = 0;
    for (let server = 1; server < inSystem.length; server++) if (inSystem[server]! < inSystem[least]!) least = server;
    return least;
  }

  private take(): number {
    const slot = this.free;
    if (slot >= 0) {
      this.free = this.next[slot]!;
      return slot;
    }
    if (this.used === this.next.length) throw new RangeError(`${this.used} requests under way: the system is unstable`);
    return this.used++;
  }
}

export function runBareKernel(given: Case): Outcome {
  const model = new BareModel(given);
  model.run(given.requests);
  return model.latencies.outcome(given.requests);
}
