/**
 * Which servers are there, which of them balancers may choose, and which are on their way out: what faults ask for, one on top
 * of the other.
 */
import type { Fleet } from "../balancing/fleet.ts";
import type { Fault } from "../scenario.ts";
import type { Health } from "./health.ts";
import type { Arrivals, ServerPool } from "./server-pool.ts";

export interface RosterParts {
  readonly faults: readonly Fault[];
  readonly fleets: readonly Fleet[];
  readonly pool: ServerPool;
  readonly health: Health;
  /** A balancer's view of a server has changed. */
  readonly changed: (balancer: number, server: number) => void;
}

export class Roster implements Arrivals {
  private readonly fleets: readonly Fleet[];
  private readonly pool: ServerPool;
  private readonly health: Health;
  private readonly changed: (balancer: number, server: number) => void;
  /** By server: what keeps it down, its time before it joins included; and what has it drain. */
  private readonly holds: Int32Array;
  private readonly drains: Int32Array;
  private readonly hasJoined: Uint8Array;
  /** 1 where balancers were told that it is out. */
  private readonly isOut: Uint8Array;
  /** 1 where it is listed as soon as it takes connections. */
  private readonly isAwaited: Uint8Array;

  constructor(count: number, { faults, fleets, pool, health, changed }: RosterParts) {
    this.fleets = fleets;
    this.pool = pool;
    this.health = health;
    this.changed = changed;
    this.holds = new Int32Array(count);
    this.drains = new Int32Array(count);
    this.hasJoined = new Uint8Array(count).fill(1);
    this.isOut = new Uint8Array(count);
    this.isAwaited = new Uint8Array(count);
    for (const server of joinersOf(faults)) {
      this.holds[server] = 1;
      this.hasJoined[server] = 0;
    }
    this.admit(initialServers(count, faults));
  }

  crash(server: number): void {
    this.holds[server]!++;
    this.pool.crash(server);
  }

  /** What is down comes back when the last of the faults that hold it is over. */
  release(server: number): void {
    if (--this.holds[server]! === 0) this.pool.start(server);
  }

  /** A server that is well answers health checks, or does not. */
  setFailsChecks(server: number, fails: boolean): void {
    this.health.setFails(server, fails);
  }

  /** Those that have not joined yet do. Balancers take them for up until their checks say otherwise. */
  join(servers: readonly number[]): void {
    const joining = servers.filter((server) => this.hasJoined[server] === 0);
    for (const server of joining) this.hasJoined[server] = 1;
    const startable = joining.filter((server) => --this.holds[server]! === 0);
    const joinMs = startable.map((server) => this.pool.begin(server));
    startable.forEach((server, index) => {
      this.isAwaited[server] = joinMs[index]! > 0 ? 1 : 0;
    });
    this.admit(joining.filter((server) => this.isAwaited[server] === 0));
    startable.forEach((server, index) => {
      this.pool.openAfter(server, joinMs[index]!);
    });
  }

  /** No balancer sends it anybody who is not bound to it. */
  drain(server: number): void {
    if (this.drains[server]!++ === 0) this.setDraining(server, true);
  }

  /** The balancers take it out at once; it ends when its work is done, and at the latest after `graceMs`. */
  stop(server: number, graceMs: number | null, keepsListed: boolean): void {
    this.holds[server]!++;
    this.isOut[server] = 1;
    this.health.takeOut(server);
    if (!keepsListed) {
      this.fleets.forEach((fleet, balancer) => {
        fleet.setListed(server, false);
        this.changed(balancer, server);
      });
    }
    this.pool.stop(server, graceMs);
  }

  /** What was drained and stopped may start again. */
  giveBack(server: number): void {
    if (--this.drains[server]! === 0) this.setDraining(server, false);
    this.release(server);
  }

  opened(server: number): void {
    if (this.isAwaited[server] === 1) {
      this.isAwaited[server] = 0;
      this.admit([server]);
    } else if (this.isOut[server] === 1) {
      this.health.takeIn(server);
    }
    this.isOut[server] = 0;
    this.health.serverChanged(server);
  }

  ended(server: number): void {
    this.health.serverChanged(server);
    // It was to start again while it was still at its last requests.
    if (this.holds[server] === 0) this.pool.start(server);
  }

  private setDraining(server: number, draining: boolean): void {
    this.fleets.forEach((fleet, balancer) => {
      if (fleet.setDraining(server, draining)) this.changed(balancer, server);
    });
  }

  private admit(servers: readonly number[]): void {
    this.fleets.forEach((fleet, balancer) => {
      fleet.admit(servers);
      for (const server of servers) this.changed(balancer, server);
    });
  }
}

/** The servers that only join later. */
const joinersOf = (faults: readonly Fault[]): ReadonlySet<number> =>
  new Set(faults.flatMap((fault) => (fault.kind === "scale-out" ? fault.servers : [])));

/** The servers that are there from the start. */
export function initialServers(count: number, faults: readonly Fault[]): number[] {
  const joiners = joinersOf(faults);
  return Array.from({ length: count }, (_, server) => server).filter((server) => !joiners.has(server));
}
