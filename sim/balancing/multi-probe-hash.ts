import { type Halves, Word64 } from "../engine/word64.ts";
import { xxh64 } from "../engine/xxh64.ts";
import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";
import { RequestHash } from "./envoy-request-hash.ts";
import { type HashKeyOptions, hashKeyKnobs } from "./hash-key.ts";
import { Ring64 } from "./ring64.ts";
import { wholeWeights } from "./weight-map.ts";

interface Options extends HashKeyOptions {
  readonly probes: number;
}

const utf8 = new TextEncoder();
const divisorOf = (a: number, b: number): number => (b === 0 ? a : divisorOf(b, a % b));

/**
 * Servers have one point each on a ring, and a key several probes; the probe that lies closest before a point names the
 * server. Probes are h + i × h', h' being a mix of h; a server of weight w among others of weight 1 has w points.
 */
class MultiProbeHash extends Algorithm {
  private readonly context: BalancingContext;
  private readonly hash: RequestHash;
  private readonly probes: number;
  private readonly probe = new Word64();
  private readonly stride = new Word64();
  private ring!: Ring64;
  private version = -1;

  constructor(context: BalancingContext, options: Options) {
    super();
    this.context = context;
    this.probes = options.probes;
    this.hash = new RequestHash(options, context);
  }

  pick(request: number, avoid: number): number {
    const { fleet } = this.context;
    if (this.version !== fleet.version) this.rebuild();
    const last = firstOpen(fleet, avoid);
    if (last < 0 || last === avoid) return last;
    this.hash.read(request);
    const { probe, stride, ring } = this;
    probe.set(this.hash.high, this.hash.low);
    stride.set(this.hash.high, this.hash.low).mixRight(29).multiply(0xbf58476d, 0x1ce4e5b9).mixRight(32);
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.probes; i++) {
      const point = this.openPoint(ring.find(probe.high >>> 0, probe.low >>> 0), avoid);
      const distance = distanceTo(probe, ring.high[point]!, ring.low[point]!);
      if (distance < least) {
        least = distance;
        best = ring.server[point]!;
      }
      probe.add(stride.high, stride.low | 1);
    }
    return best;
  }

  /** The first point from `point` on whose server may have the request; there is one. */
  private openPoint(point: number, avoid: number): number {
    const { server, size } = this.ring;
    let at = point;
    while (!isOpen(this.context.fleet, server[at]!, avoid)) at = at + 1 === size ? 0 : at + 1;
    return at;
  }

  private rebuild(): void {
    const { fleet } = this.context;
    this.version = fleet.version;
    const eligible = fleet.eligible.subarray(0, fleet.eligibleCount);
    const weights = wholeWeights(Float64Array.from(eligible, (server) => fleet.weight[server]!));
    const divisor = weights.reduce(divisorOf) || 1;
    const owners: number[] = [];
    const positions: Halves[] = [];
    eligible.forEach((server, i) => {
      const { host, port } = fleet.identity[server]!;
      for (let point = 0; point < Math.max(1, weights[i]! / divisor); point++) {
        owners.push(server);
        positions.push(xxh64(utf8.encode(`${host}:${port}_${point}`)));
      }
    });
    this.ring = new Ring64(
      Uint32Array.from(positions, ({ high }) => high),
      Uint32Array.from(positions, ({ low }) => low),
      Int32Array.from(owners),
    );
  }
}

/** From a position round to a point, as a fraction of 2^64 to 53 bits. */
function distanceTo(from: Word64, high: number, low: number): number {
  const distance = (high - (from.high >>> 0)) * 0x1_0000_0000 + (low - (from.low >>> 0));
  return distance < 0 ? distance + 0x1_0000_0000 * 0x1_0000_0000 : distance;
}

export const multiProbeHash = defineBalancing({
  name: "multi-probe-hash",
  aliases: ["mpch"],
  summary: "A ring with one point for each server and several probes for each key: even shares without many points.",
  whenToUse: "When a ring with hundreds of points for each server is too large or too slow to rebuild.",
  products: "Google; gRPC-ecosystem libraries.",
  cost: "O(k log n) for k probes; O(n) to rebuild",
  decides: {
    signal: null,
    rule: "the server of the point that a probe lies closest before",
    tieBreak: "the earlier probe; refused or barred servers have no points",
  },
  knownFlaw: "Pays at every look-up what a ring pays once; weights cost points, as on a ring.",
  source: "Appleton and O'Reilly, “Multi-Probe Consistent Hashing”, 2015.",
  knobs: {
    ...hashKeyKnobs("source"),
    probes: {
      unit: "count",
      default: 21,
      minimum: 1,
      maximum: 1000,
      summary: "Probes for each key; the largest share is k / (k - 1) of the mean.",
    },
  },
  create: (knobs, context) => new MultiProbeHash(context, knobs),
});
