/**
 * Active health checks: every balancer probes every server at its own phase; `fall` failures in a row take the server
 * out, `rise` successes in a row bring it back.
 *
 * While a server is steadily up and eligible, or down and out, probes change nothing, so none are simulated: the train
 * of probes starts at the next one due when the server crashes or restarts, and stops when it has settled. What a
 * balancer learns, and when, is exactly as if every probe had been.
 */

import type { Fleet } from "../balancing/fleet.ts";
import { Draws } from "../engine/draws.ts";
import type { Kernel } from "../engine/kernel.ts";
import type { Cluster } from "../scenario.ts";
import { HEALTH_CHECK } from "./events.ts";
import type { Servers } from "./servers.ts";

export class Health {
  private readonly kernel: Kernel;
  private readonly servers: Servers;
  private readonly fleets: readonly Fleet[];
  private readonly settings: Cluster["balancers"]["healthCheck"];
  private readonly changed: (balancer: number, server: number) => void;
  private readonly phases: Draws;
  /** Indexed by balancer × servers + server: consecutive failures (positive) or successes while out (negative). */
  private readonly streak: Int32Array;
  private readonly probing: Uint8Array;
  /** By server: faults for which it answers no probe, though it may be up. */
  private readonly failing: Int32Array;

  constructor(
    kernel: Kernel,
    servers: Servers,
    fleets: readonly Fleet[],
    settings: Cluster["balancers"]["healthCheck"],
    seed: number,
    changed: (balancer: number, server: number) => void,
  ) {
    this.kernel = kernel;
    this.servers = servers;
    this.fleets = fleets;
    this.settings = settings;
    this.changed = changed;
    this.phases = new Draws(seed, "health-check-phases");
    this.streak = new Int32Array(fleets.length * servers.count);
    this.probing = new Uint8Array(fleets.length * servers.count);
    this.failing = new Int32Array(servers.count);
  }

  /** The server has just gone, or takes connections. Without health checks nobody ever learns of it. */
  serverChanged(server: number): void {
    if (this.settings === null) return;
    for (let balancer = 0; balancer < this.fleets.length; balancer++) {
      const index = balancer * this.servers.count + server;
      if (this.probing[index] === 1) continue;
      this.probing[index] = 1;
      const { intervalMs } = this.settings;
      const phaseMs = this.phases.at(balancer, server).uniform() * intervalMs;
      const probesBefore = Math.ceil((this.kernel.nowMs - phaseMs) / intervalMs);
      this.kernel.schedule(phaseMs + Math.max(0, probesBefore) * intervalMs, HEALTH_CHECK, server, balancer);
    }
  }

  /** What makes probes of the server fail begins or is over. */
  setFails(server: number, fails: boolean): void {
    this.failing[server]! += fails ? 1 : -1;
    this.serverChanged(server);
  }

  /** A probe. A crashed server's machine refuses the connection at once, so the timeout does not come into it. */
  probe(server: number, balancer: number): void {
    const settings = this.settings!;
    const index = balancer * this.servers.count + server;
    const isUp = this.servers.isOpen(server) && this.failing[server] === 0;
    const isIn = this.fleets[balancer]!.isUp[server] === 1;
    const streak = this.streak[index]!;
    if (isIn) {
      this.streak[index] = isUp ? 0 : streak + 1;
      if (this.streak[index] === settings.fall) this.turn(balancer, server, false, index);
    } else {
      this.streak[index] = isUp ? streak - 1 : 0;
      if (-this.streak[index]! === settings.rise) this.turn(balancer, server, true, index);
    }
    const settled = this.streak[index] === 0 && isUp === (this.fleets[balancer]!.isUp[server] === 1);
    if (settled) this.probing[index] = 0;
    else this.kernel.schedule(this.kernel.nowMs + settings.intervalMs, HEALTH_CHECK, server, balancer);
  }

  /** Every balancer is told that the server is out, and believes it at once; checks bring it back. */
  takeOut(server: number): void {
    for (let balancer = 0; balancer < this.fleets.length; balancer++) {
      this.turn(balancer, server, false, balancer * this.servers.count + server);
    }
    this.serverChanged(server);
  }

  /** Where nobody checks, a server that was taken out comes back when it is said to be there. */
  takeIn(server: number): void {
    if (this.settings !== null) return;
    for (let balancer = 0; balancer < this.fleets.length; balancer++) {
      this.turn(balancer, server, true, balancer * this.servers.count + server);
    }
  }

  private turn(balancer: number, server: number, eligible: boolean, index: number): void {
    this.streak[index] = 0;
    this.fleets[balancer]!.setEligible(server, eligible);
    this.changed(balancer, server);
  }
}
