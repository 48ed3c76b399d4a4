import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { isOpen } from "./candidates.ts";
import { HashKey, type HashKeyOptions, hashKeyKnobs } from "./hash-key.ts";
import { varnishKey, varnishObjectKey } from "./varnish-key.ts";
import { WeightLine } from "./weight-line.ts";

interface Options extends HashKeyOptions {
  readonly replicas: number;
  readonly alternative: number;
  readonly word: string;
}

/** A point and its server in one number, so that a plain numeric sort orders both. */
const SERVERS = 0x20_0000;

/**
 * Varnish's shard director: every server has points on a circle, and a key goes to the first point at or after its own
 * hash, or beyond the last point to the last (it does not wrap there); from there on round the circle to the first server
 * in use. As alternative n it passes n servers by first, those out of use included, and when nobody in use is left after
 * them, it takes the last one in use of the first n - 1, or finds nobody.
 *
 * The circle is made of the servers of the configuration, so one that goes down or comes back rebuilds nothing.
 */
class Shard extends Algorithm {
  private readonly context: BalancingContext;
  private readonly options: Options;
  private readonly key: HashKey;
  private readonly hash: (text: string) => number;
  private readonly line: WeightLine;
  private points = new Uint32Array(0);
  private owners = new Int32Array(0);
  private listed = 0;
  /** Where each server has stood: kept, since SHA-256 takes most of the time of a rebuild. */
  private readonly placed: (Uint32Array | undefined)[] = [];
  /** The number of the walk in which a server was met last. */
  private readonly met: Float64Array;
  private walk = 0;

  constructor(context: BalancingContext, options: Options) {
    super();
    this.context = context;
    this.options = options;
    this.key = new HashKey(options, context.requests);
    this.hash = options.word === "object" ? varnishObjectKey : varnishKey;
    this.line = new WeightLine(context.fleet);
    this.met = new Float64Array(context.fleet.count);
  }

  pick(request: number, avoid: number): number {
    const { fleet } = this.context;
    if (this.line.refresh()) this.rebuild();
    const alternative = Math.min(this.options.alternative, this.listed - 1);
    this.walk++;
    let position = this.firstFrom(this.hash(this.key.textOf(request) ?? ""));
    let last = -1;
    for (let found = 0; found < this.listed; position = position + 1 === this.points.length ? 0 : position + 1) {
      const server = this.owners[position]!;
      if (this.met[server] === this.walk) continue;
      this.met[server] = this.walk;
      const isInUse = fleet.isEligible[server] === 1 && isOpen(fleet, server, avoid);
      found++;
      if (isInUse && found > alternative) return server;
      if (isInUse && found < alternative) last = server;
    }
    if (last >= 0) return last;
    return avoid >= 0 && fleet.isEligible[avoid] === 1 && fleet.isBarred[avoid] === 0 ? avoid : -1;
  }

  private firstFrom(hash: number): number {
    let low = 0;
    let high = this.points.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.points[middle]! < hash) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private rebuild(): void {
    const { identity, isListed, weight, count } = this.context.fleet;
    const all: number[] = [];
    this.listed = 0;
    for (let server = 0; server < count; server++) {
      if (isListed[server] === 0) continue;
      this.listed++;
      // Weights below 1 count as 1.
      const replicas = Math.trunc(this.options.replicas * Math.max(1, weight[server]!));
      for (const point of this.placesOf(server, identity[server]!.name, replicas)) all.push(point * SERVERS + server);
    }
    const sorted = Float64Array.from(all).sort();
    this.points = Uint32Array.from(sorted, (each) => Math.floor(each / SERVERS));
    this.owners = Int32Array.from(sorted, (each) => each % SERVERS);
  }

  private placesOf(server: number, name: string, replicas: number): Uint32Array {
    const known = this.placed[server];
    if (known?.length === replicas) return known;
    const places = Uint32Array.from({ length: replicas }, (_, i) => varnishKey(`${name}${i}`));
    this.placed[server] = places;
    return places;
  }
}

export const shard = defineBalancing({
  name: "shard",
  aliases: ["directors.shard"],
  summary: "Consistent hashing with SHA-256 and a name for each server; retries may take the next ones on the circle.",
  whenToUse: "Caches by key that must agree among several balancers and survive a change of addresses.",
  products: "Varnish `directors.shard`.",
  cost: "O(log p) for p points; O(p log p) to rebuild, when servers or weights change, not when one goes down",
  decides: {
    signal: null,
    rule: "the server of the first point at or after the key's hash",
    tieBreak: "out of use: the next on the circle",
  },
  knownFlaw: "Keys beyond the last point all go to that point's server, and SHA-256 is slow for a hash of this kind.",
  source: "Varnish 7.1 vmod_directors_shard_dir.c, vmod_directors_shard_cfg.c, without warm-up and ramp-up.",
  knobs: {
    ...hashKeyKnobs("uri"),
    uriWhole: { unit: "flag", default: true, summary: "The query counts too." },
    replicas: { unit: "count", default: 67, minimum: 1, summary: "Points for each unit of weight." },
    alternative: {
      unit: "count",
      default: 0,
      minimum: 0,
      summary: "So many servers are passed by, as for the n-th retry (`alt`).",
    },
    word: {
      unit: "choice",
      choices: ["key", "object"],
      default: "key",
      summary: "Which bytes of the SHA-256 place a key: those of `by=URL` and `by=KEY`, or those of `by=HASH`.",
    },
  },
  create: (options, context) => new Shard(context, options),
});
