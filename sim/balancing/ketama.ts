import { type BalancingContext, defineBalancing } from "./algorithm.ts";
import { HashKey, type HashKeyOptions, hashKeyKnobs } from "./hash-key.ts";
import { libketama, nginx, type Placement } from "./ketama-points.ts";
import { KetamaRing, type RingPoint } from "./ketama-ring.ts";
import { Misses, maxFailsKnob, SmoothlyWeighted } from "./smooth-weights.ts";
import { WeightLine } from "./weight-line.ts";

/**
 * The consistent hashing of the memcached clients: every server has points on a circle of 32 bits, and a key goes to the
 * first point at or after its own hash. Where nobody at that point's address can be used, to the next point, 20 times at
 * most; then smooth round robin decides.
 *
 * The circle is made of the servers of the configuration, so one that goes down or comes back rebuilds nothing. The time
 * of a rebuild goes into sorting the points: O(p log p) for p points.
 */
class Ketama extends SmoothlyWeighted {
  private readonly key: HashKey;
  private readonly placement: Placement;
  private readonly line: WeightLine;
  private readonly misses = new Misses();
  private ring = new KetamaRing([]);
  /** The next server with the same address, or -1: they share their points and take turns there. */
  private readonly twin: Int32Array;
  private position = 0;

  constructor(context: BalancingContext, options: HashKeyOptions & { maxFails: number; points: string }) {
    super(context, options.maxFails);
    this.key = new HashKey(options, context.requests);
    this.placement = options.points === "libketama" ? libketama : nginx;
    this.line = new WeightLine(context.fleet);
    this.twin = new Int32Array(context.fleet.count);
  }

  pick(request: number, avoid: number): number {
    const { misses } = this;
    if (this.line.refresh()) this.rebuild();
    const isNew = misses.begin(request, avoid);
    const key = this.key.textOf(request);
    if (key === null || key === "") return this.smooth.next(avoid);
    if (isNew) this.position = this.ring.firstFrom(this.placement.keyOf(key));
    while (!misses.tooMany) {
      const server = this.oneAt(this.ring.ownerAt(this.position), avoid);
      if (server >= 0) return server;
      this.position = this.position + 1 === this.ring.length ? 0 : this.position + 1;
      misses.count++;
    }
    return this.smooth.next(avoid);
  }

  /** A round among the servers at one address that may be used, or -1. */
  private oneAt(owner: number, avoid: number): number {
    const { smooth } = this;
    let best = -1;
    for (let server = owner; server >= 0; server = this.twin[server]!) {
      if (!this.isFree(server, avoid)) continue;
      smooth.raise(server);
      if (best < 0 || smooth.current[server]! > smooth.current[best]!) best = server;
    }
    if (best >= 0) smooth.pay(best);
    return best;
  }

  private rebuild(): void {
    const { fleet } = this.context;
    const owners = this.firstAtEachAddress();
    const points: RingPoint[] = [];
    for (let server = 0; server < fleet.count; server++) {
      if (fleet.isListed[server] === 0) continue;
      this.placement.place(fleet, server, (point) => points.push({ point, owner: owners[server]! }));
    }
    this.ring = new KetamaRing(points);
  }

  /** For each server the first listed one at its address; links those that share one. */
  private firstAtEachAddress(): Int32Array {
    const { fleet } = this.context;
    const last = new Map<string, number>();
    const owners = new Int32Array(fleet.count);
    this.twin.fill(-1);
    for (let server = 0; server < fleet.count; server++) {
      if (fleet.isListed[server] === 0) continue;
      const { host, port } = fleet.identity[server]!;
      const before = last.get(`${host}:${port}`);
      owners[server] = before === undefined ? server : owners[before]!;
      if (before !== undefined) this.twin[before] = server;
      last.set(`${host}:${port}`, server);
    }
    return owners;
  }
}

export const ketama = defineBalancing({
  name: "ketama",
  aliases: ["hash consistent"],
  summary:
    "Consistent hashing as in the memcached clients: the first of many points of each server at or after the hash.",
  whenToUse:
    "Caches and sessions by key in a fleet that changes: only the keys of the server that leaves or joins move.",
  products: "nginx `hash … consistent`; libketama and Cache::Memcached::Fast.",
  cost: "O(log p) for p points; O(p log p) to rebuild, when servers or weights change, not when one goes down",
  decides: {
    signal: null,
    rule: "the server of the first point at or after the key's hash",
    tieBreak: "out of use: the next point, 20 times at most, then smooth round robin",
  },
  knownFlaw: "With 160 points a server's share strays by about 8 %; neighbours on the circle inherit a whole share.",
  source: "nginx 1.22 ngx_http_upstream_hash_module.c; libketama 2007 (R. Jones, Last.fm).",
  knobs: {
    ...hashKeyKnobs("uri"),
    points: {
      unit: "choice",
      choices: ["nginx", "libketama"],
      default: "nginx",
      summary: "Whose points: CRC-32 of host and port chained (nginx), or MD5 of `host:port-k` (libketama).",
    },
    maxFails: maxFailsKnob,
  },
  create: (options, context) => new Ketama(context, options),
});
