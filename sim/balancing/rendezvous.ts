import { fnv1a32 } from "../engine/fnv.ts";
import { xxh64 } from "../engine/xxh64.ts";
import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { isOpen } from "./candidates.ts";
import { HashKey, type HashKeyOptions, hashKeyKnobs } from "./hash-key.ts";

interface Options extends HashKeyOptions {
  readonly hash: string;
  readonly keyFirst: boolean;
}

const utf8 = new TextEncoder();

/**
 * Highest random weight: each server's score for a key is a hash of both together, and the highest wins. Nobody's score
 * depends on another, so that a server that goes moves its own keys only, evenly over the rest.
 *
 * Thaler and Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM ToN 6(1), 1998. Texts and hashes are
 * Caddy's: the key and the server's address, hashed as one text.
 */
class Rendezvous extends Algorithm {
  private decisions = 0;
  private readonly context: BalancingContext;
  private readonly options: Options;
  private readonly key: HashKey;
  private readonly addresses: readonly Uint8Array[];
  /** FNV-1a of each address, from which it goes on with the key. */
  private readonly addressHash: Uint32Array;
  private text = new Uint8Array(64);

  constructor(context: BalancingContext, options: Options) {
    super();
    this.context = context;
    this.options = options;
    this.key = new HashKey(options, context.requests);
    this.addresses = context.fleet.identity.map(({ host, port }) => utf8.encode(`${host}:${port}`));
    this.addressHash = Uint32Array.from(this.addresses, (address) => fnv1a32(address));
  }

  pick(request: number, avoid: number): number {
    const { fleet } = this.context;
    const key = this.key.textOf(request);
    if (key === null || key === "") return this.drawn(avoid);
    const bytes = utf8.encode(key);
    let best = -1;
    let bestScore = -1;
    for (let i = 0; i < fleet.eligibleCount; i++) {
      const server = fleet.eligible[i]!;
      if (!isOpen(fleet, server, avoid)) continue;
      const score = this.scoreOf(bytes, server);
      if (score <= bestScore) continue;
      best = server;
      bestScore = score;
    }
    return best < 0 && avoid >= 0 && isOpen(fleet, avoid, -1) && fleet.isEligible[avoid] === 1 ? avoid : best;
  }

  /** Of 64 bits the upper 53: equal ones would be one pair of servers in 2^53. */
  private scoreOf(key: Uint8Array, server: number): number {
    const address = this.addresses[server]!;
    const { hash, keyFirst } = this.options;
    if (hash === "fnv1a-32") return keyFirst ? fnv1a32(address, fnv1a32(key)) : fnv1a32(key, this.addressHash[server]!);
    const [first, second] = keyFirst ? [key, address] : [address, key];
    const length = first.length + second.length;
    if (this.text.length < length) this.text = new Uint8Array(2 * length);
    this.text.set(first);
    this.text.set(second, first.length);
    const { high, low } = xxh64(this.text.subarray(0, length));
    return high * 0x20_0000 + (low >>> 11);
  }

  /** A request without a key goes to one at random: every further candidate takes the place with probability 1 / so many. */
  private drawn(avoid: number): number {
    const { fleet, draws } = this.context;
    draws.at(0, this.decisions++);
    let chosen = -1;
    for (let i = 0, open = 0; i < fleet.eligibleCount; i++) {
      const server = fleet.eligible[i]!;
      if (isOpen(fleet, server, avoid) && draws.below(++open) === 0) chosen = server;
    }
    return chosen < 0 && avoid >= 0 && isOpen(fleet, avoid, -1) && fleet.isEligible[avoid] === 1 ? avoid : chosen;
  }

  override signalOf(server: number, request: number): number | null {
    const key = this.key.textOf(request);
    return key === null || key === "" ? null : this.scoreOf(utf8.encode(key), server);
  }
}

export const rendezvous = defineBalancing({
  name: "rendezvous",
  aliases: ["hrw", "highest-random-weight"],
  summary: "For each key the server whose hash together with it is highest.",
  whenToUse:
    "Stickiness or caches by key in a small fleet that changes: no table, no state, exactly the keys of one move.",
  products: "Caddy `ip_hash`, `uri_hash`, `header`.",
  cost: "O(n)",
  decides: {
    signal: "hash of key and address",
    rule: "the largest",
    best: "largest",
    tieBreak: "the first in the order of the fleet; requests without a key go to one at random",
  },
  knownFlaw: "Every decision hashes every server; weights count for nothing.",
  source: "Caddy 2.6.2 selectionpolicies.go; Thaler and Ravishankar 1998.",
  knobs: {
    ...hashKeyKnobs("uri"),
    uriWhole: { unit: "flag", default: true, summary: "The query counts too." },
    hash: {
      unit: "choice",
      choices: ["fnv1a-32", "xxh64"],
      default: "xxh64",
      summary:
        "Caddy's is XXH64 since 2.8; FNV-1a before, which is several times as fast here and spreads like keys less evenly.",
    },
    keyFirst: {
      unit: "flag",
      default: false,
      summary:
        "The key stands before the address (Caddy before 2.6.3): with FNV-1a addresses that differ in their last digits stay close.",
    },
  },
  create: (options, context) => new Rendezvous(context, options),
});
