import type { StateContext } from "./backend.ts";

/**
 * Which servers the members of a cluster take for members. One that crashes is missed only when its beats have failed to
 * come for `detectionMs`; one that is stopped says goodbye; one that starts is known at once, and with it the end of the
 * life before.
 */
export class Membership {
  private readonly servers: StateContext["servers"];
  private readonly detectionMs: number;
  /** By server: its last life. */
  private readonly life: Int32Array;
  /** By server: when the others notice that its last life is over; -∞ while there is nothing to notice. */
  private readonly noticedAtMs: Float64Array;

  constructor(servers: StateContext["servers"], detectionMs: number) {
    this.servers = servers;
    this.detectionMs = detectionMs;
    this.life = Int32Array.from({ length: servers.count }, (_, server) => servers.lifeOf(server));
    this.noticedAtMs = new Float64Array(servers.count).fill(Number.NEGATIVE_INFINITY);
  }

  started(server: number): void {
    this.life[server] = this.servers.lifeOf(server);
    this.noticedAtMs[server] = Number.NEGATIVE_INFINITY;
  }

  /** Tells when the others will notice. */
  stopped(server: number, nowMs: number): number {
    const isOrderly = this.servers.causeOfEnd(this.life[server]!) !== "crash";
    this.noticedAtMs[server] = isOrderly ? nowMs : nowMs + this.detectionMs;
    return this.noticedAtMs[server]!;
  }

  /** True for a server that is up, and for one that is gone without anybody knowing it yet. */
  believesIn(server: number, nowMs: number): boolean {
    return this.servers.isUp(server) || nowMs < this.noticedAtMs[server]!;
  }

  /** True when the life is over and the others do not know. */
  isMissing(life: number, nowMs: number): boolean {
    const server = this.servers.serverOf(life);
    return server >= 0 && this.life[server] === life && !this.servers.isUp(server) && nowMs < this.noticedAtMs[server]!;
  }

  /** When the others notice, or noticed, that the life is over; +∞ while it is not. */
  noticedMs(life: number): number {
    const server = this.servers.serverOf(life);
    if (server < 0 || this.servers.isAlive(life)) return Number.POSITIVE_INFINITY;
    return this.life[server] === life ? this.noticedAtMs[server]! : Number.NEGATIVE_INFINITY;
  }

  /** When the last of those that are gone unnoticed will be missed; -∞ when there is none. */
  unnoticedUntilMs(nowMs: number): number {
    let until = Number.NEGATIVE_INFINITY;
    for (let server = 0; server < this.servers.count; server++) {
      if (!this.servers.isUp(server) && this.noticedAtMs[server]! > nowMs) {
        until = Math.max(until, this.noticedAtMs[server]!);
      }
    }
    return until;
  }

  /** Members, as the others believe. */
  size(nowMs: number): number {
    let members = 0;
    for (let server = 0; server < this.servers.count; server++) if (this.believesIn(server, nowMs)) members++;
    return members;
  }
}
