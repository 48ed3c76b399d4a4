import { Algorithm, type BalancingContext } from "./algorithm.ts";
import { ServerHeap } from "./server-heap.ts";

/**
 * The server whose key is smallest, for keys that change only when something happens to the server. Equals are taken in turn:
 * a server that gets a request goes behind them. O(log n).
 */
export abstract class SmallestFirst extends Algorithm {
  protected readonly context: BalancingContext;
  private readonly byKey: ServerHeap;

  constructor(context: BalancingContext) {
    super();
    this.context = context;
    this.byKey = new ServerHeap(context.fleet.count);
  }

  protected abstract keyOf(server: number): number;

  pick(_request: number, avoid: number): number {
    return this.byKey.firstOpen(this.context.fleet, avoid);
  }

  /** Puts an eligible server where its key belongs. */
  protected update(server: number): void {
    if (this.byKey.has(server)) this.byKey.put(server, this.keyOf(server));
  }

  protected updateAll(): void {
    const { eligible, eligibleCount } = this.context.fleet;
    for (let i = 0; i < eligibleCount; i++) this.update(eligible[i]!);
  }

  override sent(server: number): void {
    if (!this.byKey.has(server)) return;
    this.byKey.remove(server);
    this.byKey.put(server, this.keyOf(server));
  }

  override ended(server: number, _responseTimeMs: number, _answered: boolean): void {
    this.update(server);
  }

  override reported(server: number): void {
    this.update(server);
  }

  override changed(server: number): void {
    this.byKey.remove(server);
    if (this.context.fleet.isEligible[server] === 1) this.byKey.put(server, this.keyOf(server));
  }

  /** What a server stands under, which may be older than what would be reckoned for it now. */
  override signalOf(server: number, _request: number): number {
    return this.byKey.has(server) ? this.byKey.keyOf(server) : this.keyOf(server);
  }
}
