import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import type { StateContext } from "./backend.ts";

/** Bytes of a message that says no more than that a session was used: its id, a time, and the frame around them. */
const ACCESSED_BYTES = 120;

/**
 * What other servers know of when a session was used last. Every change tells them; a use that changes nothing does only
 * when another server than before answers, or when the last word is older than the idle limit (Tomcat's DeltaManager). A
 * copy is therefore up to one limit behind, and one pause of the user.
 */
export class LastUse implements SessionColumns {
  private readonly context: StateContext;
  private readonly backupIdleLimits: number;
  /** The life that served the session last, and when the others were last told of a use. */
  private servedBy = new Int32Array(0);
  private toldAtMs = new Float64Array(0);

  /** Copies elsewhere go by what they were told, and are dropped after `backupIdleLimits` idle limits. */
  constructor(context: StateContext, backupIdleLimits: number) {
    this.context = context;
    this.backupIdleLimits = backupIdleLimits;
    context.attach(this);
  }

  grow(capacity: number): void {
    this.servedBy = grown(this.servedBy, new Int32Array(capacity));
    this.toldAtMs = grown(this.toldAtMs, new Float64Array(capacity));
  }

  /** True when the server has dropped its copy, taking the session for one that nobody uses. */
  looksOver(session: number, server: number): boolean {
    const { rules, servers, nowMs } = this.context;
    if (rules.idleTimeoutMs === null || this.servedBy[session] === servers.lifeOf(server)) return false;
    return nowMs - this.toldAtMs[session]! > this.backupIdleLimits * rules.idleTimeoutMs;
  }

  changed(session: number, server: number): void {
    this.servedBy[session] = this.context.servers.lifeOf(server);
    this.toldAtMs[session] = this.context.nowMs;
  }

  /** The server has answered a request that changed nothing. */
  unchanged(session: number, server: number): void {
    const { rules, servers, nowMs } = this.context;
    const isOverdue = rules.idleTimeoutMs !== null && nowMs - this.toldAtMs[session]! > rules.idleTimeoutMs;
    if (this.servedBy[session] === servers.lifeOf(server) && !isOverdue) return;
    this.changed(session, server);
    const others = servers.upCount - 1;
    if (others > 0) this.context.countReplication(others, others * ACCESSED_BYTES);
  }

  forget(session: number): void {
    this.servedBy[session] = -1;
  }
}
