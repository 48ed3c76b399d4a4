import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import type { StateContext } from "./backend.ts";
import { Station } from "./station.ts";

export interface CacheSettings {
  readonly cacheRoundTripMs: number;
  readonly cacheOperationMs: number;
  readonly cachePerKibMs: number;
  readonly cacheThreads: number;
  readonly cacheTimeoutMs: number;
}

/**
 * A cache of session rows that all servers share, in the memory of one node. Losing it costs time only: what is not there
 * counts as a miss, and so does a cache that is down (its machine refuses after a round trip) or says nothing (clients give
 * up after their time-out).
 */
export class SessionCache implements SessionColumns {
  private readonly context: StateContext;
  private readonly settings: CacheSettings;
  private readonly station: Station;
  private isDown = false;
  private hangs = false;
  /** By session: acknowledged writes in the cached row, 0 where there is none. */
  private contains = new Int32Array(0);
  /** By session: the row should have been replaced while the cache said nothing. */
  private isOutdated = new Uint8Array(0);

  constructor(context: StateContext, settings: CacheSettings) {
    this.context = context;
    this.settings = settings;
    this.station = new Station(settings.cacheThreads);
    context.attach(this);
  }

  grow(capacity: number): void {
    this.contains = grown(this.contains, new Int32Array(capacity));
    this.isOutdated = grown(this.isOutdated, new Uint8Array(capacity));
  }

  get answers(): boolean {
    return !this.isDown && !this.hangs;
  }

  /** When an operation on the session's row that is sent now is over, answered or not. */
  doneMs(session: number): number {
    const { nowMs } = this.context;
    const { cacheRoundTripMs, cacheOperationMs, cachePerKibMs, cacheTimeoutMs } = this.settings;
    if (this.isDown) return nowMs + cacheRoundTripMs;
    if (this.hangs) return nowMs + cacheTimeoutMs;
    this.context.countStoreOperation();
    const busyMs = cacheOperationMs + (this.context.bytesOf(session) / 1024) * cachePerKibMs;
    return this.station.serve(nowMs + cacheRoundTripMs / 2, busyMs) + cacheRoundTripMs / 2;
  }

  /** 0 for a miss. */
  get(session: number): number {
    return this.answers ? this.contains[session]! : 0;
  }

  /** Whether the row is from before a time in which the cache said nothing. */
  isOld(session: number): boolean {
    return this.isOutdated[session] === 1;
  }

  put(session: number, content: number): void {
    this.isOutdated[session] = this.answers ? 0 : 1;
    if (this.answers) this.contains[session] = content;
  }

  /** Takes the row out, so that the next reader goes to the database. */
  evict(session: number): void {
    this.put(session, 0);
  }

  forget(session: number): void {
    this.contains[session] = 0;
    this.isOutdated[session] = 0;
  }

  /** It has just lost everything, and stays away until `restart`. */
  crash(): void {
    this.isDown = true;
    this.station.crash(this.context.nowMs);
    this.clear();
  }

  restart(): void {
    this.isDown = false;
  }

  hang(hangs: boolean): void {
    this.hangs = hangs;
  }

  clear(): void {
    this.contains.fill(0);
    this.isOutdated.fill(0);
  }
}

export const cacheKnobs = {
  cacheRoundTripMs: { unit: "ms", default: 0.4, minimum: 0, summary: "Server to cache and back." },
  cacheOperationMs: {
    unit: "ms",
    default: 0.013,
    minimum: 0,
    summary: "A thread of the cache is busy so long for one operation (to be calibrated).",
  },
  cachePerKibMs: {
    unit: "ms",
    default: 0.002,
    minimum: 0,
    summary: "Added for each KiB of the session (to be calibrated).",
  },
  cacheThreads: { unit: "count", default: 4, minimum: 1, summary: "Threads of the cache: Memcached 4, Redis 1." },
  cacheTimeoutMs: {
    unit: "ms",
    default: 1000,
    minimum: 0,
    summary: "Servers give up on a cache that does not answer, and go to the database (to be calibrated).",
  },
} as const;
