/** What a balancer recognises a client by: read from a request, and learned from its answer. */
import { avalanche } from "../../engine/hash.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { AffinityContext } from "./mechanism.ts";

export interface Key {
  /** Clients may share one, and then rewrite each other's bindings. */
  readonly isShared: boolean;
  /** A whole number, 0 … 2^53 - 1; -1 where the request brings none. */
  of(request: number): number;
  /** What the answer is stored under, -1 for nothing; `isKnown` asks the balancer's table. */
  learnedFrom(request: number, isKnown: (key: number) => boolean): number;
  /** The cause where the client's last answer taught the balancer nothing; absent where that changes nothing. */
  readonly unlearned?: Cause;
  /** Why the request brought no key, or another one than the client's last; null where it brought the same. */
  whyMissed(request: number): Cause | null;
  /** The visit in this slot is over, or a new one begins there. */
  forget?(session: number): void;
}

/** The `k`-th value of a visit, mixed to 53 bits: two of a billion meet with a chance of 10^-7. */
export function keyOf(visit: number, k: number): number {
  const low = avalanche(avalanche((visit | 0) ^ 0x3c6ef372) + k);
  const high = avalanche(low ^ (visit / 4_294_967_296)) & 0x1fffff;
  return high * 4_294_967_296 + low;
}

/** The client's address, or the network that its first `prefixBits` name. */
export class AddressKey implements Key {
  readonly isShared = true;
  private readonly context: AffinityContext;
  private readonly mask: number;

  constructor(context: AffinityContext, prefixBits: number) {
    this.context = context;
    this.mask = prefixBits === 0 ? 0 : -1 << (32 - prefixBits);
  }

  of(request: number): number {
    return (this.context.requests.addressOf(request) & this.mask) >>> 0;
  }

  learnedFrom(request: number): number {
    return this.of(request);
  }

  whyMissed(request: number): Cause | null {
    const { requests } = this.context;
    return requests.addressChanged(requests.sessionOf(request)) ? "address-changed" : null;
  }
}

export const prefixKnob = {
  unit: "count",
  default: 32,
  minimum: 1,
  maximum: 32,
  summary:
    "Leading bits of the address that count: 24 makes a /24 one client (HAProxy ipmask, LVS persistence granularity).",
} as const;
