import { Word64 } from "../engine/word64.ts";
import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { RequestHash } from "./envoy-request-hash.ts";
import { type HashKeyOptions, hashKeyKnobs } from "./hash-key.ts";

/**
 * Buckets 0 … capacity - 1 of which some work. What worked when a bucket was removed is remembered, so that a key which
 * falls on it is hashed again among those and among no others.
 */
export class Anchor {
  private readonly capacity: number;
  /** 0 for a working bucket, else how many were left working when it was removed. */
  private readonly leftWhenRemoved: Int32Array;
  /** Who took the removed bucket's place, and the arrays that find it: the paper's K, W and L. */
  private readonly successor: Int32Array;
  private readonly working: Int32Array;
  private readonly placeOf: Int32Array;
  private readonly removed: Int32Array;
  private workingCount = 0;
  private readonly word = new Word64();

  /** An anchor in which nothing works yet; buckets are added from 0 on. */
  constructor(capacity: number) {
    const places = Int32Array.from({ length: capacity }, (_, place) => place);
    this.capacity = capacity;
    this.leftWhenRemoved = places.slice();
    this.successor = places.slice();
    this.working = places.slice();
    this.placeOf = places.slice();
    this.removed = places.reverse();
  }

  get count(): number {
    return this.workingCount;
  }

  /** Puts the bucket that was removed last back to work, and returns it. */
  add(): number {
    const bucket = this.removed[this.capacity - this.workingCount - 1]!;
    const moved = this.working[this.workingCount]!;
    this.leftWhenRemoved[bucket] = 0;
    this.placeOf[moved] = this.workingCount;
    this.successor[bucket] = bucket;
    this.working[this.placeOf[bucket]!] = bucket;
    this.workingCount++;
    return bucket;
  }

  remove(bucket: number): void {
    this.workingCount--;
    this.removed[this.capacity - this.workingCount - 1] = bucket;
    const moved = this.working[this.workingCount]!;
    this.leftWhenRemoved[bucket] = this.workingCount;
    this.working[this.placeOf[bucket]!] = moved;
    this.successor[bucket] = moved;
    this.placeOf[moved] = this.placeOf[bucket]!;
  }

  /** The working bucket of a key; at least one works. O(1 + ln(capacity / working)) on average. */
  find(high: number, low: number): number {
    const { leftWhenRemoved, successor } = this;
    let bucket = this.hashed(high, low, this.capacity, this.capacity);
    while (leftWhenRemoved[bucket]! > 0) {
      const left = leftWhenRemoved[bucket]!;
      let next = this.hashed(high, low, bucket, left);
      while (leftWhenRemoved[next]! >= left) next = successor[next]!;
      bucket = next;
    }
    return bucket;
  }

  /** One of a family of hashes, to 0 … below - 1: SplitMix64's finaliser over the key and the family's number. */
  private hashed(high: number, low: number, family: number, below: number): number {
    const word = this.word.set(high, low).add(Math.imul(family, 0x9e3779b9), Math.imul(family, 0x85ebca6b));
    word.mixRight(30).multiply(0xbf58476d, 0x1ce4e5b9).mixRight(27).multiply(0x94d049bb, 0x133111eb).mixRight(31);
    return Math.floor((word.high >>> 0) * 2.3283064365386963e-10 * below);
  }
}

/** Each eligible server has a bucket; one that comes back takes the bucket that was removed last. */
class AnchorHash extends Algorithm {
  private readonly context: BalancingContext;
  private readonly hash: RequestHash;
  private readonly anchor: Anchor;
  private readonly bucketOf: Int32Array;
  private readonly serverOf: Int32Array;
  /** Buckets taken out for the length of one decision. */
  private readonly closed: Int32Array;

  constructor(context: BalancingContext, options: HashKeyOptions & { readonly capacity: number | null }) {
    super();
    const { count } = context.fleet;
    const capacity = Math.max(count, options.capacity ?? 2 * count);
    this.context = context;
    this.hash = new RequestHash(options, context);
    this.anchor = new Anchor(capacity);
    this.bucketOf = new Int32Array(count).fill(-1);
    this.serverOf = new Int32Array(capacity).fill(-1);
    this.closed = new Int32Array(count);
  }

  /** A server that may not have the request is taken out, as if it were down, and put back afterwards, last one first. */
  pick(request: number, avoid: number): number {
    const { fleet } = this.context;
    const { anchor, closed } = this;
    this.hash.read(request);
    let found = -1;
    let closedCount = 0;
    let avoided = false;
    while (found < 0 && anchor.count > 0) {
      const bucket = anchor.find(this.hash.high, this.hash.low);
      const server = this.serverOf[bucket]!;
      const isBarred = fleet.barredCount > 0 && fleet.isBarred[server] === 1;
      if (server !== avoid && !isBarred) found = server;
      else {
        avoided ||= server === avoid && !isBarred;
        anchor.remove(bucket);
        closed[closedCount++] = bucket;
      }
    }
    while (closedCount-- > 0) anchor.add();
    return found < 0 && avoided ? avoid : found;
  }

  override changed(server: number): void {
    const isIn = this.bucketOf[server]! >= 0;
    const isEligible = this.context.fleet.isEligible[server] === 1;
    if (isIn && !isEligible) {
      this.anchor.remove(this.bucketOf[server]!);
      this.bucketOf[server] = -1;
    } else if (!isIn && isEligible) {
      const bucket = this.anchor.add();
      this.bucketOf[server] = bucket;
      this.serverOf[bucket] = server;
    }
  }
}

export const anchorHash = defineBalancing({
  name: "anchor-hash",
  aliases: ["AnchorHash"],
  summary: "A hash that is perfectly even and moves only the keys it must, in tables of four numbers for each server.",
  whenToUse: "Many balancers without shared state, servers that fail and return in any order.",
  products: "VMware and research balancers.",
  cost: "O(1 + ln(capacity / n)) on average; O(1) to add or remove",
  decides: {
    signal: null,
    rule: "the working bucket at the end of a chain of hashes, each among those that worked when the last was removed",
    tieBreak: "refused or barred servers are taken out for the decision",
  },
  knownFlaw:
    "Knows no weights; who returns gets the place of the last to leave, so balancers must see the same order of events.",
  source:
    "Mendelson, Vargaftik, Barabash, Lorenz, Keslassy and Orda, “AnchorHash: A Scalable Consistent Hash”, IEEE/ACM ToN 29(2), 2021.",
  knobs: {
    ...hashKeyKnobs("source"),
    capacity: {
      unit: "count",
      default: null,
      minimum: 1,
      maximum: 10_000_000,
      summary: "Buckets there is room for; twice the servers when absent, and never fewer than those.",
    },
  },
  create: (knobs, context) => new AnchorHash(context, knobs),
});
