import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";
import { balanceFactorKnob, EnvoyBoundedLoads } from "./envoy-bounded-loads.ts";
import { eligibleHosts, hostKeyKnob } from "./envoy-hosts.ts";
import { RequestHash } from "./envoy-request-hash.ts";
import { type HashKeyOptions, hashKeyKnobs } from "./hash-key.ts";
import { maglevTable, moduloOf } from "./maglev-table.ts";

interface Options extends HashKeyOptions {
  readonly tableSize: number;
  readonly hostKey: string;
  readonly hashBalanceFactor: number | null;
}

/** Attempts at other slots before the servers are taken in turn: each misses a single server with probability 1/2 at most. */
const MOST_ATTEMPTS = 64;

/**
 * The slot of the table at the request's hash modulo its size; attempt a > 0 looks at the hash exclusive-ored with 2^64 - a.
 * Envoy makes as many attempts as its retry policy says.
 */
class Maglev extends Algorithm {
  private readonly context: BalancingContext;
  private readonly hash: RequestHash;
  private readonly bounds: EnvoyBoundedLoads | null;
  private readonly options: Options;
  private table: Int32Array = new Int32Array(0);
  private servers = new Int32Array(0);
  private version = -1;
  private inFlight = 0;

  constructor(context: BalancingContext, options: Options) {
    super();
    this.context = context;
    this.options = options;
    this.hash = new RequestHash(options, context);
    const { hashBalanceFactor } = options;
    this.bounds = hashBalanceFactor === null ? null : new EnvoyBoundedLoads(context.fleet, hashBalanceFactor);
  }

  pick(request: number, avoid: number): number {
    const { fleet } = this.context;
    if (this.version !== fleet.version) this.rebuild();
    this.hash.read(request);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const found = this.servers[this.table[slotOf(this.hash.high, this.hash.low, attempt, this.table.length)]!]!;
      if (isOpen(fleet, found, avoid)) {
        return this.bounds?.choose(found, this.hash.low, this.inFlight, avoid) ?? found;
      }
    }
    return firstOpen(fleet, avoid);
  }

  override sent(): void {
    this.inFlight++;
  }

  override ended(): void {
    this.inFlight--;
  }

  private rebuild(): void {
    const { fleet } = this.context;
    this.version = fleet.version;
    this.servers = fleet.eligible.slice(0, fleet.eligibleCount);
    this.table = maglevTable(eligibleHosts(fleet, this.options.hostKey), primeFrom(this.options.tableSize));
  }
}

/** The slot for a 64-bit hash, both halves unsigned, at an attempt from 0. */
export const slotOf = (high: number, low: number, attempt: number, size: number): number =>
  attempt === 0 ? moduloOf(high, low, size) : moduloOf(~high >>> 0, (low ^ -attempt) >>> 0, size);

/** The next prime from `least` on: only a prime size lets every permutation reach every slot. */
export function primeFrom(least: number): number {
  let prime = Math.max(2, least);
  while (!isPrime(prime)) prime++;
  return prime;
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}

export const maglev = defineBalancing({
  name: "maglev",
  aliases: ["MAGLEV"],
  summary: "A table in which servers own slots in proportion to weight; the request's hash names the slot.",
  whenToUse: "Many balancers that must agree without talking, and shares that must be even.",
  products: "Envoy `MAGLEV`; Google Cloud load balancers; Cilium and Katran in spirit.",
  cost: "O(1); O(m log m) to rebuild a table of m slots. With a balance factor O(n) while servers are full",
  decides: {
    signal: null,
    rule: "the owner of the slot at the hash modulo the size of the table",
    tieBreak:
      "refused or barred there: other slots, then the servers in turn; full: the others in an order that follows from the hash",
  },
  knownFlaw: "When a server comes or goes, a few keys move between servers that stay, more of them in smaller tables.",
  source:
    "Envoy maglev_lb.cc, 2026; Eisenbud et al., “Maglev: A Fast and Reliable Software Network Load Balancer”, NSDI 2016.",
  knobs: {
    ...hashKeyKnobs("source"),
    tableSize: {
      unit: "count",
      default: 65_537,
      minimum: 2,
      maximum: 2_097_143,
      summary: "Slots; the next prime is taken. A hundred for each server keep shares within a percent.",
    },
    hostKey: hostKeyKnob,
    hashBalanceFactor: balanceFactorKnob,
  },
  create: (knobs, context) => new Maglev(context, knobs),
});
