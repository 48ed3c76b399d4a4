import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { Backend, CONFLICT, defineState, FOUND, PENDING, type StateContext, WRITTEN } from "./backend.ts";

/**
 * A primary copy where the session was served last, and one backup elsewhere, written before the answer (Tomcat's
 * BackupManager with its default send option: acknowledged after processing).
 *
 * Every server deals out the backups of its sessions in turn over the others that are up. A request that comes to a third server fetches the
 * state from whoever has it, which takes a round trip, and that server becomes the primary. A backup that died is
 * replaced at the session's next write; Tomcat does so as soon as it notices.
 */
class OneBackup extends Backend implements SessionColumns {
  private readonly context: StateContext;
  private readonly roundTripMs: number;
  private readonly perKibMs: number;
  private primary = new Int32Array(0);
  private backup = new Int32Array(0);
  private contains = new Int32Array(0);
  /** By server: who gets its next backup. */
  private readonly turn: Int32Array;

  constructor(context: StateContext, roundTripMs: number, perKibMs: number) {
    super();
    this.context = context;
    this.roundTripMs = roundTripMs;
    this.perKibMs = perKibMs;
    // Everybody begins with a neighbour of their own, or the first backups would all lie on one server.
    this.turn = Int32Array.from({ length: context.servers.count }, (_, server) => server + 1);
    context.attach(this);
  }

  grow(capacity: number): void {
    this.primary = grown(this.primary, new Int32Array(capacity));
    this.backup = grown(this.backup, new Int32Array(capacity));
    this.contains = grown(this.contains, new Int32Array(capacity));
  }

  copies(n: number): number {
    return Math.min(2, n);
  }

  read(request: number, server: number): number {
    const session = this.context.sessionOf(request);
    const life = this.context.servers.lifeOf(server);
    if (life === this.primary[session] || life === this.backup[session]) return this.found(session);
    if (this.holderOf(session) < 0) return this.lost(session);
    this.context.scheduleRead(this.context.nowMs + this.durationMs(session), request);
    return PENDING;
  }

  /** The holder may have died while the request was waiting for it. */
  override readDone(request: number): number {
    const session = this.context.sessionOf(request);
    return this.holderOf(session) < 0 ? this.lost(session) : this.found(session);
  }

  private found(session: number): number {
    this.writesRead = this.contains[session]!;
    return FOUND;
  }

  private lost(session: number): number {
    // A copy that never was, as when of two logins at once one called the other's off, was lost to no crash.
    const primary = this.primary[session]!;
    return this.missing(primary < 0 ? null : this.context.servers.causeOfEnd(primary));
  }

  private holderOf(session: number): number {
    const { servers } = this.context;
    if (servers.isAlive(this.primary[session]!)) return this.primary[session]!;
    return servers.isAlive(this.backup[session]!) ? this.backup[session]! : -1;
  }

  write(request: number, server: number, contains: number, changed: boolean): number {
    const { servers } = this.context;
    const session = this.context.sessionOf(request);
    const life = servers.lifeOf(server);
    const settled = life === this.primary[session] && servers.isAlive(this.backup[session]!);
    if (!changed && settled) return WRITTEN;
    if (servers.upCount === 1) {
      this.primary[session] = life;
      this.backup[session] = -1;
      return this.written(session, contains, changed);
    }
    this.context.countReplication(1, this.context.bytesOf(session));
    this.context.scheduleWrite(this.context.nowMs + this.durationMs(session), request);
    return PENDING;
  }

  override writeDone(request: number, server: number, contains: number, changed: boolean): number {
    const { servers } = this.context;
    const session = this.context.sessionOf(request);
    const life = servers.lifeOf(server);
    const backup = this.backup[session]!;
    this.primary[session] = life;
    if (backup === life || !servers.isAlive(backup)) this.backup[session] = this.nextBackup(server);
    return this.written(session, contains, changed);
  }

  private written(session: number, contains: number, changed: boolean): number {
    const content = this.context.contentOf(this.contains[session]!, contains, changed);
    if (content < 0) return CONFLICT;
    this.contains[session] = content;
    this.writesWritten = content;
    return WRITTEN;
  }

  private nextBackup(primary: number): number {
    const { servers } = this.context;
    for (let tried = 0; tried < servers.count; tried++) {
      const server = this.turn[primary]! % servers.count;
      this.turn[primary] = server + 1;
      if (server !== primary && servers.isUp(server)) return servers.lifeOf(server);
    }
    return -1;
  }

  forget(session: number): void {
    this.primary[session] = -1;
    this.backup[session] = -1;
    this.contains[session] = 0;
  }

  private durationMs(session: number): number {
    return this.roundTripMs + (this.context.bytesOf(session) / 1024) * this.perKibMs;
  }
}

export const oneBackup = defineState({
  name: "one-backup",
  aliases: ["primary-backup", "BackupManager"],
  summary: "The serving server holds the session, one other holds a backup, written before the answer.",
  whenToUse: "Larger fleets with affinity: the cost of a write does not grow with the number of servers.",
  knownFlaw: "Two servers that die together take with them the sessions that lay on just those two.",
  source: "Tomcat BackupManager, mapSendOptions 6 (acknowledged after processing).",
  knobs: {
    roundTripMs: {
      unit: "ms",
      default: 1,
      minimum: 0,
      summary: "To the backup and back, processing included (to be calibrated).",
    },
    perKibMs: {
      unit: "ms",
      default: 0.01,
      minimum: 0,
      summary: "Added for each KiB of the session (to be calibrated).",
    },
  },
  create: ({ roundTripMs, perKibMs }, context) => new OneBackup(context, roundTripMs, perKibMs),
});
