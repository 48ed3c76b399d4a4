import { grown } from "../../engine/grown.ts";
import type { StateContext } from "./backend.ts";

export interface TransferSettings {
  /** A server that starts waits so long for the others' state, then takes traffic without it. */
  readonly timeoutMs: number;
  /** Sessions that are sent together; null: all of them at once. */
  readonly blockSessions: number | null;
  readonly blockPauseMs: number;
}

/**
 * What a server that starts is given: all that one other member has. It asks the oldest one (Tomcat's first member), only
 * that, and never again; when that one dies meanwhile, it goes without.
 */
export class StateTransfer {
  /** Of the transfer begun last. */
  bytes = 0;
  blocks = 0;
  pausesMs = 0;
  private readonly servers: StateContext["servers"];
  private readonly settings: TransferSettings;
  /** By server: the life that its state is to come from, -1 for none; whether it has come; when it will have. */
  private readonly donorLife: Int32Array;
  private readonly isComplete: Uint8Array;
  private readonly expectedAtMs: Float64Array;
  /** By session: the bytes that it adds to a transfer. */
  private size = new Int32Array(0);
  private heldBytes = 0;
  private heldSessions = 0;

  constructor(servers: StateContext["servers"], settings: TransferSettings) {
    this.servers = servers;
    this.settings = settings;
    this.donorLife = new Int32Array(servers.count).fill(-1);
    this.isComplete = new Uint8Array(servers.count).fill(1);
    this.expectedAtMs = new Float64Array(servers.count);
  }

  grow(capacity: number): void {
    this.size = grown(this.size, new Int32Array(capacity));
  }

  /** The session takes so many bytes from now on; 0 when it is over. */
  holds(session: number, bytes: number): void {
    const before = this.size[session]!;
    this.heldBytes += bytes - before;
    this.heldSessions += (bytes > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
    this.size[session] = bytes;
  }

  /** The server has just started. Tells who gives it the state, or -1 when nobody is there who could. */
  begin(server: number): number {
    const own = this.servers.lifeOf(server);
    let donor = -1;
    for (let other = 0; other < this.servers.count; other++) {
      const life = this.servers.lifeOf(other);
      if (life >= 0 && life !== own && (donor < 0 || life < this.servers.lifeOf(donor))) donor = other;
    }
    this.donorLife[server] = donor < 0 ? -1 : this.servers.lifeOf(donor);
    this.isComplete[server] = donor < 0 ? 1 : 0;
    this.expectedAtMs[server] = 0;
    const { blockSessions, blockPauseMs } = this.settings;
    this.bytes = this.heldBytes;
    this.blocks = blockSessions === null ? 1 : Math.max(1, Math.ceil(this.heldSessions / blockSessions));
    this.pausesMs = (this.blocks - 1) * blockPauseMs;
    return donor;
  }

  expected(server: number, atMs: number): void {
    this.expectedAtMs[server] = atMs;
  }

  /** How long the server, which has just started, keeps traffic waiting. */
  waitMs(server: number, nowMs: number): number {
    if (this.isComplete[server] === 1) return 0;
    return Math.min(this.settings.timeoutMs, Math.max(0, this.expectedAtMs[server]! - nowMs));
  }

  /** The last block has arrived for the life that asked. Tells whose copies it now has, or -1 when it or they are gone. */
  end(life: number): number {
    const server = this.servers.serverOf(life);
    const donor = this.servers.serverOf(this.donorLife[server]!);
    if (!this.servers.isAlive(life) || !this.servers.isAlive(this.donorLife[server]!)) return -1;
    this.isComplete[server] = 1;
    return donor;
  }

  isDone(server: number): boolean {
    return this.isComplete[server] === 1;
  }
}
