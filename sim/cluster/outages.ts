/** The scripted timeline: what breaks, comes back or joins, and when. */
import type { Kernel } from "../engine/kernel.ts";
import { ALL_NODES, type StateBackend } from "../persistence/state/backend.ts";
import type { FaultRecord } from "../record.ts";
import type { Fault } from "../scenario.ts";
import * as event from "./events.ts";
import type { Health } from "./health.ts";
import type { ServerPool } from "./server-pool.ts";
import type { Servers } from "./servers.ts";

export class Outages {
  private readonly faults: readonly Fault[];
  private readonly servers: Servers;
  private readonly pool: ServerPool;
  private readonly state: StateBackend;
  private readonly health: Health;
  private readonly admit: (servers: readonly number[]) => void;
  private readonly kernel: Kernel;
  /** Outages under way on each server, counting its time before it joins as one; on the store at the last place. */
  private readonly holds: Int32Array;
  private readonly hasJoined: Uint8Array;

  constructor(
    kernel: Kernel,
    faults: readonly Fault[],
    servers: Servers,
    pool: ServerPool,
    state: StateBackend,
    health: Health,
    admit: (servers: readonly number[]) => void,
  ) {
    this.kernel = kernel;
    this.faults = faults;
    this.servers = servers;
    this.pool = pool;
    this.state = state;
    this.health = health;
    this.admit = admit;
    this.holds = new Int32Array(servers.count + 1);
    this.hasJoined = new Uint8Array(servers.count).fill(1);
    for (const fault of faults) {
      if (fault.kind !== "scale-out") continue;
      for (const server of fault.servers) {
        this.holds[server] = 1;
        this.hasJoined[server] = 0;
      }
    }
    faults.forEach((fault, index) => {
      kernel.schedule(fault.atMs, event.FAULT_BEGINS, index, 0);
    });
  }

  /** The servers that are there from the start. */
  static initialServers(count: number, faults: readonly Fault[]): number[] {
    const later = new Set(faults.flatMap((fault) => (fault.kind === "scale-out" ? fault.servers : [])));
    return Array.from({ length: count }, (_, server) => server).filter((server) => !later.has(server));
  }

  begin(index: number): void {
    const fault = this.faults[index]!;
    if (fault.kind === "scale-out") {
      this.join(fault.servers.filter((server) => this.hasJoined[server] === 0));
      return;
    }
    if (fault.kind === "store-crash") {
      this.holds[this.servers.count]!++;
      this.state.storeFaultBegins("crash", ALL_NODES);
    } else {
      for (const server of fault.servers) {
        this.holds[server]!++;
        this.pool.crash(server);
        this.health.serverChanged(server);
      }
    }
    if (fault.restartAfterMs !== null) {
      this.kernel.schedule(this.kernel.nowMs + fault.restartAfterMs, event.FAULT_ENDS, index, 0);
    }
  }

  /** What is down comes back when the last of the outages that hold it is over. */
  end(index: number): void {
    const fault = this.faults[index]!;
    if (fault.kind === "store-crash") {
      if (--this.holds[this.servers.count]! === 0) this.state.storeFaultEnds("crash", ALL_NODES);
    } else {
      for (const server of fault.servers) this.release(server);
    }
  }

  /** The balancers take them for up until their checks say otherwise. */
  private join(servers: readonly number[]): void {
    for (const server of servers) this.hasJoined[server] = 1;
    this.admit(servers);
    for (const server of servers) this.release(server);
  }

  private release(server: number): void {
    if (--this.holds[server]! === 0) this.pool.start(server);
    this.health.serverChanged(server);
  }

  record(endMs: number): FaultRecord[] {
    return this.faults
      .filter((fault) => fault.atMs <= endMs)
      .map((fault) => ({
        atMs: fault.atMs,
        untilMs: fault.kind === "scale-out" || fault.restartAfterMs === null ? null : fault.atMs + fault.restartAfterMs,
        kind: fault.kind,
        target:
          fault.kind === "store-crash"
            ? "store"
            : fault.servers.map((server) => this.servers.names[server]!).join(", "),
      }))
      .sort((a, b) => a.atMs - b.atMs);
  }
}
