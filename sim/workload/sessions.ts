/**
 * Users' visits, one slot each, in columns. Slots are recycled, so that memory follows the number of visits under way.
 *
 * A visit is a user's script: so many requests with think times between. What the user is owed, the session, lives
 * within it: it is born at the first answer, and when it is lost the user may log in again and go on with the script in
 * a new session. The script never depends on what the cluster does.
 */

import { grown } from "../engine/grown.ts";

/** Parts that keep data per session hold columns of their own and are told when there is room for more. */
export interface SessionColumns {
  grow(capacity: number): void;
}

const INITIAL_CAPACITY = 64;
const GROWTH = 1.5;
/** Beyond this many, growth in smaller steps wastes less. */
const LARGE = 100_000;
const GROWTH_WHEN_LARGE = 1.15;

/** Bits of `flags`. */
export const RETURNS_COOKIES = 1;
export const IS_MOBILE = 2;
/** Begun because the session before was lost or had timed out. */
export const IS_RELOGIN = 4;
/** The user gives up at the next page. */
export const IS_LEAVING = 8;
/** The client's address has changed since the last answer. */
export const HAS_NEW_ADDRESS = 16;
/** The server that answered last got the request because another had refused it. */
export const IS_DISPLACED = 32;
/** `address` has been worked out. */
export const KNOWS_ADDRESS = 64;
/** The session has had its first answer, and lives. */
export const IS_BORN = 128;

/**
 * What every request touches stands together, eight integers a visit: field f of slot s is at `ints[s * INTS + f]`. One
 * cache line, and one array whose place and length are looked up, instead of one for each field.
 */
export const INTS = 8;
/** Number of the visit within the run in two words, the same under every strategy: the entity of its draws. */
export const VISIT_LOW = 0;
export const VISIT_HIGH = 1;
/** Requests issued so far, and in all. The first also links the free slots. */
export const ISSUED = 2;
export const PLANNED = 3;
/**
 * Writes that the newest copy of the session contains, at most `MOST_WRITES`; from bit 24 on how many of them no answer
 * has told the user of yet. The rest is what the user is owed.
 */
export const WRITES = 4;
export const MOST_WRITES = 0xffffff;
export const UNTOLD_SHIFT = 24;
/** More than these at once are taken for told. */
export const MOST_UNTOLD = 127;
/** Numbers of ids fit into seven bits of a request's flags. */
export const MOST_IDS = 127;
/** The server that answered last, or -1. */
export const SERVER = 5;
/** The client's present address, 32 bits; to be asked of `Users`, who work it out. */
export const ADDRESS = 6;
/** The bits above; from bit 8 on the population; from bit 16 on the requests still to come in the transaction under way. */
export const META = 7;
const POPULATION_SHIFT = 8;
const POPULATION_MASK = 255;
const TRANSACTION_SHIFT = 16;
const NOT_TRANSACTION = 0xffff;

export class Sessions {
  ints = new Int32Array(INITIAL_CAPACITY * INTS);
  /** Time of the session's first answer, while it is born. */
  bornAtMs = new Float64Array(INITIAL_CAPACITY);
  /** Time of the last answer, as the servers know it: idle limits count from here, and only they need it. */
  usedAtMs = new Float64Array(0);

  /**
   * Numbers of session ids, where anybody wants to know; see `trackIds`. The last one that the application has made, and the
   * last one that an answer has brought the client; 0 for none, and 1 again after `MOST_IDS`.
   */
  idsGiven = new Uint8Array(0);
  idsHeld = new Uint8Array(0);

  capacity = INITIAL_CAPACITY;
  tracksIds = false;
  /** Visits under way. */
  open = 0;
  private readonly tracksUse: boolean;
  private used = 0;
  private free = -1;
  private readonly columns: SessionColumns[] = [];

  constructor(tracksUse: boolean) {
    this.tracksUse = tracksUse;
    if (tracksUse) this.usedAtMs = new Float64Array(INITIAL_CAPACITY);
  }

