import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen } from "./candidates.ts";
import { RequestHash } from "./envoy-request-hash.ts";
import { type HashKeyOptions, hashKeyKnobs } from "./hash-key.ts";
import { moduloOf } from "./maglev-table.ts";

/** A hash of the flow modulo the number of eligible servers; one that may not have the request passes it on to the next. */
class FlowHash extends Algorithm {
  private readonly context: BalancingContext;
  private readonly hash: RequestHash;

  constructor(context: BalancingContext, options: HashKeyOptions) {
    super();
    this.context = context;
    this.hash = new RequestHash(options, context);
  }

  pick(request: number, avoid: number): number {
    const { fleet } = this.context;
    this.hash.read(request);
    return firstOpen(fleet, avoid, moduloOf(this.hash.high, this.hash.low, fleet.eligibleCount));
  }
}

export const flowHash = defineBalancing({
  name: "flow-hash",
  aliases: ["azure-distribution-mode", "nlb-flow-hash", "SourceIPProtocol"],
  summary: "A hash of the connection's addresses, ports and protocol, modulo the number of servers.",
  whenToUse: "To see what a cloud's layer 4 balancer does: 5-tuple without stickiness, 3-tuple or 2-tuple with it.",
  products: "Azure Load Balancer, AWS Network Load Balancer.",
  cost: "O(1)",
  decides: {
    signal: null,
    rule: "the eligible server at the hash modulo their number",
    tieBreak: "refused or barred there: the next in the order of the fleet",
  },
  knownFlaw: "When n servers become n + 1, all but 1 in n + 1 flows move; weights are not known.",
  source:
    "Azure “Load Balancer distribution modes”, AWS “Network Load Balancer” guides; their hash functions are not public, ours is XXH64.",
  knobs: hashKeyKnobs("5-tuple"),
  create: (knobs, context) => new FlowHash(context, knobs),
});
