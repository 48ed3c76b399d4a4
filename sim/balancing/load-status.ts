import { Algorithm, type BalancingContext, type FleetView } from "./algorithm.ts";

/**
 * The counters of Apache's mod_proxy_balancer: in each round every worker compared gains its load factor, and the one
 * chosen pays what all have gained. A new load factor starts everybody anew, at that worker's factor.
 */
export class LoadStatus {
  readonly status: Float64Array;
  private readonly fleet: FleetView;
  private readonly configured: Float64Array;
  private gained = 0;

  constructor(fleet: FleetView) {
    this.fleet = fleet;
    this.status = new Float64Array(fleet.count);
    this.configured = Float64Array.from(fleet.weight);
  }

  /** Apache's `lbfactor`: a hundred for each unit of weight. */
  factorOf(server: number): number {
    return Math.round(100 * this.fleet.weight[server]!);
  }

  raise(server: number): void {
    const factor = this.factorOf(server);
    this.status[server]! += factor;
    this.gained += factor;
  }

  pay(server: number): void {
    this.status[server]! -= this.gained;
    this.gained = 0;
  }

  /** A binding leads a request to `server`: a round of all that may be used, in which it is chosen. */
  bound(server: number): void {
    const { eligible, eligibleCount } = this.fleet;
    for (let i = 0; i < eligibleCount; i++) this.raise(eligible[i]!);
    this.pay(server);
  }

  changed(server: number): void {
    if (this.configured[server] === this.fleet.weight[server]) return;
    this.configured[server] = this.fleet.weight[server]!;
    for (let other = 0; other < this.fleet.count; other++) this.status[other] = this.factorOf(other);
  }
}

/** A method of mod_proxy_balancer: a walk over the members, of which the first best is taken. */
export abstract class ByStatus extends Algorithm {
  protected readonly fleet: FleetView;
  protected readonly turns: LoadStatus;

  constructor({ fleet }: BalancingContext) {
    super();
    this.fleet = fleet;
    this.turns = new LoadStatus(fleet);
  }

  /** Is `server` to be preferred to `best`, which stands before it? */
  protected abstract isBetter(server: number, best: number): boolean;

  pick(_request: number, avoid: number): number {
    const { eligible, eligibleCount, isBarred, isEligible } = this.fleet;
    let best = -1;
    for (let i = 0; i < eligibleCount; i++) {
      const server = eligible[i]!;
      if (server === avoid || isBarred[server] === 1) continue;
      this.turns.raise(server);
      if (best < 0 || this.isBetter(server, best)) best = server;
    }
    if (best < 0 && avoid >= 0 && isEligible[avoid] === 1 && isBarred[avoid] === 0) {
      this.turns.raise(avoid);
      best = avoid;
    }
    if (best >= 0) this.turns.pay(best);
    return best;
  }

  override bound(server: number): void {
    this.turns.bound(server);
  }

  override changed(server: number): void {
    this.turns.changed(server);
  }
}
