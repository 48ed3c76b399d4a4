/**
 * What servers report of themselves, and how it reaches the balancers: at intervals or at every change, to each balancer
 * after a delay of its own, or not at all. A report that an earlier one has overtaken is thrown away, as it would be by
 * whoever looks at its time.
 *
 * A report without delay is a call, not an event, so that reports at every change without delay are perfect knowledge.
 * What a server reports at a change is what holds once the change is made.
 */
import type { BalancingAlgorithm } from "../balancing/algorithm.ts";
import type { Fleet } from "../balancing/fleet.ts";
import { Draws } from "../engine/draws.ts";
import { grown } from "../engine/grown.ts";
import type { Kernel } from "../engine/kernel.ts";
import { Sampler } from "../engine/sampler.ts";
import type { Meter } from "../metrics/meter.ts";
import type { Reports as ReportSettings } from "../scenario.ts";
import * as event from "./events.ts";
import type { Servers } from "./servers.ts";
import * as host from "./servers.ts";

/** Numbers of a report under way. */
const FLOATS = 5;
const MADE_AT_MS = 0;
const IN_SYSTEM = 1;
const UTILISATION = 2;
const ANSWERED_PER_SEC = 3;
const FAILED_PER_SEC = 4;

export interface ReportsParts {
  readonly kernel: Kernel;
  readonly settings: ReportSettings;
  readonly seed: number;
  readonly servers: Servers;
  readonly fleets: readonly Fleet[];
  readonly algorithms: readonly BalancingAlgorithm[];
  readonly meter: Meter;
}

export class Reports {
  private readonly kernel: Kernel;
  private readonly settings: ReportSettings;
  private readonly servers: Servers;
  private readonly fleets: readonly Fleet[];
  private readonly algorithms: readonly BalancingAlgorithm[];
  private readonly meter: Meter;
  private readonly losses: Draws;
  private readonly delays: Sampler;
  private readonly isInstant: boolean;
  /** Constant delays keep the order. */
  private readonly lane: number;
  /** By server: reports made, and requests that came to an end there since the last one. */
  private readonly made: Int32Array;
  private readonly answered: Int32Array;
  private readonly failed: Int32Array;
  private readonly sinceMs: Float64Array;
  private readonly busyMs: Float64Array;
  /** Reports under way, `FLOATS` numbers each; a place is free again when nobody waits for it. */
  private floats = new Float64Array(64 * FLOATS);
  private serverAt = new Int32Array(64);
  private awaited = new Int32Array(64);
  private readonly free: number[] = [];
  private used = 0;

  constructor({ kernel, settings, seed, servers, fleets, algorithms, meter }: ReportsParts) {
    this.kernel = kernel;
    this.settings = settings;
    this.servers = servers;
    this.fleets = fleets;
    this.algorithms = algorithms;
    this.meter = meter;
    this.losses = new Draws(seed, "reports/loss");
    this.delays = new Sampler(settings.delayMs, seed, "reports/delay");
    this.isInstant = settings.delayMs.law === "constant" && settings.delayMs.value === 0;
    this.lane = this.delays.isConstant && !this.isInstant ? kernel.addLane() : -1;
    this.made = new Int32Array(servers.count);
    this.answered = new Int32Array(servers.count);
    this.failed = new Int32Array(servers.count);
    this.sinceMs = new Float64Array(servers.count);
    this.busyMs = new Float64Array(servers.count);
    if (settings.intervalMs > 0) this.beginIntervals(seed);
  }

  private beginIntervals(seed: number): void {
    const { intervalMs, phases } = this.settings;
    const own = new Draws(seed, "reports/phases");
    if (phases === "common") this.kernel.schedule(intervalMs, event.REPORTS_DUE, this.servers.count, 0);
    for (let server = 0; phases === "own" && server < this.servers.count; server++) {
      this.kernel.schedule(own.at(server, 0).uniform() * intervalMs, event.REPORTS_DUE, server, 0);
    }
  }

  /** A server's next report is due, or everybody's. */
  due(server: number): void {
    this.kernel.schedule(this.kernel.nowMs + this.settings.intervalMs, event.REPORTS_DUE, server, 0);
    if (server < this.servers.count) this.report(server, this.servers.inSystem(server));
    for (let each = 0; server === this.servers.count && each < server; each++) {
      this.report(each, this.servers.inSystem(each));
    }
  }

