/**
 * Probes: a balancer asks one server how it is. The question crosses the network and so does the answer, each with a draw
 * of its own; both are events even where crossing takes no time, so that no answer comes while the question is being asked.
 * A server that is down answers nothing, and nobody tells the balancer.
 *
 * The answer is that of Prequal's servers (Wydrowski et al., "Load is not what you should balance", NSDI 2024, section 4):
 * the requests on the server, and the median of recent response times whose requests met about as many when they came.
 * The paper gives no sizes. Ours: of the last 64 answers those whose numbers are within a quarter of what a request would meet
 * now, and of these the 16 nearest. Without the bound a server that has become idle would go on telling of its busy times, be
 * passed over for them, and never learn otherwise.
 */
import type { BalancingAlgorithm } from "../balancing/algorithm.ts";
import { grown } from "../engine/grown.ts";
import type { Kernel } from "../engine/kernel.ts";
import { Sampler } from "../engine/sampler.ts";
import type { Meter } from "../metrics/meter.ts";
import type { Distribution } from "../scenario.ts";
import * as event from "./events.ts";
import type { Servers } from "./servers.ts";

const REMEMBERED = 64;
const NEAREST = 16;
/** Share of the number of requests by which an answer may differ. */
const NEAR = 0.25;

export interface ProbesParts {
  readonly kernel: Kernel;
  /** One way between balancer and server. */
  readonly delayMs: Distribution;
  readonly seed: number;
  readonly servers: Servers;
  readonly algorithms: readonly BalancingAlgorithm[];
  readonly meter: Meter;
}

export class Probes {
  private readonly kernel: Kernel;
  private readonly servers: Servers;
  private readonly algorithms: readonly BalancingAlgorithm[];
  private readonly meter: Meter;
  private readonly there: Sampler;
  private readonly back: Sampler;
  /** By server: response times in a ring, the number of requests that each of them met, and answers so far. */
  private readonly responseTimeMs: Float64Array;
  private readonly met: Int32Array;
  private readonly answers: Int32Array;
  /** By request: how many it met on its server, itself included; 0 before anybody asked. */
  private metBy = new Int32Array(64);
  /** Probes under way. */
  private readonly asked: Int32Array;
  private server = new Int32Array(16);
  private balancer = new Int32Array(16);
  private number = new Int32Array(16);
  private inSystem = new Int32Array(16);
  private readonly answerMs: number[] = [];
  private readonly free: number[] = [];
  private used = 0;

  constructor({ kernel, delayMs, seed, servers, algorithms, meter }: ProbesParts) {
    this.kernel = kernel;
    this.servers = servers;
    this.algorithms = algorithms;
    this.meter = meter;
    this.there = new Sampler(delayMs, seed, "probes/there");
    this.back = new Sampler(delayMs, seed, "probes/back");
    this.responseTimeMs = new Float64Array(servers.count * REMEMBERED);
    this.met = new Int32Array(servers.count * REMEMBERED);
    this.answers = new Int32Array(servers.count);
    this.asked = new Int32Array(servers.count);
  }

  ask(balancer: number, server: number): void {
    const probe = this.free.pop() ?? this.newPlace();
    this.server[probe] = server;
    this.balancer[probe] = balancer;
    this.number[probe] = this.asked[server]!++;
    this.meter.balancerMessages++;
    const atMs = this.kernel.nowMs + this.there.draw(server, this.number[probe]!);
    this.kernel.schedule(atMs, event.PROBE_AT_SERVER, probe, 0);
  }

  atServer(probe: number): void {
    const server = this.server[probe]!;
    if (!this.servers.isOpen(server)) {
      this.free.push(probe);
      return;
    }
    this.inSystem[probe] = this.servers.inSystem(server);
    this.answerMs[probe] = this.medianNear(server, this.inSystem[probe]!);
    this.meter.balancerMessages++;
    const atMs = this.kernel.nowMs + this.back.draw(server, this.number[probe]!);
    this.kernel.schedule(atMs, event.PROBE_ANSWERED, probe, 0);
  }

  answered(probe: number): void {
    this.free.push(probe);
    const balancer = this.balancer[probe]!;
    this.algorithms[balancer]!.probed(this.server[probe]!, this.inSystem[probe]!, this.answerMs[probe]!);
  }

  /** A request has come to a server, where there are now `inSystem`. */
  requestArrived(slot: number, inSystem: number): void {
    while (slot >= this.metBy.length) this.metBy = grown(this.metBy, new Int32Array(2 * this.metBy.length));
    this.metBy[slot] = inSystem;
  }

  requestAnswered(slot: number, server: number, responseTimeMs: number): void {
    const met = this.metBy[slot] ?? 0;
    // It came before the server began to look.
    if (met === 0) return;
    this.metBy[slot] = 0;
    const at = server * REMEMBERED + (this.answers[server]!++ % REMEMBERED);
    this.responseTimeMs[at] = responseTimeMs;
    this.met[at] = met;
  }

  /** A server that starts again has seen nothing yet. */
  serverStarted(server: number): void {
    this.answers[server] = 0;
  }

  /** NaN when the server has answered nothing under about this load. Of equally near ones the later count, of two in the middle the lower. */
  private medianNear(server: number, inSystem: number): number {
    const answers = this.answers[server]!;
    const known = Math.min(answers, REMEMBERED);
    const places = Array.from({ length: known }, (_, age) => {
      return server * REMEMBERED + ((answers - 1 - age) % REMEMBERED);
    });
    // A request that came now would meet itself too.
    const distance = (place: number) => Math.abs(this.met[place]! - (inSystem + 1));
    const nearest = places
      .filter((place) => distance(place) <= NEAR * (inSystem + 1))
      .sort((a, b) => distance(a) - distance(b))
      .slice(0, NEAREST);
    const times = nearest.map((place) => this.responseTimeMs[place]!).sort((a, b) => a - b);
    return times[(times.length - 1) >> 1] ?? Number.NaN;
  }

  private newPlace(): number {
    if (this.used === this.server.length) {
      const room = 2 * this.used;
      this.server = grown(this.server, new Int32Array(room));
      this.balancer = grown(this.balancer, new Int32Array(room));
      this.number = grown(this.number, new Int32Array(room));
      this.inSystem = grown(this.inSystem, new Int32Array(room));
    }
    return this.used++;
  }
}
