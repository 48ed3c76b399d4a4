import { grown } from "../../engine/grown.ts";

/** Replication messages under way, one recycled slot each. */
export class Messages {
  session = new Int32Array(64);
  /** Which tenant of the session's slot it is about. */
  tenancy = new Int32Array(64);
  contains = new Int32Array(64);
  /** Which of the session's writes it is, for those that can overtake one another. */
  order = new Int32Array(64);
  /** The server life that sent it, and the newest that there was then: nobody younger receives it. */
  life = new Int32Array(64);
  newestLife = new Int32Array(64);
  private next = new Int32Array(64);
  private used = 0;
  private free = -1;

  put(session: number, tenancy: number, contains: number, life: number, newestLife = life, order = 0): number {
    let slot = this.free;
    if (slot >= 0) {
      this.free = this.next[slot]!;
    } else {
      if (this.used === this.session.length) this.grow(this.used * 2);
      slot = this.used++;
    }
    this.session[slot] = session;
    this.tenancy[slot] = tenancy;
    this.contains[slot] = contains;
    this.life[slot] = life;
    this.newestLife[slot] = newestLife;
    this.order[slot] = order;
    return slot;
  }

  release(slot: number): void {
    this.next[slot] = this.free;
    this.free = slot;
  }

  private grow(capacity: number): void {
    this.session = grown(this.session, new Int32Array(capacity));
    this.tenancy = grown(this.tenancy, new Int32Array(capacity));
    this.contains = grown(this.contains, new Int32Array(capacity));
    this.order = grown(this.order, new Int32Array(capacity));
    this.life = grown(this.life, new Int32Array(capacity));
    this.newestLife = grown(this.newestLife, new Int32Array(capacity));
    this.next = grown(this.next, new Int32Array(capacity));
  }
}