  /** From now on ids are kept. */
  trackIds(): void {
    if (this.tracksIds) return;
    this.tracksIds = true;
    this.idsGiven = new Uint8Array(this.capacity);
    this.idsHeld = new Uint8Array(this.capacity);
  }

  /** The application makes another id for the visit: its number. */
  giveId(slot: number): number {
    this.idsGiven[slot] = (this.idsGiven[slot]! % MOST_IDS) + 1;
    return this.idsGiven[slot]!;
  }

  /** A new client, with no id. */
  forgetIds(slot: number): void {
    this.idsGiven[slot] = 0;
    this.idsHeld[slot] = 0;
  }

  /** Registers columns of another part; they are sized at once. */
  attach(columns: SessionColumns): void {
    this.columns.push(columns);
    columns.grow(this.capacity);
  }

  /** Number of the visit within the run, below 2^53. */
  visitOf(slot: number): number {
    return this.ints[slot * INTS + VISIT_HIGH]! * 4_294_967_296 + this.numberOf(slot);
  }

  /** Number of the visit within its population, below 2^32. */
  numberOf(slot: number): number {
    return this.ints[slot * INTS + VISIT_LOW]! >>> 0;
  }

  populationOf(slot: number): number {
    return (this.ints[slot * INTS + META]! >>> POPULATION_SHIFT) & POPULATION_MASK;
  }

  /** Puts population and flags in place, and the visit in no transaction. */
  mark(slot: number, population: number, flags: number): void {
    this.ints[slot * INTS + META] = flags | (population << POPULATION_SHIFT);
  }

  /** Writes that the newest copy of the session contains. */
  writesOf(slot: number): number {
    return this.ints[slot * INTS + WRITES]! & MOST_WRITES;
  }

  /** Acknowledged writes that the user is owed. */
  owedOf(slot: number): number {
    const entry = this.ints[slot * INTS + WRITES]!;
    return (entry & MOST_WRITES) - (entry >>> UNTOLD_SHIFT);
  }

  /** Requests still to come in the transaction under way; 0 outside one. */
  transactionLeftOf(slot: number): number {
    return this.ints[slot * INTS + META]! >>> TRANSACTION_SHIFT;
  }

  /** At most 65,535. */
  setTransactionLeft(slot: number, requests: number): void {
    const at = slot * INTS + META;
    this.ints[at] = (this.ints[at]! & NOT_TRANSACTION) | (requests << TRANSACTION_SHIFT);
  }

  /** A free slot, with nothing in it yet. */
  take(): number {
    this.open++;
    const slot = this.free;
    if (slot >= 0) {
      this.free = this.ints[slot * INTS + ISSUED]!;
      return slot;
    }
    if (this.used === this.capacity) this.grow();
    return this.used++;
  }

  release(slot: number): void {
    this.open--;
    this.ints[slot * INTS + ISSUED] = this.free;
    this.free = slot;
  }

  /** Makes room for `capacity` visits. What is not used is never touched, and so takes no memory. */
  reserve(capacity: number): void {
    if (capacity > this.capacity) this.resize(capacity);
  }

  private grow(): void {
    this.resize(Math.floor(this.capacity * (this.capacity < LARGE ? GROWTH : GROWTH_WHEN_LARGE)));
  }

  private resize(capacity: number): void {
    this.ints = grown(this.ints, new Int32Array(capacity * INTS));
    this.bornAtMs = grown(this.bornAtMs, new Float64Array(capacity));
    if (this.tracksIds) {
      this.idsGiven = grown(this.idsGiven, new Uint8Array(capacity));
      this.idsHeld = grown(this.idsHeld, new Uint8Array(capacity));
    }
    if (this.tracksUse) this.usedAtMs = grown(this.usedAtMs, new Float64Array(capacity));
    this.capacity = capacity;
    for (const columns of this.columns) columns.grow(capacity);
  }
}
