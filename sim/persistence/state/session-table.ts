import { Station } from "./station.ts";

export interface TableSettings {
  readonly workers: number;
  readonly readMs: number;
  readonly writeMs: number;
  readonly perKibMs: number;
  readonly indexed: boolean;
  /** For each doubling of the table, where the index is walked. */
  readonly levelMs: number;
  /** For each row, where all are looked through. */
  readonly perRowMs: number;
  readonly initialRows: number;
  readonly cleanupIntervalMs: number | null;
}

/**
 * The table of sessions in a database: how many rows it has, what an operation costs on one of the nodes, and the
 * clean-up that deletes rows whose session has expired.
 *
 * A session that has ended, or was never logged out of, leaves its row behind until its idle limit has passed and the next
 * clean-up comes. Without an index on the last access each clean-up looks through the table; it then locks, as InnoDB
 * does, every row it has seen, and writes wait for it. Clean-ups that are due are made up for when the next operation
 * comes, at their own moments, so they cost no events.
 */
export class SessionTable {
  rows: number;
  /** The node that takes writes, and cleans up. */
  primary = 0;
  readonly stations: readonly Station[];
  private readonly settings: TableSettings;
  /** By number of the clean-up that will find them: rows nobody uses any more. */
  private readonly expiring = new Map<number, number>();
  private cleanups = 0;
  private cleanupDoneMs = 0;
  private writesWaitUntilMs = 0;

  constructor(settings: TableSettings, nodes: number) {
    this.settings = settings;
    this.rows = settings.initialRows;
    this.stations = Array.from({ length: nodes }, () => new Station(settings.workers));
  }

  /** When a look-up of `bytes` that reaches the node at `atMs` is done. */
  read(node: number, atMs: number, bytes: number): number {
    this.cleanUpUntil(atMs);
    return this.stations[node]!.serve(atMs, this.settings.readMs + this.searchMs(bytes));
  }

  /** When a statement that reaches the primary at `atMs` is done; the commit's flush, which needs no worker, is the caller's. */
  write(atMs: number, bytes: number): number {
    this.cleanUpUntil(atMs);
    const busyMs = this.settings.writeMs + this.searchMs(bytes);
    return this.stations[this.primary]!.serve(Math.max(atMs, this.writesWaitUntilMs), busyMs);
  }

  /** When a statement about many sessions that keeps a worker for `rowsMs` more is done. */
  batch(atMs: number, rowsMs: number): number {
    this.cleanUpUntil(atMs);
    const busyMs = this.settings.writeMs + rowsMs;
    return this.stations[this.primary]!.serve(Math.max(atMs, this.writesWaitUntilMs), busyMs);
  }

  /** A session that nobody will use again leaves its row, which expires at `atMs`; null: it is deleted at once. */
  leave(atMs: number | null): void {
    const { cleanupIntervalMs } = this.settings;
    if (atMs === null) {
      this.rows--;
    } else if (cleanupIntervalMs !== null) {
      const cleanup = Math.max(this.cleanups + 1, Math.ceil(atMs / cleanupIntervalMs));
      this.expiring.set(cleanup, (this.expiring.get(cleanup) ?? 0) + 1);
    }
  }

  /** All rows are gone. */
  truncate(): void {
    this.rows = 0;
    this.expiring.clear();
  }

  private searchMs(bytes: number): number {
    const { indexed, levelMs, perRowMs, perKibMs } = this.settings;
    const search = indexed ? levelMs * (32 - Math.clz32(this.rows)) : perRowMs * this.rows;
    return search + (bytes / 1024) * perKibMs;
  }

  private cleanUpUntil(nowMs: number): void {
    const { cleanupIntervalMs, indexed, perRowMs, writeMs } = this.settings;
    if (cleanupIntervalMs === null) return;
    while ((this.cleanups + 1) * cleanupIntervalMs <= nowMs) {
      const atMs = ++this.cleanups * cleanupIntervalMs;
      const expired = this.expiring.get(this.cleanups) ?? 0;
      this.expiring.delete(this.cleanups);
      if (atMs < this.cleanupDoneMs) {
        // The last one is still at it; the next one finds them.
        if (expired > 0) this.expiring.set(this.cleanups + 1, expired + (this.expiring.get(this.cleanups + 1) ?? 0));
        continue;
      }
      const deleted = Math.min(this.rows, expired);
      const busyMs = (indexed ? 0 : perRowMs * this.rows) + deleted * writeMs;
      this.cleanupDoneMs = this.stations[this.primary]!.serve(atMs, busyMs);
      if (!indexed) this.writesWaitUntilMs = this.cleanupDoneMs;
      this.rows -= deleted;
    }
  }
}
