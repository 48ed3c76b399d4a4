/** A bounded table from client address to server, entries that were used longest ago first to go: one balancer's memory. */

const EMPTY = -1;

export class AddressTable {
  private readonly size: number;
  private readonly mask: number;
  /** Open addressing: places hold entry numbers; a removal shifts the run behind it back, so there are no tombstones. */
  private readonly places: Int32Array;
  private readonly address: Uint32Array;
  private readonly server: Int32Array;
  private readonly usedAtMs: Float64Array;
  private readonly newer: Int32Array;
  private readonly older: Int32Array;
  private newest = EMPTY;
  private oldest = EMPTY;
  private entries = 0;

  constructor(size: number) {
    this.size = size;
    let places = 16;
    while (places < size * 2) places *= 2;
    this.mask = places - 1;
    this.places = new Int32Array(places).fill(EMPTY);
    this.address = new Uint32Array(size);
    this.server = new Int32Array(size);
    this.usedAtMs = new Float64Array(size);
    this.newer = new Int32Array(size);
    this.older = new Int32Array(size);
  }

  /** The entry of `address`, or -1. */
  find(address: number): number {
    return this.places[this.placeOf(address)]!;
  }

  serverOf(entry: number): number {
    return this.server[entry]!;
  }

  usedAt(entry: number): number {
    return this.usedAtMs[entry]!;
  }

  /** Marks the entry as used now. */
  touch(entry: number, nowMs: number): void {
    this.usedAtMs[entry] = nowMs;
    if (this.newest === entry) return;
    this.unlink(entry);
    this.link(entry);
  }

  /** Sets the server of `address`, making room by dropping the entry used longest ago. */
  set(address: number, server: number, nowMs: number): void {
    let entry = this.find(address);
    if (entry === EMPTY) {
      if (this.entries === this.size) {
        entry = this.oldest;
        this.unlink(entry);
        this.vacate(this.placeOf(this.address[entry]!));
      } else {
        entry = this.entries++;
      }
      this.address[entry] = address;
      this.places[this.placeOf(address)] = entry;
      this.link(entry);
    }
    this.server[entry] = server;
    this.touch(entry, nowMs);
  }

  /** The place that holds `address`, or the empty one where it belongs. */
  private placeOf(address: number): number {
    let place = Math.imul(address ^ (address >>> 15), 0x2c1b3c6d);
    place = (place ^ (place >>> 16)) & this.mask;
    for (;;) {
      const entry = this.places[place]!;
      if (entry === EMPTY || this.address[entry] === address >>> 0) return place;
      place = (place + 1) & this.mask;
    }
  }

  private vacate(hole: number): void {
    this.places[hole] = EMPTY;
    for (let place = (hole + 1) & this.mask; this.places[place] !== EMPTY; place = (place + 1) & this.mask) {
      const entry = this.places[place]!;
      this.places[place] = EMPTY;
      this.places[this.placeOf(this.address[entry]!)] = entry;
    }
  }

  private link(entry: number): void {
    this.older[entry] = this.newest;
    this.newer[entry] = EMPTY;
    if (this.newest === EMPTY) this.oldest = entry;
    else this.newer[this.newest] = entry;
    this.newest = entry;
  }

  private unlink(entry: number): void {
    const newer = this.newer[entry]!;
    const older = this.older[entry]!;
    if (newer === EMPTY) this.newest = older;
    else this.older[newer] = older;
    if (older === EMPTY) this.oldest = newer;
    else this.newer[older] = newer;
  }
}
