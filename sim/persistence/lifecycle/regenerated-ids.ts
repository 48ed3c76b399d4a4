import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";

/**
 * Sessions whose id was replaced at the login, as every framework does against session fixation. The data move to the
 * new id; the old one is deleted at once (PHP `session_regenerate_id(true)`, Spring Security `changeSessionId`) or is still
 * good for a while, as PHP's manual asks for. A request that was sent before the answer to the login carries the old one.
 */
export class RegeneratedIds implements SessionColumns {
  private readonly graceMs: number;
  /** Number of the id that the login gave; 0 before it. */
  private id = new Uint8Array(0);
  private atMs = new Float64Array(0);

  constructor(graceMs: number) {
    this.graceMs = graceMs;
  }

  grow(capacity: number): void {
    this.id = grown(this.id, new Uint8Array(capacity));
    this.atMs = grown(this.atMs, new Float64Array(capacity));
  }

  /** The session in this slot has ended, or the slot is new. */
  forget(session: number): void {
    this.id[session] = 0;
  }

  regenerated(session: number, id: number, nowMs: number): void {
    this.id[session] = id;
    this.atMs[session] = nowMs;
  }

  /** Whether `carried`, the number of an id of this session, finds nothing any more. */
  isGone(session: number, carried: number, nowMs: number): boolean {
    const id = this.id[session]!;
    return id !== 0 && carried !== id && nowMs - this.atMs[session]! >= this.graceMs;
  }
}
