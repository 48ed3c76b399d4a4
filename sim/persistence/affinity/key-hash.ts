/** Balancers that hash a key onto a server: no memory, so nothing to lose and nothing kept when the set of servers changes. */

import type { FleetView } from "../../balancing/algorithm.ts";
import { effectiveWeight } from "../../balancing/effective-weight.ts";
import { HashRing } from "../../balancing/hash-ring.ts";
import { IP_HASH_START, withOctet } from "../../balancing/ip-hash.ts";
import { ringPoints } from "../../balancing/ring-points.ts";
import { WeightLine } from "../../balancing/weight-line.ts";
import { WeightMap } from "../../balancing/weight-map.ts";
import { grown } from "../../engine/grown.ts";
import { avalanche } from "../../engine/hash.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { defaultTables, HashedFleet, type HashedFleetSettings } from "./hashed-fleet.ts";
import type { Key } from "./key.ts";
import { type AffinityContext, type BindingRules, Mechanism, NONE, VALID } from "./mechanism.ts";

/** A hash, unsigned, 32 bits, to a server of a fleet of which at least one is eligible; -1 for the algorithm to choose. */
interface Placement {
  at(hash: number): number;
}

/** HAProxy's ring (`hash-type consistent`), on which the eligible servers have points by weight. */
class Ring implements Placement {
  private readonly view: FleetView;
  private readonly ring: HashRing;
  private version = -1;

  constructor(view: FleetView) {
    this.view = view;
    this.ring = new HashRing(view.identity, ringPoints("id"));
  }

  at(hash: number): number {
    if (this.version !== this.view.version) this.refresh();
    return this.ring.ownerAt(this.ring.nearest(hash));
  }

  private refresh(): void {
    const { view } = this;
    this.version = view.version;
    for (let server = 0; server < view.count; server++) {
      this.ring.set(server, view.isEligible[server] === 1 ? effectiveWeight(view.weight[server]!) : 0);
    }
  }
}

const MISSES = 20;

/**
 * nginx's ip_hash over the leading octets, modulo the weights of all servers that are listed: whoever falls on one that is out of
 * use hashes on, so that a server marked `down` moves its own clients and nobody else's.
 */
class Listed implements Placement {
  private readonly view: FleetView;
  private readonly line: WeightLine;
  private readonly octets: number;

  constructor(view: FleetView, octets: number) {
    this.view = view;
    this.line = new WeightLine(view);
    this.octets = octets;
  }

  at(hash: number): number {
    const { view, line } = this;
    line.refresh();
    let place = IP_HASH_START;
    for (let misses = 0; misses <= MISSES; misses++) {
      for (let octet = 0; octet < this.octets; octet++) {
        place = withOctet(place, (hash >>> (24 - 8 * octet)) & 255);
      }
      const server = line.at(place % line.total);
      if (view.isEligible[server] === 1) return server;
    }
    return -1;
  }
}

/** Envoy's tables at their defaults, with the hash spread over the 64 bits that they are made for. */
class EnvoyTable implements Placement {
  private readonly fleet: HashedFleet;

  constructor(view: FleetView, table: HashedFleetSettings["table"]) {
    this.fleet = new HashedFleet(view, { table, ...defaultTables });
  }

  at(hash: number): number {
    const high = avalanche(hash);
    return this.fleet.at(high >>> 0, avalanche(high) >>> 0);
  }
}

export const HASH_TYPES = ["map-based", "consistent", "listed", "ring", "maglev"] as const;

export const hashKnobs = (hashType: (typeof HASH_TYPES)[number]) =>
  ({
    hashType: {
      unit: "choice",
      choices: HASH_TYPES,
      default: hashType,
      summary:
        "Modulo the weights of the eligible servers (HAProxy map-based), the nearest point on a ring (consistent), modulo all that are listed, those that are down included (nginx ip_hash), or Envoy's ring of 1024 points and its Maglev table (Istio, Google).",
    },
    avalanche: {
      unit: "flag",
      default: false,
      summary: "Mix the key before it is placed, as hash-type … avalanche does.",
    },
  }) as const;

export interface HashOptions {
  readonly hashType: string;
  readonly avalanche: boolean;
  /** Octets of the key that nginx's hash reads. */
  readonly octets: number;
}

function placementOf(view: FleetView, { hashType, octets }: HashOptions): Placement {
  if (hashType === "consistent") return new Ring(view);
  if (hashType === "ring" || hashType === "maglev") return new EnvoyTable(view, hashType);
  return hashType === "listed" ? new Listed(view, octets) : new WeightMap(view);
}

const WORD = 4_294_967_296;

export class KeyHash extends Mechanism implements SessionColumns {
  private readonly context: AffinityContext;
  private readonly key: Key;
  private readonly avalanches: boolean;
  private readonly placements: readonly Placement[];
  /** 1 where the client's last answer was to a request without the key; kept only where there are such. */
  private lacked = new Uint8Array(0);

  constructor(context: AffinityContext, key: Key, options: HashOptions, rules: BindingRules) {
    super(rules);
    this.context = context;
    this.key = key;
    this.avalanches = options.avalanche;
    this.placements = context.views.map((view) => placementOf(view, options));
    if (key.unlearned !== undefined) context.attach(this);
  }

  grow(capacity: number): void {
    this.lacked = grown(this.lacked, new Uint8Array(capacity));
  }

  lookup(request: number, balancer: number): number {
    const key = this.key.of(request);
    this.outcome = NONE;
    if (key < 0 || this.context.views[balancer]!.eligibleCount === 0) return -1;
    const server = this.placements[balancer]!.at(this.hashOf(key));
    if (server >= 0) this.outcome = VALID;
    return server;
  }

  /** An address is placed as it is; a longer key has been mixed down to 32 bits first. */
  private hashOf(key: number): number {
    const word = key < WORD ? key >>> 0 : avalanche(avalanche((key / WORD) | 0) ^ (key | 0));
    return this.avalanches ? avalanche(word) : word;
  }

  override answered(request: number): void {
    if (this.key.unlearned === undefined) return;
    this.lacked[this.context.requests.sessionOf(request)] = this.key.of(request) < 0 ? 1 : 0;
  }

  whyElsewhere(request: number): Cause {
    const { key } = this;
    const missed = key.whyMissed(request);
    if (missed !== null) return missed;
    const hasLacked = this.lacked[this.context.requests.sessionOf(request)] === 1;
    return hasLacked && key.unlearned !== undefined ? key.unlearned : "rehash";
  }

  override forget(session: number): void {
    if (this.key.unlearned !== undefined) this.lacked[session] = 0;
    this.key.forget?.(session);
  }
}