  /** The requests on the server are `inSystem` from this moment on. */
  changed(server: number, inSystem: number): void {
    if (this.settings.intervalMs === 0) this.report(server, inSystem);
  }

  ended(server: number, wasAnswered: boolean): void {
    if (wasAnswered) this.answered[server]!++;
    else this.failed[server]!++;
  }

  /** A server that has just started knows nothing of its life before. */
  started(server: number): void {
    this.answered[server] = 0;
    this.failed[server] = 0;
    this.sinceMs[server] = this.kernel.nowMs;
    this.busyMs[server] = this.servers.floats[server * host.FLOATS + host.BUSY_MS]!;
    this.changed(server, 0);
  }

  /** A server that is down, or has yet to join, is silent. */
  private report(server: number, inSystem: number): void {
    if (!this.servers.isOpen(server)) return;
    const place = this.free.pop() ?? this.newPlace();
    this.write(place, server, inSystem);
    const number = this.made[server]!++;
    const { length: balancers } = this.fleets;
    this.meter.balancerMessages += balancers;
    // Held by this loop too, which is not to lose it while it hands it out.
    this.awaited[place] = balancers + 1;
    for (let balancer = 0; balancer < balancers; balancer++) {
      const draw = number * balancers + balancer;
      if (this.losses.at(server, draw).uniform() < this.settings.lossFraction) {
        this.release(place);
      } else if (this.isInstant) {
        this.arrive(place, balancer);
      } else {
        const atMs = this.kernel.nowMs + this.delays.draw(server, draw);
        if (this.lane < 0) this.kernel.schedule(atMs, event.REPORT_ARRIVES, place, balancer);
        else this.kernel.scheduleInLane(this.lane, atMs, event.REPORT_ARRIVES, place, balancer);
      }
    }
    this.release(place);
  }

  private release(place: number): void {
    if (--this.awaited[place]! === 0) this.free.push(place);
  }

  /** What the server has to say since its last report; of no time at all there are no rates, and the last ones stand. */
  private write(place: number, server: number, inSystem: number): void {
    const { servers, floats } = this;
    const { nowMs } = this.kernel;
    servers.settle(server);
    const busyMs = servers.floats[server * host.FLOATS + host.BUSY_MS]!;
    const elapsedMs = nowMs - this.sinceMs[server]!;
    const at = place * FLOATS;
    floats[at + MADE_AT_MS] = nowMs;
    floats[at + IN_SYSTEM] = inSystem;
    this.serverAt[place] = server;
    if (elapsedMs === 0) {
      floats[at + UTILISATION] = Number.NaN;
      return;
    }
    floats[at + UTILISATION] = (busyMs - this.busyMs[server]!) / (elapsedMs * servers.workers[server]!);
    floats[at + ANSWERED_PER_SEC] = (1000 * this.answered[server]!) / elapsedMs;
    floats[at + FAILED_PER_SEC] = (1000 * this.failed[server]!) / elapsedMs;
    this.sinceMs[server] = nowMs;
    this.busyMs[server] = busyMs;
    this.answered[server] = 0;
    this.failed[server] = 0;
  }

  arrive(place: number, balancer: number): void {
    const { floats } = this;
    const at = place * FLOATS;
    const server = this.serverAt[place]!;
    const { reports } = this.fleets[balancer]!;
    const isNews = !(floats[at + MADE_AT_MS]! < reports.madeAtMs[server]!);
    if (isNews) {
      reports.madeAtMs[server] = floats[at + MADE_AT_MS]!;
      reports.inSystem[server] = floats[at + IN_SYSTEM]!;
      if (!Number.isNaN(floats[at + UTILISATION]!)) {
        reports.utilisation[server] = floats[at + UTILISATION]!;
        reports.answeredPerSec[server] = floats[at + ANSWERED_PER_SEC]!;
        reports.failedPerSec[server] = floats[at + FAILED_PER_SEC]!;
      }
    }
    this.release(place);
    if (isNews) this.algorithms[balancer]!.reported(server);
  }

  private newPlace(): number {
    if (this.used === this.serverAt.length) {
      this.floats = grown(this.floats, new Float64Array(2 * this.floats.length));
      this.awaited = grown(this.awaited, new Int32Array(2 * this.used));
      this.serverAt = grown(this.serverAt, new Int32Array(2 * this.used));
    }
    return this.used++;
  }
}
