/** A user's algorithm behind the lab's interface: what it leaves out does nothing, what it gets wrong is said at once. */
import type { BalancingAlgorithm, FleetView } from "../../sim/balancing/algorithm.ts";
import { OwnFault, placeOf, reasonOf, shown } from "./fault.ts";

/** What a user's `create` returns: `pick`, and what it minds. */
export type OwnAlgorithm = Pick<BalancingAlgorithm, "pick"> & Partial<BalancingAlgorithm>;

export const hooks = ["bound", "sent", "ended", "changed", "reported", "probed", "woken", "signalOf"] as const;

export class Guarded implements BalancingAlgorithm {
  private readonly own: OwnAlgorithm;
  private readonly fleet: FleetView;
  private readonly file: string;

  constructor(own: OwnAlgorithm, fleet: FleetView, file: string) {
    this.own = own;
    this.fleet = fleet;
    this.file = file;
  }

  pick(request: number, avoid: number): number {
    let server: unknown;
    try {
      server = this.own.pick(request, avoid);
    } catch (error) {
      throw this.thrown("pick", error);
    }
    const { fleet } = this;
    if (typeof server === "number" && fleet.isEligible[server] === 1 && fleet.isBarred[server] === 0) return server;
    if (server === -1 && fleet.barredCount >= fleet.eligibleCount) return server;
    throw this.wrongChoice(server);
  }

  bound(server: number): void {
    try {
      this.own.bound?.(server);
    } catch (error) {
      throw this.thrown("bound", error);
    }
  }
  sent(server: number): void {
    try {
      this.own.sent?.(server);
    } catch (error) {
      throw this.thrown("sent", error);
    }
  }
  ended(server: number, responseTimeMs: number, answered: boolean): void {
    try {
      this.own.ended?.(server, responseTimeMs, answered);
    } catch (error) {
      throw this.thrown("ended", error);
    }
  }
  changed(server: number): void {
    try {
      this.own.changed?.(server);
    } catch (error) {
      throw this.thrown("changed", error);
    }
  }
  reported(server: number): void {
    try {
      this.own.reported?.(server);
    } catch (error) {
      throw this.thrown("reported", error);
    }
  }
  probed(server: number, inSystem: number, responseTimeMs: number): void {
    try {
      this.own.probed?.(server, inSystem, responseTimeMs);
    } catch (error) {
      throw this.thrown("probed", error);
    }
  }
  woken(): void {
    try {
      this.own.woken?.();
    } catch (error) {
      throw this.thrown("woken", error);
    }
  }
  signalOf(server: number, request: number): number | null {
    let signal: unknown;
    try {
      signal = this.own.signalOf?.(server, request) ?? null;
    } catch (error) {
      throw this.thrown("signalOf", error);
    }
    if (typeof signal === "number" || signal === null) return signal;
    throw new OwnFault(`${placeOf(this.file, null)}: signalOf returned ${shown(signal)}, expected a number or null`);
  }

  private thrown(method: string, error: unknown): OwnFault {
    return new OwnFault(`${placeOf(this.file, error)}: ${method} threw ${reasonOf(error)}`);
  }

  private wrongChoice(server: unknown): OwnFault {
    const { fleet, file } = this;
    const expected = `expected one of fleet.eligible[0 … ${fleet.eligibleCount - 1}]`;
    const told = (what: string, wayOut: string) =>
      new OwnFault(`${placeOf(file, null)}: pick returned ${what}, ${expected}${wayOut}`);
    if (server === -1) return told("-1", `; -1 is for when fleet.isBarred is 1 for every one of them`);
    if (typeof server !== "number" || fleet.isEligible[server] === undefined) {
      return told(shown(server), "; a server is its number");
    }
    const { name } = fleet.identity[server]!;
    if (fleet.isEligible[server] === 0) return told(`${server} (${name}), which is not eligible`, "");
    return told(`${server} (${name}), which is barred from this request`, " whose fleet.isBarred is 0");
  }
}
