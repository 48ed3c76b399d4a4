import type { Copies } from "./redis-copies.ts";
import type { WriteLog } from "./write-log.ts";

export type Persistence = "none" | "snapshots" | "everysec" | "always";

/** `save 3600 1 300 100 60 10000`: so many changes after so long. */
const RULES = [
  { afterMs: 3_600_000, changes: 1 },
  { afterMs: 300_000, changes: 100 },
  { afterMs: 60_000, changes: 10_000 },
] as const;
/** `appendfsync everysec`. */
const FLUSH_MS = 1000;

/**
 * What a shard's primary has on disk, and so what it has after a restart: nothing, the last snapshot, the append-only file
 * as it was flushed last, or everything. A snapshot counts as written at the moment at which the process forks for it.
 */
export class Disk {
  private readonly kind: Persistence;
  private readonly copies: Copies;
  private readonly shard: number;
  private readonly log: WriteLog;
  /** Asks for `due` at that time. */
  private readonly wake: (atMs: number) => void;
  private position = 0;
  private savedAtMs = 0;
  private changes = 0;

  constructor(kind: Persistence, copies: Copies, shard: number, log: WriteLog, wake: (atMs: number) => void) {
    this.kind = kind;
    this.copies = copies;
    this.shard = shard;
    this.log = log;
    this.wake = wake;
  }

  /** Where it has read the log, of which it wants nothing else. */
  get logPosition(): number {
    return this.kind === "everysec" ? this.position : this.log.end;
  }

  /** The primary has just changed something. */
  changed(nowMs: number): void {
    if (this.kind === "everysec") this.flush(nowMs);
    if (this.kind !== "snapshots") return;
    this.changes++;
    for (const { afterMs, changes } of RULES) {
      if (this.changes === changes) this.wake(Math.max(nowMs, this.savedAtMs + afterMs));
    }
  }

  /** Whether a snapshot is due. */
  isDue(nowMs: number): boolean {
    return RULES.some(({ afterMs, changes }) => this.changes >= changes && nowMs >= this.savedAtMs + afterMs);
  }

  save(nowMs: number, held: Int32Array): void {
    this.copies.replace(this.shard, this.copies.disk, held);
    this.savedAtMs = nowMs;
    this.changes = 0;
  }

  private flush(untilMs: number): void {
    const { copies } = this;
    const flushedMs = Math.floor(untilMs / FLUSH_MS) * FLUSH_MS;
    this.position = this.log.replay(this.position, flushedMs, copies.disk, copies.tenancy);
  }

  /** The process starts again at `nowMs`, having died at `diedMs`, and has in `held` what it finds on disk. */
  restore(diedMs: number, nowMs: number, held: Int32Array): void {
    const { copies, shard } = this;
    if (this.kind === "always") return;
    if (this.kind === "none") {
      copies.clear(shard, "store-crash");
      return;
    }
    if (this.kind === "everysec") this.flush(diedMs);
    copies.blame(shard, held, copies.disk, "store-crash");
    copies.replace(shard, held, copies.disk);
    this.follow(nowMs, held);
  }

  /** From now on it is the disk of another node, which holds `held` and has written it. */
  follow(nowMs: number, held: Int32Array): void {
    this.position = this.log.end;
    if (this.kind === "everysec") this.copies.replace(this.shard, this.copies.disk, held);
    if (this.kind === "snapshots") this.save(nowMs, held);
  }
}
