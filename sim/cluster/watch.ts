/**
 * What balancers learn of servers beyond what passes through their hands: reports and answers to probes.
 *
 * The request path calls in here only when somebody wants to know: where there are reports, or once an algorithm has
 * asked a server for the first time.
 */
import type { BalancingAlgorithm } from "../balancing/algorithm.ts";
import type { Fleet } from "../balancing/fleet.ts";
import type { Kernel } from "../engine/kernel.ts";
import type { Meter } from "../metrics/meter.ts";
import type { Scenario, Strategy } from "../scenario.ts";
import * as event from "./events.ts";
import { Probes } from "./probes.ts";
import { Reports } from "./reports.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import type { Servers } from "./servers.ts";
import type { Service } from "./service.ts";

export interface WatchParts {
  readonly kernel: Kernel;
  readonly scenario: Scenario;
  readonly strategy: Strategy;
  readonly seed: number;
  readonly servers: Servers;
  readonly requests: Requests;
  readonly fleets: readonly Fleet[];
  readonly meter: Meter;
}

export class Watch {
  /** By balancer; they are made after this, since they may ask. */
  private readonly algorithms: BalancingAlgorithm[] = [];
  private readonly kernel: Kernel;
  private readonly servers: Servers;
  private readonly requests: Requests;
  private readonly reports: Reports | null;
  /** null until somebody asks: they remember what servers answered. */
  private probes: Probes | null = null;
  private readonly newProbes: () => Probes;
  private service: Service | null = null;

  constructor(parts: WatchParts) {
    const { kernel, scenario, strategy, seed, servers, requests, fleets, meter } = parts;
    const { balancers, network } = scenario.cluster;
    this.kernel = kernel;
    this.servers = servers;
    this.requests = requests;
    const { algorithms } = this;
    const delayMs = network.balancerToServerMs;
    this.newProbes = () => new Probes({ kernel, delayMs, seed, servers, algorithms, meter });
    const settings = strategy.reports === undefined ? balancers.reports : strategy.reports;
    this.reports =
      settings === null ? null : new Reports({ kernel, settings, seed, servers, fleets, algorithms, meter });
  }

  /** Tells `algorithms`, by balancer, and follows what happens on the servers from here on, if anybody wants to know. */
  follow(service: Service, algorithms: readonly BalancingAlgorithm[]): void {
    this.algorithms.push(...algorithms);
    this.service = service;
    if (this.reports !== null || this.probes !== null) service.watch = this;
  }

  /** A balancer's algorithm asks a server how it is. */
  ask(balancer: number, server: number): void {
    if (this.probes === null) {
      this.probes = this.newProbes();
      if (this.service !== null) this.service.watch = this;
    }
    this.probes.ask(balancer, server);
  }

  /** An event of reports or probes is due. */
  take(kind: number, entity: number, operand: number): void {
    if (kind === event.REPORTS_DUE) this.reports!.due(entity);
    else if (kind === event.REPORT_ARRIVES) this.reports!.arrive(entity, operand);
    else if (kind === event.PROBE_AT_SERVER) this.probes!.atServer(entity);
    else this.probes!.answered(entity);
  }

  /** A request is taken in by a server that does not count it yet. */
  arrived(slot: number, server: number): void {
    const inSystem = this.servers.inSystem(server) + 1;
    this.probes?.requestArrived(slot, inSystem);
    this.reports?.changed(server, inSystem);
  }

  /** A request is over on a server, which counts it no more. */
  left(slot: number, server: number, wasAnswered: boolean): void {
    if (this.probes !== null && wasAnswered) {
      const reachedAtMs = this.requests.floats[slot * request.FLOATS + request.REACHED_AT_MS]!;
      this.probes.requestAnswered(slot, server, this.kernel.nowMs - reachedAtMs);
    }
    this.reports?.ended(server, wasAnswered);
    this.reports?.changed(server, this.servers.inSystem(server));
  }

  /** A request was called off: neither answered nor failed. */
  calledOff(server: number): void {
    this.reports?.changed(server, this.servers.inSystem(server));
  }

  serverStarted(server: number): void {
    this.probes?.serverStarted(server);
    this.reports?.started(server);
  }
}
