import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";

/** What a server that has no copy has. */
export const NO_COPY = -1;

const PAIR = 2;

/**
 * What each server's copy of each session contains, in acknowledged writes, and which of the session's writes made it,
 * counted in the order in which they were made: of two copies the one with the later write is the newer one, whatever they
 * contain. Takes eight bytes for every pair of a session and a server: fit for state that is on every server, where those
 * copies themselves cost far more.
 */
export class CopiesByServer implements SessionColumns {
  private readonly servers: number;
  private pairs = new Int32Array(0);

  constructor(servers: number) {
    this.servers = servers;
  }

  grow(capacity: number): void {
    const before = this.pairs.length;
    this.pairs = grown(this.pairs, new Int32Array(PAIR * capacity * this.servers));
    this.pairs.fill(NO_COPY, before);
  }

  containsOf(session: number, server: number): number {
    return this.pairs[PAIR * (session * this.servers + server)]!;
  }

  orderOf(session: number, server: number): number {
    return this.pairs[PAIR * (session * this.servers + server) + 1]!;
  }

  put(session: number, server: number, contains: number, order: number): void {
    const at = PAIR * (session * this.servers + server);
    this.pairs[at] = contains;
    this.pairs[at + 1] = order;
  }

  /** True when any server has a copy. */
  hasAny(session: number): boolean {
    for (let server = 0; server < this.servers; server++) if (this.containsOf(session, server) !== NO_COPY) return true;
    return false;
  }

  forgetSession(session: number): void {
    this.pairs.fill(NO_COPY, PAIR * session * this.servers, PAIR * (session + 1) * this.servers);
  }

  /** The server is gone, with every copy that it had. */
  forgetServer(server: number): void {
    for (let at = PAIR * server; at < this.pairs.length; at += PAIR * this.servers)
      this.pairs.fill(NO_COPY, at, at + PAIR);
  }

  /** The server `to` is given everything that `from` has; what it has that is newer stays. */
  transfer(from: number, to: number): void {
    const { pairs } = this;
    for (let first = 0; first < pairs.length; first += PAIR * this.servers) {
      const source = first + PAIR * from;
      const target = first + PAIR * to;
      if (pairs[source + 1]! > pairs[target + 1]!) pairs.copyWithin(target, source, source + PAIR);
    }
  }
}
