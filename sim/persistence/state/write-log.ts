/**
 * A store's writes in the order in which it acknowledged them, for copies that follow behind it: replicas and files.
 * Nobody is told when a write reaches a copy: a follower catches up when somebody asks, and no event is spent on it.
 */
export class WriteLog {
  private atMs = new Float64Array(64);
  private session = new Int32Array(64);
  private tenancy = new Int32Array(64);
  private contains = new Int32Array(64);
  /** Positions count from the first write of the run; a position's place is its remainder. */
  private first = 0;
  end = 0;

  append(atMs: number, session: number, tenancy: number, contains: number): void {
    if (this.end - this.first === this.atMs.length) this.grow();
    const place = this.end++ & (this.atMs.length - 1);
    this.atMs[place] = atMs;
    this.session[place] = session;
    this.tenancy[place] = tenancy;
    this.contains[place] = contains;
  }

  /**
   * Brings `copy` from `position` to the last write that was acknowledged at `untilMs` or before, and says where that is.
   */
  replay(position: number, untilMs: number, copy: Int32Array, tenancy: Int32Array): number {
    const mask = this.atMs.length - 1;
    let at = position;
    for (; at < this.end && this.atMs[at & mask]! <= untilMs; at++) {
      const session = this.session[at & mask]!;
      // A slot's next tenant is another session, of which this write knows nothing.
      if (tenancy[session] === this.tenancy[at & mask]) copy[session] = this.contains[at & mask]!;
    }
    return at;
  }

  /** Nobody will ask for what lies before `position` any more. */
  trim(position: number): void {
    this.first = Math.max(this.first, position);
  }

  private grow(): void {
    const { length } = this.atMs;
    // The ring is unrolled: what lies before the end's place has to stand behind the rest.
    const turn = <T extends Float64Array | Int32Array>(from: T, to: T): T => {
      for (let at = this.first; at < this.end; at++) to[at & (2 * length - 1)] = from[at & (length - 1)]!;
      return to;
    };
    this.atMs = turn(this.atMs, new Float64Array(2 * length));
    this.session = turn(this.session, new Int32Array(2 * length));
    this.tenancy = turn(this.tenancy, new Int32Array(2 * length));
    this.contains = turn(this.contains, new Int32Array(2 * length));
  }
}
