import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { Backend, defineState, FOUND, PENDING, type StateContext, WRITTEN } from "./backend.ts";
import { Messages } from "./messages.ts";

interface Settings {
  readonly isSync: boolean;
  readonly delayMs: number;
  readonly perKibMs: number;
}

/**
 * Every server has a copy of every session (Tomcat's DeltaManager).
 *
 * `async`: the write is acknowledged at once and reaches the others after the delay, unless its server dies first.
 * `sync`: it is acknowledged when all others have it. A server that starts is given the state of the others before it
 * takes traffic; the transfer itself takes no time here.
 */
class Replicated extends Backend implements SessionColumns {
  private readonly context: StateContext;
  private readonly settings: Settings;
  private readonly messages = new Messages();
  /** The life that wrote last, and what its copy contains. */
  private life = new Int32Array(0);
  private contains = new Int32Array(0);
  /** What the copies of all others contain; -1 before the first one arrives. */
  private delivered = new Int32Array(0);
  /** Tells this tenant of a slot from those before it, for messages under way. */
  private tenancy = new Int32Array(0);
  /** Lives below this one ended in a moment when no server was up: nobody has their sessions. */
  private firstLifeSince = 0;

  constructor(context: StateContext, settings: Settings) {
    super();
    this.context = context;
    this.settings = settings;
    context.attach(this);
  }

  grow(capacity: number): void {
    this.life = grown(this.life, new Int32Array(capacity));
    this.contains = grown(this.contains, new Int32Array(capacity));
    this.delivered = grown(this.delivered, new Int32Array(capacity));
    this.tenancy = grown(this.tenancy, new Int32Array(capacity));
  }

  copies(n: number): number {
    return n;
  }

  read(request: number, server: number): number {
    const session = this.context.sessionOf(request);
    const life = this.life[session]!;
    // A copy that never was, as when of two logins at once one called the other's off, was lost to no crash.
    if (life < 0) return this.missing(null);
    if (life < this.firstLifeSince) return this.missing("crash");
    const own = life === this.context.servers.lifeOf(server);
    const contains = own ? this.contains[session]! : this.delivered[session]!;
    if (contains < 0) return this.missing("replication-lag");
    this.writesRead = contains;
    this.cause = "replication-lag";
    return FOUND;
  }

  write(request: number, server: number, contains: number, changed: boolean): number {
    if (!changed) return WRITTEN;
    const { servers } = this.context;
    const session = this.context.sessionOf(request);
    const others = servers.upCount - 1;
    if (others > 0) this.context.countReplication(others, others * this.context.bytesOf(session));
    if (this.settings.isSync && others > 0) {
      this.context.scheduleWrite(this.context.nowMs + this.durationMs(session), request);
      return PENDING;
    }
    this.life[session] = servers.lifeOf(server);
    this.contains[session] = contains;
    this.writesWritten = contains;
    if (others === 0) {
      // Whoever starts later is given this copy.
      this.delivered[session] = contains;
    } else {
      const message = this.messages.put(session, this.tenancy[session]!, contains, this.life[session]!);
      this.context.schedule(this.context.nowMs + this.durationMs(session), message, 0);
    }
    return WRITTEN;
  }

  override writeDone(request: number, server: number, contains: number): number {
    const session = this.context.sessionOf(request);
    this.life[session] = this.context.servers.lifeOf(server);
    this.contains[session] = contains;
    this.delivered[session] = contains;
    this.writesWritten = contains;
    return WRITTEN;
  }

  /** A message arrives everywhere at once, if its sender lived long enough to send it. */
  override elapsed(message: number): void {
    const { session, tenancy, contains, life } = this.messages;
    const slot = session[message]!;
    if (this.tenancy[slot] === tenancy[message] && this.context.servers.isAlive(life[message]!)) {
      this.delivered[slot] = Math.max(this.delivered[slot]!, contains[message]!);
    }
    this.messages.release(message);
  }

  forget(session: number): void {
    this.life[session] = -1;
    this.delivered[session] = -1;
    this.tenancy[session]!++;
  }

  override allServersDown(life: number): void {
    this.firstLifeSince = life;
  }

  private durationMs(session: number): number {
    return this.settings.delayMs + (this.context.bytesOf(session) / 1024) * this.settings.perKibMs;
  }
}

export const replicated = defineState({
  name: "replicated",
  aliases: ["all-to-all", "DeltaManager"],
  summary: "Every server holds a copy of every session; each write goes to all others.",
  whenToUse: "Few servers (Tomcat advises four at most), small sessions.",
  knownFlaw: "Messages and memory grow with the square of the fleet; asynchronous writes die with their server.",
  source: "Tomcat DeltaManager, channelSendOptions 8 (asynchronous) or 6 (acknowledged after processing).",
  knobs: {
    mode: {
      unit: "choice",
      choices: ["async", "sync"],
      default: "async",
      summary: "Whether the answer waits for the copies.",
    },
    delayMs: {
      unit: "ms",
      default: 2,
      minimum: 0,
      summary: "From a write to its copies: queue, network and processing (to be calibrated).",
    },
    perKibMs: {
      unit: "ms",
      default: 0.01,
      minimum: 0,
      summary: "Added for each KiB of the session: about 100 MB/s of serialising (to be calibrated).",
    },
  },
  create: ({ mode, delayMs, perKibMs }, context) =>
    new Replicated(context, { isSync: mode === "sync", delayMs, perKibMs }),
});
