import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";
import { HashKey, type HashKeyOptions, hashKeyKnobs } from "./hash-key.ts";
import { varnishKey } from "./varnish-key.ts";

/** Varnish's hash director: the key's hash, scaled to the weights of those in use, laid end to end, falls on one of them. */
class ScaledHash extends Algorithm {
  private readonly context: BalancingContext;
  private readonly key: HashKey;
  /** Where the stretches of the eligible servers end, in their order. */
  private readonly end: Float64Array;
  private version = -1;

  constructor(context: BalancingContext, options: HashKeyOptions) {
    super();
    this.context = context;
    this.key = new HashKey(options, context.requests);
    this.end = new Float64Array(context.fleet.count);
  }

  pick(request: number, avoid: number): number {
    const { fleet } = this.context;
    if (this.version !== fleet.version) this.add();
    const { eligible, eligibleCount } = fleet;
    const value = (varnishKey(this.key.textOf(request) ?? "") / 0x1_0000_0000) * this.end[eligibleCount - 1]!;
    let low = 0;
    let high = eligibleCount - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.end[middle]! > value) high = middle;
      else low = middle + 1;
    }
    return isOpen(fleet, eligible[low]!, avoid) ? eligible[low]! : firstOpen(fleet, avoid, low);
  }

  private add(): void {
    const { fleet } = this.context;
    this.version = fleet.version;
    let end = 0;
    for (let i = 0; i < fleet.eligibleCount; i++) {
      end += fleet.weight[fleet.eligible[i]!]!;
      this.end[i] = end;
    }
  }
}

export const scaledHash = defineBalancing({
  name: "scaled-hash",
  aliases: ["directors.hash"],
  summary: "A hash of the request, as a share of the total weight of the servers in use, names the server.",
  whenToUse: "Stickiness by key in a fleet that never changes.",
  products: "Varnish `directors.hash`.",
  cost: "O(log n); O(n) after a change of the fleet",
  decides: {
    signal: null,
    rule: "the server on whose stretch of the weights in use the hash falls",
    tieBreak: "refused there: the next in the order of the fleet",
  },
  knownFlaw: "Every server that goes or comes shifts the stretches of all: about half of all keys move.",
  source: "Varnish 7.1 vmod_directors_hash.c.",
  knobs: {
    ...hashKeyKnobs("uri"),
    uriWhole: { unit: "flag", default: true, summary: "The query counts too." },
  },
  create: (options, context) => new ScaledHash(context, options),
});
