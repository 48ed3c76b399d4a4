import { Word64 } from "../engine/word64.ts";
import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";
import { RequestHash } from "./envoy-request-hash.ts";
import { type HashKeyOptions, hashKeyKnobs } from "./hash-key.ts";

const state = new Word64();

/** The bucket, 0 … buckets - 1, of a 64-bit key whose halves are unsigned. O(log buckets). */
export function jump(high: number, low: number, buckets: number): number {
  state.set(high, low);
  let bucket = -1;
  let next = 0;
  while (next < buckets) {
    bucket = next;
    state.multiply(0x27bb2ee6, 0x87b0b0fd).add(0, 1);
    next = Math.floor((bucket + 1) * (0x8000_0000 / ((state.high >>> 1) + 1)));
  }
  return bucket;
}

/** Rehashes before the servers are taken in turn: each misses one server of several with probability 1/2 at most. */
const MOST_REHASHES = 64;

/**
 * Lamping and Veach's jump hash over the listed servers, in the order of the fleet. One that is down keeps its bucket, so
 * that only its own keys move: they are hashed again, by the key's next state, until they meet a server that may have them.
 */
class JumpHash extends Algorithm {
  private readonly context: BalancingContext;
  private readonly hash: RequestHash;
  private readonly listed: Int32Array;
  private listedCount = 0;
  private version = -1;

  constructor(context: BalancingContext, options: HashKeyOptions) {
    super();
    this.context = context;
    this.hash = new RequestHash(options, context);
    this.listed = new Int32Array(context.fleet.count);
  }

  pick(request: number, avoid: number): number {
    const { fleet } = this.context;
    if (this.version !== fleet.version) this.relist();
    this.hash.read(request);
    let { high, low } = this.hash;
    for (let rehash = 0; rehash < MOST_REHASHES; rehash++) {
      const server = this.listed[jump(high, low, this.listedCount)]!;
      if (fleet.isEligible[server] === 1 && isOpen(fleet, server, avoid)) return server;
      high = state.high >>> 0;
      low = state.low >>> 0;
    }
    return firstOpen(fleet, avoid);
  }

  private relist(): void {
    const { fleet } = this.context;
    this.version = fleet.version;
    this.listedCount = 0;
    for (let server = 0; server < fleet.count; server++) {
      if (fleet.isListed[server] === 1) this.listed[this.listedCount++] = server;
    }
  }
}

export const jumpHash = defineBalancing({
  name: "jump-hash",
  aliases: ["jump-consistent-hash", "jch"],
  summary: "Hashes a key to one of n numbered servers without any table; adding the last one moves only what it gets.",
  whenToUse: "Shards that are numbered and only ever added or removed at the end.",
  products: "Google; ClickHouse, Vitess and others for shards.",
  cost: "O(log n); O(n) when the fleet changes",
  decides: {
    signal: null,
    rule: "the bucket to which the key jumps last before n",
    tieBreak: "down, refused or barred there: the key is hashed again",
  },
  knownFlaw: "Knows no weights; taking a server out of the middle renumbers those after it.",
  source:
    "Lamping and Veach, “A Fast, Minimal Memory, Consistent Hash Algorithm”, 2014. Hashing again when down is ours.",
  knobs: hashKeyKnobs("source"),
  create: (knobs, context) => new JumpHash(context, knobs),
});
