/** The scripted timeline: what breaks, comes back or joins, and when. */
import type { Kernel } from "../engine/kernel.ts";
import type { StateBackend } from "../persistence/state/backend.ts";
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
      for (const server of fault.servers) this.pool.start(server);
      this.admit(fault.servers);
      return;
    }
    if (fault.kind === "store-crash") {
      this.state.storeCrashed();
    } else {
      for (const server of fault.servers) {
        this.pool.crash(server);
        this.health.serverChanged(server);
      }
    }
    if (fault.restartAfterMs !== null) {
      this.kernel.schedule(this.kernel.nowMs + fault.restartAfterMs, event.FAULT_ENDS, index, 0);
    }
  }

  end(index: number): void {
    const fault = this.faults[index]!;
    if (fault.kind === "store-crash") {
      this.state.storeRestarted();
    } else {
      for (const server of fault.servers) {
        this.pool.start(server);
        this.health.serverChanged(server);
      }
    }
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
