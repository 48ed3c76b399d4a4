import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";

/** What a client that has no copy of a file has. */
export const NOT_CACHED = -1;

/**
 * What each client of a file system has cached of each file: its contents, and since when and for how long it trusts
 * them. A file that is looked at again and has not changed is trusted twice as long as before, up to a maximum; one that has,
 * or that the client wrote, for the minimum (Linux NFS, acregmin and acregmax). Takes four bytes for every pair of a file
 * and a client, and sixteen more where attributes are trusted at all.
 */
export class AttributeCache implements SessionColumns {
  private readonly clients: number;
  private readonly minimumMs: number;
  private readonly maximumMs: number;
  private contains = new Int32Array(0);
  private checkedAtMs = new Float64Array(0);
  private trustMs = new Float64Array(0);

  /** A maximum of 0: nothing is ever trusted. */
  constructor(clients: number, { minimumMs, maximumMs }: { readonly minimumMs: number; readonly maximumMs: number }) {
    this.clients = clients;
    this.minimumMs = Math.min(minimumMs, maximumMs);
    this.maximumMs = maximumMs;
  }

  grow(capacity: number): void {
    const before = this.contains.length;
    const pairs = capacity * this.clients;
    this.contains = grown(this.contains, new Int32Array(pairs));
    this.contains.fill(NOT_CACHED, before);
    if (this.maximumMs === 0) return;
    this.checkedAtMs = grown(this.checkedAtMs, new Float64Array(pairs));
    this.trustMs = grown(this.trustMs, new Float64Array(pairs));
  }

  containsOf(file: number, client: number): number {
    return this.contains[file * this.clients + client]!;
  }

  /** True when the client uses what it has without asking. */
  trusts(file: number, client: number, nowMs: number): boolean {
    if (this.maximumMs === 0) return false;
    const at = file * this.clients + client;
    return this.contains[at] !== NOT_CACHED && nowMs - this.checkedAtMs[at]! < this.trustMs[at]!;
  }

  /** The client has asked, and knows the file as it is now. */
  checked(file: number, client: number, contains: number, nowMs: number): void {
    const at = file * this.clients + client;
    const isUnchanged = this.contains[at] === contains;
    this.contains[at] = contains;
    if (this.maximumMs === 0) return;
    this.checkedAtMs[at] = nowMs;
    this.trustMs[at] = isUnchanged ? Math.min(2 * this.trustMs[at]!, this.maximumMs) : this.minimumMs;
  }

  /** The client has written the file. */
  wrote(file: number, client: number, contains: number, nowMs: number): void {
    this.contains[file * this.clients + client] = NOT_CACHED;
    this.checked(file, client, contains, nowMs);
  }

  forgetFile(file: number): void {
    this.contains.fill(NOT_CACHED, file * this.clients, (file + 1) * this.clients);
  }

  /** The client starts anew, with nothing in its cache. */
  forgetClient(client: number): void {
    for (let at = client; at < this.contains.length; at += this.clients) this.contains[at] = NOT_CACHED;
  }
}
