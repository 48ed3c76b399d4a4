/**
 * Locks of sessions: a request has its session for itself from before its read to its end, and others of that session
 * wait for it. A lock exists only while somebody holds it; slots are those of the requests.
 *
 * Who shares the reading does not hold the lock, and a writer does not wait for it: as with ASP.NET's read-only pages, it
 * only waits until no writer holds the session.
 */
export interface LockHandler {
  /** The request has what it waited for, and goes on. */
  granted(slot: number): void;
  /** So many ms from now `expired(lock, grant)` is to be called. */
  scheduleLease(lock: number, grant: number): void;
}

const NOBODY = -1;

/** Numbers of grants wrap around far above any lease's life. */
const GRANT_MASK = 0x3fffff;

interface Lock {
  readonly key: number;
  readonly index: number;
  holder: number;
  /** In the order of asking. */
  readonly waiting: number[];
  grant: number;
}

export class SessionLocks {
  private readonly handler: LockHandler;
  private readonly hasLease: boolean;
  /** Those held, by the number of the visit. */
  private readonly held = new Map<number, Lock>();
  private readonly byIndex: (Lock | null)[] = [];
  private readonly freeIndices: number[] = [];
  /** By slot: the lock that the request holds or waits for in line. */
  private readonly lockOf: (Lock | undefined)[] = [];
  private grants = 0;

  constructor(handler: LockHandler, hasLease: boolean) {
    this.handler = handler;
    this.hasLease = hasLease;
  }

  isHeld(key: number): boolean {
    return this.held.has(key);
  }

  /** True when the request holds the lock from now on. */
  take(slot: number, key: number): boolean {
    if (this.held.has(key)) return false;
    const index = this.freeIndices.pop() ?? this.byIndex.length;
    const lock: Lock = { key, index, holder: NOBODY, waiting: [], grant: 0 };
    this.byIndex[index] = lock;
    this.held.set(key, lock);
    this.grantTo(lock, slot);
    return true;
  }

  isWaiting(slot: number): boolean {
    const lock = this.lockOf[slot];
    return lock !== undefined && lock.holder !== slot;
  }

  /** The request stands in line for a lock that is held. */
  wait(slot: number, key: number): void {
    const lock = this.held.get(key)!;
    lock.waiting.push(slot);
    this.lockOf[slot] = lock;
  }

  /** The request is over, alive: it leaves the line, or hands on what it holds. */
  release(slot: number): void {
    const lock = this.lockOf[slot];
    if (lock === undefined) return;
    this.lockOf[slot] = undefined;
    if (lock.holder === slot) this.handOn(lock);
    else leaveLine(lock, slot);
  }

  /** Servers died with these requests. Their locks go too, unless a lease keeps them for as long as it runs. */
  died(slots: readonly number[]): void {
    // Nobody who died may be handed what another of them held.
    for (const slot of slots) {
      const lock = this.lockOf[slot];
      if (lock !== undefined && lock.holder !== slot) this.release(slot);
    }
    for (const slot of slots) {
      const lock = this.lockOf[slot];
      if (lock === undefined) continue;
      this.lockOf[slot] = undefined;
      if (this.hasLease) lock.holder = NOBODY;
      else this.handOn(lock);
    }
  }

  /** The lease of a grant has run out. Whoever held it works on without. */
  expired(index: number, grant: number): void {
    const lock = this.byIndex[index];
    if (lock === undefined || lock === null || lock.grant !== grant) return;
    if (lock.holder !== NOBODY) this.lockOf[lock.holder] = undefined;
    this.handOn(lock);
  }

  private handOn(lock: Lock): void {
    const next = lock.waiting.shift();
    if (next !== undefined) {
      this.grantTo(lock, next);
      this.handler.granted(next);
      return;
    }
    this.held.delete(lock.key);
    this.byIndex[lock.index] = null;
    this.freeIndices.push(lock.index);
  }

  private grantTo(lock: Lock, slot: number): void {
    lock.holder = slot;
    this.lockOf[slot] = lock;
    lock.grant = this.grants = (this.grants + 1) & GRANT_MASK;
    if (this.hasLease) this.handler.scheduleLease(lock.index, lock.grant);
  }
}

function leaveLine(lock: Lock, slot: number): void {
  const at = lock.waiting.indexOf(slot);
  if (at >= 0) lock.waiting.splice(at, 1);
}
