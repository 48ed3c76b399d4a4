import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import {
  Backend,
  CONFLICT,
  defineState,
  FOUND,
  PENDING,
  type StateContext,
  type StoreFaultKind,
  UNAVAILABLE,
  WRITTEN,
} from "./backend.ts";

interface Settings {
  readonly roundTripMs: number;
  readonly operationMs: number;
  readonly perKibMs: number;
  readonly touches: boolean;
  readonly isDurable: boolean;
}

/**
 * One store for all servers, one thread, first come first served, as a single Redis without replica. Each request
 * reads, and then writes or refreshes the expiry.
 *
 * Operations travel half a round trip each way. Since that time is the same for all, they reach the store in the order
 * in which they were sent, and the moment each is done follows from the one before: no event for the queue itself.
 */
class CentralStore extends Backend implements SessionColumns {
  private readonly context: StateContext;
  private readonly settings: Settings;
  /** When the store's thread will have worked off everything sent so far. */
  private freeAtMs = 0;
  private isUp = true;
  /** Counts crashes; an operation sent before one gets no answer after it. */
  private epoch = 0;
  private lastCrashMs = Number.NEGATIVE_INFINITY;
  private contains = new Int32Array(0);
  /** Crash count when the session was stored; what is older is gone, unless the store is durable. */
  private storedIn = new Uint16Array(0);
  /** A session that the store never had is not one that it lost. */
  private sentAtMs = new Float64Array(0);

  constructor(context: StateContext, settings: Settings) {
    super();
    this.context = context;
    this.settings = settings;
    context.attach(this);
  }

  grow(capacity: number): void {
    this.contains = grown(this.contains, new Int32Array(capacity));
    this.storedIn = grown(this.storedIn, new Uint16Array(capacity));
    this.sentAtMs = grown(this.sentAtMs, new Float64Array(capacity));
  }

  copies(): number {
    return 1;
  }

  read(request: number): number {
    const session = this.context.sessionOf(request);
    this.sentAtMs[session] = this.context.nowMs;
    this.context.scheduleRead(this.operationEndMs(session), request);
    return PENDING;
  }

  override readDone(request: number): number {
    const session = this.context.sessionOf(request);
    if (this.wasCutOff(session)) return UNAVAILABLE;
    if (!this.settings.isDurable && this.storedIn[session] !== (this.epoch & 0xffff)) {
      return this.missing("store-crash");
    }
    this.writesRead = this.contains[session]!;
    return FOUND;
  }

  write(request: number, _server: number, _contains: number, changed: boolean): number {
    if (!changed && !this.settings.touches) return WRITTEN;
    const session = this.context.sessionOf(request);
    this.sentAtMs[session] = this.context.nowMs;
    this.context.scheduleWrite(this.operationEndMs(session), request);
    return PENDING;
  }

  override writeDone(request: number, _server: number, contains: number, changed: boolean): number {
    const session = this.context.sessionOf(request);
    if (this.wasCutOff(session)) return UNAVAILABLE;
    if (!changed) return WRITTEN;
    const content = this.context.contentOf(this.contains[session]!, contains, changed);
    if (content < 0) return CONFLICT;
    this.contains[session] = content;
    this.writesWritten = content;
    this.storedIn[session] = this.epoch & 0xffff;
    return WRITTEN;
  }

  /** When the answer to an operation sent now is back. A dead store's machine refuses after one round trip. */
  private operationEndMs(session: number): number {
    const { roundTripMs, operationMs, perKibMs } = this.settings;
    const { nowMs } = this.context;
    if (!this.isUp) return nowMs + roundTripMs;
    this.context.countStoreOperation();
    const startMs = Math.max(nowMs + roundTripMs / 2, this.freeAtMs);
    this.freeAtMs = startMs + operationMs + (this.context.bytesOf(session) / 1024) * perKibMs;
    return this.freeAtMs + roundTripMs / 2;
  }

  /** True when the operation was sent before the last crash, or when the store is down. */
  private wasCutOff(session: number): boolean {
    return !this.isUp || this.sentAtMs[session]! <= this.lastCrashMs;
  }

  override storeFaultBegins(kind: StoreFaultKind): void {
    if (kind === "flush") {
      this.epoch++;
      return;
    }
    this.isUp = false;
    this.epoch++;
    this.lastCrashMs = this.context.nowMs;
    this.freeAtMs = this.context.nowMs;
  }

  override storeFaultEnds(): void {
    this.isUp = true;
    this.lastCrashMs = this.context.nowMs;
  }

  forget(session: number): void {
    this.contains[session] = 0;
  }
}

export const centralStore = defineState({
  name: "central-store",
  aliases: ["redis", "redis-sessions", "memcached"],
  summary: "All servers keep session data in one central store.",
  whenToUse: "Any server can serve any request; servers may come and go.",
  knownFlaw: "Two round trips on every request, and when the store is down everybody is.",
  source: "A single Redis 7: one thread, 72,000–80,000 SET/s without pipelining; data in memory only unless durable.",
  knobs: {
    roundTripMs: { unit: "ms", default: 0.4, minimum: 0, summary: "Server to store and back." },
    operationMs: {
      unit: "ms",
      default: 0.013,
      minimum: 0,
      summary: "The store's thread is busy so long for one operation: 1 / 77,000 s.",
    },
    perKibMs: {
      unit: "ms",
      default: 0.002,
      minimum: 0,
      summary: "Added for each KiB of the session, serialising included (to be calibrated).",
    },
    touches: {
      unit: "flag",
      default: true,
      summary: "A request that changes nothing still refreshes the expiry with an operation of its own.",
    },
    durable: {
      unit: "flag",
      default: false,
      summary: "The data survives a crash of the store (append-only file, fsync always).",
    },
  },
  create: ({ roundTripMs, operationMs, perKibMs, touches, durable }, context) =>
    new CentralStore(context, { roundTripMs, operationMs, perKibMs, touches, isDurable: durable }),
});
