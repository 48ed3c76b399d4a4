import { Algorithm, type BalancingContext, type FleetView } from "./algorithm.ts";

/**
 * The state of nginx's smooth weighted round robin: in each round every candidate's current value grows by its
 * effective weight, the largest value wins, and the winner pays what all have gained together. The effective weight is
 * the weight, less after failures; each round gives 1 of it back. (ngx_http_upstream_round_robin.c, 1.22 to 1.31.)
 *
 * All of nginx's methods keep this state and fall back on it, or settle ties with it.
 */
export class SmoothWeights {
  readonly current: Float64Array;
  readonly effective: Float64Array;
  private readonly fleet: FleetView;
  /** The weights that `effective` was made from. */
  private readonly configured: Float64Array;
  /** What the candidates have gained in the round under way. */
  private gained = 0;

  constructor(fleet: FleetView) {
    this.fleet = fleet;
    this.current = new Float64Array(fleet.count);
    this.effective = Float64Array.from(fleet.weight);
    this.configured = Float64Array.from(fleet.weight);
  }

  /** A round among all eligible servers that are not barred; -1 when there is none. O(n). */
  next(avoid: number): number {
    const { fleet, current } = this;
    let best = -1;
    for (let i = 0; i < fleet.eligibleCount; i++) {
      const server = fleet.eligible[i]!;
      if (server === avoid || fleet.isBarred[server] === 1) continue;
      this.raise(server);
      if (best < 0 || current[server]! > current[best]!) best = server;
    }
    if (best < 0 && avoid >= 0 && fleet.isEligible[avoid] === 1 && fleet.isBarred[avoid] === 0) {
      this.raise(avoid);
      best = avoid;
    }
    if (best >= 0) this.pay(best);
    return best;
  }

  /** `server` takes part in the round under way. */
  raise(server: number): void {
    const { effective } = this;
    const weight = effective[server]!;
    this.current[server]! += weight;
    this.gained += weight;
    if (weight < this.configured[server]!) effective[server] = Math.min(this.configured[server]!, weight + 1);
  }

  /** `server` has won the round under way, or is taken to have. */
  pay(server: number): void {
    this.current[server]! -= this.gained;
    this.gained = 0;
  }

  /**
   * A binding leads a request to `server`: a round in which it wins, unless it has been served so far beyond its share
   * that its value is minus the weight of all others already.
   */
  bound(server: number): void {
    const { fleet } = this;
    let others = 0;
    for (let other = 0; other < fleet.count; other++) {
      if (other !== server && fleet.isListed[other] === 1) others += fleet.weight[other]!;
    }
    if (this.current[server]! <= -others) return;
    for (let i = 0; i < fleet.eligibleCount; i++) {
      if (fleet.isBarred[fleet.eligible[i]!] === 0) this.raise(fleet.eligible[i]!);
    }
    this.pay(server);
  }

  /** A request to `server` has failed. nginx divides in whole numbers; weights that are not whole are divided as they are. */
  failed(server: number, maxFails: number): void {
    if (maxFails === 0) return;
    const weight = this.configured[server]!;
    const loss = Number.isInteger(weight) ? Math.trunc(weight / maxFails) : weight / maxFails;
    this.effective[server] = Math.max(0, this.effective[server]! - loss);
  }

  /** Takes over a new weight. */
  changed(server: number): void {
    const weight = this.fleet.weight[server]!;
    if (weight === this.configured[server]) return;
    this.configured[server] = weight;
    this.effective[server] = weight;
  }
}

export const maxFailsKnob = {
  unit: "count",
  default: 1,
  minimum: 0,
  summary:
    "A failure takes the weight divided by this off a server's effective weight (nginx `max_fails`); 0: nothing.",
} as const;

/** An algorithm with this state beside its own rule. */
export abstract class SmoothlyWeighted extends Algorithm {
  protected readonly context: BalancingContext;
  protected readonly smooth: SmoothWeights;
  private readonly maxFails: number;

  constructor(context: BalancingContext, maxFails: number) {
    super();
    this.context = context;
    this.smooth = new SmoothWeights(context.fleet);
    this.maxFails = maxFails;
  }

  override ended(server: number, _responseTimeMs: number, answered: boolean): void {
    if (!answered) this.smooth.failed(server, this.maxFails);
  }

  override changed(server: number): void {
    this.smooth.changed(server);
  }

  /** May `server` have the request at hand? */
  protected isFree(server: number, avoid: number): boolean {
    const { fleet } = this.context;
    return server !== avoid && fleet.isEligible[server] === 1 && fleet.isBarred[server] === 0;
  }
}

/**
 * The tries of one request, in nginx's hashing and random methods: a try that hits a server out of use is a miss, and
 * after more than 20 misses round robin decides. A request that was refused goes on from where it was.
 */
export class Misses {
  count = 0;
  private request = -1;

  /** Begins the next choice; false when it goes on with the request of the last one. */
  begin(request: number, avoid: number): boolean {
    if (avoid >= 0 && request === this.request) return false;
    this.request = request;
    this.count = 0;
    return true;
  }

  get tooMany(): boolean {
    return this.count > 20;
  }
}
