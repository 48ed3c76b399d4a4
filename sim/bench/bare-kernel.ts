/** LB-1 on the kernel alone: what virtual time, the order of events and the draws cost without the model of a cluster. */
import { ServerLists } from "../balancing/server-lists.ts";
import { Draws } from "../engine/draws.ts";
import { Kernel } from "../engine/kernel.ts";
import { type Case, Latencies, type Outcome, RHO } from "./model.ts";

const ARRIVAL = 0;
const DEPARTURE = 1;
/** Up to so many servers, the least loaded is found by looking at all of them; above, in lists by load. */
const SCAN_LIMIT = 32;
/** Requests whose numbers are drawn together: a short loop that draws is compiled better than draws here and there. */
const BLOCK = 512;
/** Of requests under way at once; far above what rho 0.9 ever reaches. */
const ROOM_PER_SERVER = 200;

/** What is drawn for the next requests, by place in their block: the gap before the next one, the demand, the choice. */
class Block {
  readonly gap = new Float64Array(BLOCK);
  readonly work = new Float64Array(BLOCK);
  readonly one = new Int32Array(BLOCK);
  readonly other = new Int32Array(BLOCK);
  private readonly gaps: Draws;
  private readonly works: Draws;
  private readonly choosing: Draws;
  private readonly servers: number;
  private readonly choices: number;
  private readonly gapMean: number;

  constructor({ policy, servers, seed }: Case) {
    this.gaps = new Draws(seed, "gaps");
    this.works = new Draws(seed, "works");
    this.choosing = new Draws(seed, "choices");
    this.servers = servers;
    this.choices = policy === "jsq" ? 0 : policy === "random" ? 1 : 2;
    this.gapMean = 1 / (RHO * servers);
  }

  firstGap(): number {
    return this.gaps.at(1, 0).exponential() * this.gapMean;
  }

  /** One position in the stream for each request, from number `first` on. */
  draw(first: number): void {
    const { servers, choices, gapMean, gap, one, other } = this;
    this.gaps.exponentials(gap, 0, first, gapMean);
    this.works.exponentials(this.work, 0, first, 1);
    if (choices === 0) return;
    this.choosing.words(one, other, 0, first);
    if (choices === 1) {
      for (let i = 0; i < BLOCK; i++) one[i] = ((one[i]! >>> 0) * 2.3283064365386963e-10 * servers) | 0;
      return;
    }
    for (let i = 0; i < BLOCK; i++) {
      const a = ((one[i]! >>> 0) * 2.3283064365386963e-10 * servers) | 0;
      const b = ((other[i]! >>> 0) * 2.3283064365386963e-10 * (servers - 1)) | 0;
      one[i] = a;
      other[i] = b + Number(b >= a);
    }
  }
}

/**
 * Requests are slots, recycled; each server's form a list from the one in service to the one that came last. One function
 * with everything in its own variables, as the reference is. Who is less busy cannot be predicted, so it is computed, not
 * branched on: a compiler of C++ does that by itself.
 */
export function runBareKernel(given: Case): Outcome {
  const { policy, servers, requests } = given;
  const warmUp = Math.floor(requests / 10);
  const isJsq = policy === "jsq";
  const isP2c = policy === "p2c";
  const isIndexed = isJsq && servers > SCAN_LIMIT;
  const byLoad = new ServerLists(servers);
  if (isIndexed) for (let server = 0; server < servers; server++) byLoad.put(server, 0);

  const block = new Block(given);
  const { gap, work, one, other } = block;
  const latencies = new Latencies();
  const inSystem = new Int32Array(servers);
  const head = new Int32Array(servers);
  const tail = new Int32Array(servers);
  const room = 1000 + ROOM_PER_SERVER * servers;
  const next = new Int32Array(room);
  const arrivedAt = new Float64Array(room);
  const demand = new Float64Array(room);
  let used = 0;
  let free = -1;
  let arrived = 0;
  let done = 0;

  const kernel = new Kernel();
  const { due } = kernel;
  const arrivals = kernel.addStream(ARRIVAL, 0);
  kernel.setNext(arrivals, block.firstGap());
  kernel.untilMs = Infinity;
  while (done < requests && kernel.take()) {
    const now = kernel.nowMs;
    if (kernel.kind === ARRIVAL) {
      const drawn = arrived % BLOCK;
      if (drawn === 0) block.draw(arrived);
      arrived++;
      due[0] = now + gap[drawn]!;
      kernel.setNextDue(arrivals);
      let server = 0;
      if (isIndexed) {
        server = byLoad.first();
      } else if (isJsq) {
        let least = inSystem[0]!;
        for (let rival = 1; rival < servers; rival++) {
          const load = inSystem[rival]!;
          const isLess = -Number(load < least);
          server += (rival - server) & isLess;
          least += (load - least) & isLess;
        }
      } else {
        server = one[drawn]!;
        if (isP2c) {
          const rival = other[drawn]!;
          server += (rival - server) & -Number(inSystem[rival]! < inSystem[server]!);
        }
      }
      let slot = free;
      if (slot >= 0) free = next[slot]!;
      else slot = used++;
      if (slot === room) throw new RangeError(`${used} requests under way: the system is unstable`);
      arrivedAt[slot] = now;
      const load = inSystem[server]! + 1;
      inSystem[server] = load;
      if (isIndexed) byLoad.move(server, load);
      if (load === 1) {
        head[server] = slot;
        due[0] = now + work[drawn]!;
        kernel.scheduleDue(DEPARTURE, server, 0);
      } else {
        demand[slot] = work[drawn]!;
        next[tail[server]!] = slot;
      }
      tail[server] = slot;
    } else {
      const server = kernel.entity;
      const slot = head[server]!;
      const load = inSystem[server]! - 1;
      inSystem[server] = load;
      if (isIndexed) byLoad.move(server, load);
      if (load > 0) {
        const following = next[slot]!;
        head[server] = following;
        due[0] = now + demand[following]!;
        kernel.scheduleDue(DEPARTURE, server, 0);
      }
      if (done++ >= warmUp) {
        latencies.sample[0] = now - arrivedAt[slot]!;
        latencies.addSample();
      }
      next[slot] = free;
      free = slot;
    }
  }
  return latencies.outcome(requests);
}
