/** Sessions whose users went without a logout: they live on until their limit, and nobody comes to ask for them. */
import { grown } from "../engine/grown.ts";
import type { Kernel } from "../engine/kernel.ts";
import type { Cleanup } from "../persistence/lifecycle/cleanup.ts";
import type { SessionColumns, Sessions } from "../workload/sessions.ts";
import type { Accounts } from "./accounts.ts";
import * as event from "./events.ts";

export class LeftBehind implements SessionColumns {
  private readonly kernel: Kernel;
  private readonly accounts: Accounts;
  private readonly cleanup: Cleanup | null;
  /** By slot: whether the slot is kept for the session alone. */
  private isKept = new Uint8Array(0);
  /** Those that are due and wait for a scan. */
  private due: number[] = [];

  constructor(kernel: Kernel, sessions: Sessions, accounts: Accounts, cleanup: Cleanup | null) {
    this.kernel = kernel;
    this.accounts = accounts;
    this.cleanup = cleanup;
    sessions.attach(this);
  }

  grow(capacity: number): void {
    this.isKept = grown(this.isKept, new Uint8Array(capacity));
  }

  /** The visit is over, the session is not. Its slot is not to be given back before `lapses` says so. */
  leave(session: number): void {
    this.isKept[session] = 1;
    const dueMs = Math.max(this.kernel.nowMs, this.accounts.dueMs(session));
    // Without a limit it lives on to the end of the run.
    if (dueMs < Infinity) this.kernel.schedule(dueMs, event.SESSION_DUE, session, 0);
  }

  keeps(session: number): boolean {
    return this.isKept[session] === 1;
  }

  /** The session has reached its limit, or a scan finds that it has. True when it is gone now. */
  lapses(session: number): boolean {
    const { nowMs } = this.kernel;
    if (this.cleanup !== null && !this.cleanup.hasTaken(this.accounts.dueMs(session), nowMs)) {
      const atMs = this.cleanup.takesAtMs(nowMs);
      if (atMs < Infinity) this.kernel.schedule(atMs, event.SESSION_DUE, session, 0);
      else this.due.push(session);
      return false;
    }
    this.isKept[session] = 0;
    this.accounts.lapse(session);
    return true;
  }

  /** Those that waited for the scan that is made now. */
  takeDue(): readonly number[] {
    const { due } = this;
    this.due = [];
    return due;
  }
}
