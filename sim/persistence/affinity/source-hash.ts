import { avalanche } from "../../engine/hash.ts";
import type { Cause } from "../../metrics/causes.ts";
import { bindingKnobs, bindingRules } from "./binding-rules.ts";
import { AddressKey, type Key, prefixKnob } from "./key.ts";
import { hashKnobs, KeyHash } from "./key-hash.ts";
import { type AffinityContext, defineAffinity, usualRules } from "./mechanism.ts";

/** Address and port, as a 5-tuple hash has them: a key of the connection, and every request of ours has one of its own. */
class ConnectionKey implements Key {
  readonly isShared = false;
  private readonly context: AffinityContext;
  private readonly address: AddressKey;

  constructor(context: AffinityContext, address: AddressKey) {
    this.context = context;
    this.address = address;
  }

  of(request: number): number {
    return avalanche(avalanche(this.address.of(request)) + this.context.requests.portOf(request));
  }

  learnedFrom(request: number): number {
    return this.of(request);
  }

  whyMissed(request: number): Cause {
    return this.address.whyMissed(request) ?? "no-affinity";
  }
}

/** A hash names none but eligible servers, so that nobody is bound to one that drains or is down. */
const { strictness, boundedWaitMs } = bindingKnobs();

export const sourceHash = defineAffinity({
  name: "source-hash",
  aliases: ["source", "balance source", "SourceIP", "SourceIPProtocol", "CLIENT_IP", "CLIENT_IP_PROTO"],
  summary: "A hash of the client's address names the server.",
  whenToUse: "Clients without cookies, a fleet that seldom changes.",
  knownFlaw:
    "A server that leaves and comes back moves clients twice, with the modulo nearly all of them; clients behind one address share one server.",
  source:
    "HAProxy 2.6 lb_map.c and lb_chash.c, balance source; nginx 1.22 ngx_http_upstream_ip_hash_module.c; Azure Load Balancer distribution modes; Envoy ring_hash_lb.cc and maglev_lb.cc (Istio consistentHash useSourceIp); Google Cloud BackendService sessionAffinity. The clouds' hash functions are not public.",
  knobs: {
    key: {
      unit: "choice",
      choices: ["address", "address-and-port"],
      default: "address",
      summary:
        "The client's address: 2-tuple, 3-tuple and address alone are one here, with one front and one protocol (Azure SourceIP, SourceIPProtocol, Google CLIENT_IP…); or with its port (5-tuple: Azure Default, Google CLIENT_IP_PORT_PROTO).",
    },
    prefixBits: prefixKnob,
    ...hashKnobs("map-based"),
    strictness,
    boundedWaitMs,
  },
  create: (knobs, context) => {
    const address = new AddressKey(context, knobs.prefixBits);
    const key = knobs.key === "address" ? address : new ConnectionKey(context, address);
    return new KeyHash(
      context,
      key,
      { ...knobs, octets: Math.ceil(knobs.prefixBits / 8) },
      bindingRules({ ...usualRules, ...knobs }),
    );
  },
});
