import type { Draws } from "../../engine/draws.ts";
import type { StateContext } from "./backend.ts";

export interface PlacementSettings {
  /** Each primary deals its backups out in turn; or at random; or to the servers that follow it in the list. */
  readonly placement: string;
  /** Whether a server in another zone is taken first. */
  readonly avoidsOwnZone: boolean;
}

/** Which server gets a backup, of those that are up and have no copy. */
export class BackupPlacement {
  private readonly servers: StateContext["servers"];
  private readonly settings: PlacementSettings;
  private readonly draws: Draws;
  /** By server: who gets its next backup. */
  private readonly turn: Int32Array;
  private readonly candidates: Int32Array;

  constructor(context: Pick<StateContext, "servers" | "drawsOf">, settings: PlacementSettings) {
    const { servers } = context;
    this.servers = servers;
    this.settings = settings;
    this.draws = context.drawsOf("backups/placement");
    // Everybody begins with a neighbour of their own, or the first backups would all lie on one server.
    this.turn = Int32Array.from({ length: servers.count }, (_, server) => server + 1);
    this.candidates = new Int32Array(servers.count);
  }

  /**
   * A server for a backup of what lies on `primary`, or -1; `holds` says who has a copy already. It is choice `k` of the
   * visit's own draws.
   */
  choose(primary: number, holds: (server: number) => boolean, visit: number, k: number): number {
    let found = this.settings.avoidsOwnZone ? this.collect(primary, holds, this.servers.zoneOf(primary)) : 0;
    if (found === 0) found = this.collect(primary, holds, null);
    if (found === 0) return -1;
    // Candidates stand in the order of the turn, or of the ring behind the primary: the first is the next.
    const place = this.settings.placement === "random" ? this.draws.at(visit, k).below(found) : 0;
    const server = this.candidates[place]!;
    this.turn[primary] = server + 1;
    return server;
  }

  private collect(primary: number, holds: (server: number) => boolean, avoidedZone: string | null): number {
    const { servers } = this;
    const first = this.settings.placement === "round-robin" ? this.turn[primary]! : primary + 1;
    let found = 0;
    for (let step = 0; step < servers.count; step++) {
      const server = (first + step) % servers.count;
      if (server === primary || !servers.isUp(server) || holds(server)) continue;
      if (avoidedZone !== null && servers.zoneOf(server) === avoidedZone) continue;
      this.candidates[found++] = server;
    }
    return found;
  }
}
