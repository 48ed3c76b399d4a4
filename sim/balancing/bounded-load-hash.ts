import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";
import { hostsOf } from "./envoy-hosts.ts";
import { RequestHash } from "./envoy-request-hash.ts";
import { envoyRing } from "./envoy-ring.ts";
import { type HashKeyOptions, hashKeyKnobs } from "./hash-key.ts";
import type { Ring64 } from "./ring64.ts";

interface Options extends HashKeyOptions {
  readonly epsilon: number;
  readonly pointsPerServer: number;
}

const MOST_POINTS = 8_388_608;

/**
 * A ring on which a request goes on to the next point with room. With m requests in flight, the new one included, a server of
 * share w takes ceil((1 + ε) m w) of them. Where every server with room is closed to the request, the first open one takes it.
 *
 * The ring holds every listed server, eligible or not, so that it stands while servers go down and come back.
 */
class BoundedLoadHash extends Algorithm {
  private readonly context: BalancingContext;
  private readonly hash: RequestHash;
  private readonly options: Options;
  private ring!: Ring64;
  private servers: Int32Array = new Int32Array(0);
  /** Weights that the ring was made from; NaN, which is no weight, before the first. */
  private ringWeight: Float64Array;
  private totalWeight = 0;
  private version = -1;
  private inFlight = 0;

  constructor(context: BalancingContext, options: Options) {
    super();
    this.context = context;
    this.options = options;
    this.hash = new RequestHash(options, context);
    this.ringWeight = new Float64Array(context.fleet.count).fill(Number.NaN);
  }

  pick(request: number, avoid: number): number {
    const { fleet } = this.context;
    if (this.version !== fleet.version) this.refresh();
    this.hash.read(request);
    const { size, server } = this.ring;
    let point = this.ring.find(this.hash.high, this.hash.low);
    let open = -1;
    for (let step = 0; step < size; step++) {
      const found = this.servers[server[point]!]!;
      if (fleet.isEligible[found] === 1 && isOpen(fleet, found, avoid)) {
        if (fleet.inFlight[found]! < this.boundOf(found)) return found;
        if (open < 0) open = found;
      }
      if (++point === size) point = 0;
    }
    return open < 0 ? firstOpen(fleet, avoid) : open;
  }

  override sent(): void {
    this.inFlight++;
  }

  override ended(): void {
    this.inFlight--;
  }

  private boundOf(server: number): number {
    return Math.ceil(
      (1 + this.options.epsilon) * (this.inFlight + 1) * (this.context.fleet.weight[server]! / this.totalWeight),
    );
  }

  private refresh(): void {
    const { fleet } = this.context;
    this.version = fleet.version;
    this.totalWeight = 0;
    for (let i = 0; i < fleet.eligibleCount; i++) this.totalWeight += fleet.weight[fleet.eligible[i]!]!;
    const isStale = this.ringWeight.some((weight, server) => weight !== this.weightOnRing(server));
    if (isStale) this.rebuild();
  }

  private weightOnRing(server: number): number {
    return this.context.fleet.isListed[server] === 1 ? this.context.fleet.weight[server]! : 0;
  }

  private rebuild(): void {
    const { fleet } = this.context;
    this.ringWeight = this.ringWeight.map((_, server) => this.weightOnRing(server));
    this.servers = Int32Array.from(fleet.identity.keys()).filter((server) => fleet.isListed[server] === 1);
    const hosts = hostsOf(fleet, this.servers, "address");
    const minimum = this.options.pointsPerServer * this.servers.length;
    this.ring = envoyRing(hosts, { minimum, maximum: MOST_POINTS }, "xxhash");
  }
}

export const boundedLoadHash = defineBalancing({
  name: "bounded-load-hash",
  aliases: ["chbl", "chwbl", "consistent-hashing-with-bounded-loads"],
  summary: "A hash ring on which nobody gets more than (1 + ε) times its share of the requests in flight.",
  whenToUse: "Caches with hot keys: locality as far as the load allows.",
  products: "Google Cloud Pub/Sub; Vimeo's HAProxy; Traefik `hrw` and KubeAI in spirit.",
  cost: "O(log p) for p points, and a step for each full server met; O(p) to rebuild when listing or weights change, O(n) when servers fail",
  decides: {
    signal: null,
    rule: "the first server from the hash on that has room",
    tieBreak: "refused or barred there, or full: point by point further round",
  },
  knownFlaw: "When a popular server is full its neighbour on the ring fills next: overflow cascades.",
  source:
    "Mirrokni, Thorup and Zadimoghaddam, “Consistent Hashing with Bounded Loads”, SODA 2018; bounds follow requests in flight.",
  knobs: {
    ...hashKeyKnobs("source"),
    epsilon: {
      unit: "number",
      default: 0.25,
      minimum: 0.001,
      maximum: 1000,
      summary: "ε: how much more than its share a server may have. Smaller is more even and moves more keys.",
    },
    pointsPerServer: {
      unit: "count",
      default: 100,
      minimum: 1,
      maximum: 10_000,
      summary: "Points of the lightest server on the ring; heavier ones have more.",
    },
  },
  create: (knobs, context) => new BoundedLoadHash(context, knobs),
});
