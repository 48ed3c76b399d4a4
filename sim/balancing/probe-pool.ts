/** Prequal's pool of answers to probes, the oldest first, and its rule of hot and cold. */
export class ProbePool {
  count = 0;
  readonly server: Int32Array;
  readonly inSystem: Float64Array;
  readonly latencyMs: Float64Array;
  private readonly receivedAtMs: Float64Array;
  private readonly usesLeft: Float64Array;
  private readonly size: number;

  constructor(size: number) {
    this.size = size;
    this.server = new Int32Array(size);
    this.inSystem = new Float64Array(size);
    this.latencyMs = new Float64Array(size);
    this.receivedAtMs = new Float64Array(size);
    this.usesLeft = new Float64Array(size);
  }

  /** A full pool gives up its oldest answer. */
  add(server: number, inSystem: number, latencyMs: number, nowMs: number, uses: number): void {
    if (this.count === this.size) this.remove(0);
    const at = this.count++;
    this.server[at] = server;
    this.inSystem[at] = inSystem;
    this.latencyMs[at] = latencyMs;
    this.receivedAtMs[at] = nowMs;
    this.usesLeft[at] = uses;
  }

  remove(at: number): void {
    for (const column of [this.server, this.inSystem, this.latencyMs, this.receivedAtMs, this.usesLeft]) {
      column.copyWithin(at, at + 1, this.count);
    }
    this.count--;
  }

  removeOlderThan(atMs: number): void {
    while (this.count > 0 && this.receivedAtMs[0]! < atMs) this.remove(0);
  }

  /** One use of an answer; it goes with its last. */
  use(at: number): void {
    this.usesLeft[at]!--;
    if (this.usesLeft[at]! <= 0) this.remove(at);
  }

  /** A request goes to `server`, whose answers do not know of it. */
  countSent(server: number): void {
    for (let at = 0; at < this.count; at++) if (this.server[at] === server) this.inSystem[at]!++;
  }

  removeServer(server: number): void {
    for (let at = this.count - 1; at >= 0; at--) if (this.server[at] === server) this.remove(at);
  }

  /**
   * Whether answer `a` is better than `b`: cold, of at most `hotAbove` requests, before hot; of two hot ones the one with fewer
   * requests, of two cold ones the one with less latency.
   */
  isBetter(a: number, b: number, hotAbove: number): boolean {
    const isHot = this.inSystem[a]! > hotAbove;
    if (isHot !== this.inSystem[b]! > hotAbove) return !isHot;
    return isHot ? this.inSystem[a]! < this.inSystem[b]! : this.latencyMs[a]! < this.latencyMs[b]!;
  }

  /** The answer than which all others are better; the pool is not empty. */
  worst(hotAbove: number): number {
    let worst = 0;
    for (let at = 1; at < this.count; at++) if (this.isBetter(worst, at, hotAbove)) worst = at;
    return worst;
  }
}

/** A quantile over the last so many values. */
export class RecentQuantile {
  private readonly recent: Float64Array;
  private readonly sorted: Float64Array;
  private seen = 0;

  constructor(size: number) {
    this.recent = new Float64Array(size);
    this.sorted = new Float64Array(size);
  }

  add(value: number): void {
    const { recent, sorted } = this;
    const at = this.seen % recent.length;
    let known = Math.min(this.seen++, recent.length);
    if (known === recent.length) {
      const old = sorted.indexOf(recent[at]!);
      sorted.copyWithin(old, old + 1, known--);
    }
    recent[at] = value;
    let place = known;
    for (; place > 0 && sorted[place - 1]! > value; place--) sorted[place] = sorted[place - 1]!;
    sorted[place] = value;
  }

  /** The smallest value that at least the share `q` of the values does not exceed; infinite while there is none. */
  at(q: number): number {
    const known = Math.min(this.seen, this.recent.length);
    return known === 0 ? Number.POSITIVE_INFINITY : this.sorted[Math.max(0, Math.ceil(q * known) - 1)]!;
  }
}
