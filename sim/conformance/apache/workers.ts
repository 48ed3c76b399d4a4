import type { RequestView } from "../../balancing/algorithm.ts";
import type { Clock } from "../../engine/kernel.ts";
import type { TraceServer } from "../trace.ts";
import { View } from "../view.ts";
import type { Settings } from "./settings.ts";

/** A member's status flags that do not change: `+H` standby, `+R` spare, `+I` ignores errors. */
const FLAGS = "HRIDNSE";

interface Flags {
  readonly isStandby: boolean;
  readonly isSpare: boolean;
  readonly ignoresErrors: boolean;
}

/** The members of one balancer, and whom the method compares. */
export class Workers {
  readonly view: View;
  private readonly clock: Clock;
  private readonly retryMs: number;
  /** In the order of the configuration. The view has spares and standbys behind the others, as they are compared. */
  private readonly order: readonly number[];
  private readonly flags: readonly Flags[];
  private readonly isDisabled: boolean[];
  private readonly isDraining: boolean[];
  private readonly errorAtMs: (number | null)[];

  constructor(servers: readonly TraceServer[], settings: Settings, requests: RequestView, clock: Clock) {
    const rankOf = ({ status = "" }: TraceServer) => (has(status, "R") ? 1 : has(status, "H") ? 2 : 0);
    const members = [...servers].sort((a, b) => rankOf(a) - rankOf(b));
    this.view = new View(members, { name: settings.algorithm }, requests, clock);
    this.order = servers.map((server) => members.indexOf(server));
    this.clock = clock;
    this.retryMs = settings.retryMs;
    const statuses = members.map(({ status = "" }) => checked(status));
    this.flags = statuses.map((status) => ({
      isStandby: has(status, "H"),
      isSpare: has(status, "R"),
      ignoresErrors: has(status, "I"),
    }));
    this.isDisabled = statuses.map((status) => has(status, "D") || has(status, "S"));
    this.isDraining = statuses.map((status) => has(status, "N"));
    this.errorAtMs = statuses.map((status) => (has(status, "E") ? clock.nowMs : null));
  }

  nameOf(worker: number): string {
    return this.view.servers[worker]!.name;
  }
  routeOf(worker: number): string {
    return this.view.servers[worker]!.route ?? "";
  }

  /** What the manager does to a worker by name. */
  disable(name: string, isDisabled: boolean): void {
    this.isDisabled[this.view.indexOf(name)] = isDisabled;
  }
  drain(name: string, isDraining: boolean): void {
    this.isDraining[this.view.indexOf(name)] = isDraining;
  }

  /** `worker` has refused a request; false when it is set to be used all the same. */
  failed(worker: number): boolean {
    if (this.flags[worker]!.ignoresErrors) return false;
    this.errorAtMs[worker] = this.clock.nowMs;
    return true;
  }

  private isUsable(worker: number): boolean {
    return !this.isDisabled[worker] && this.errorAtMs[worker] === null;
  }

  /** An error is forgotten when the worker is looked at after its time. */
  private lookAt(worker: number): boolean {
    const since = this.errorAtMs[worker]!;
    if (since !== null && this.clock.nowMs > since + this.retryMs) this.errorAtMs[worker] = null;
    return this.isUsable(worker);
  }

  /** When every worker is in error, all errors are forgotten. */
  recover(isForced: boolean): void {
    for (const worker of this.order) {
      this.lookAt(worker);
      if (this.errorAtMs[worker] === null) return;
    }
    if (isForced) this.errorAtMs.fill(null);
  }

  /** The worker of a route, or the one that its `redirect` leads to; -1 when there is none that can be used. */
  withRoute(route: string, redirects = 1): number {
    for (const isStandby of [false, true]) {
      for (const worker of this.order) {
        if (this.flags[worker]!.isStandby !== isStandby || route === "" || this.routeOf(worker) !== route) continue;
        if (this.lookAt(worker)) return worker;
        const { redirect = "" } = this.view.servers[worker]!;
        if (redirect === "" || redirects >= this.order.length) continue;
        const instead = this.withRoute(redirect, redirects + 1);
        if (instead >= 0) return instead;
      }
    }
    return -1;
  }

  hasRoute(route: string): boolean {
    return this.order.some((worker) => this.routeOf(worker) !== "" && this.routeOf(worker) === route);
  }

  /** A session leads a request to `worker`; everybody who can be used counts it. */
  bind(worker: number): void {
    this.view.admit((other) => this.isUsable(other));
    this.view.algorithm.bound(worker);
  }

  /** The method's choice from the first set that has somebody; -1 when none has. */
  choose(request: number): number {
    const setOf = (worker: number) => this.view.servers[worker]!.lbset ?? 0;
    const last = Math.max(...this.order.map(setOf));
    for (let set = 0; set <= last; set++) {
      const compared = new Set(this.comparedOf(this.order.filter((worker) => setOf(worker) === set)));
      if (this.view.admit((worker) => compared.has(worker))) return this.view.algorithm.pick(request, -1);
    }
    return -1;
  }

  /** Of the members of a set: those in service, a spare for each that is missing, standbys when there is nobody else. */
  private comparedOf(members: readonly number[]): readonly number[] {
    const ready: Record<"regular" | "spare" | "standby", number[]> = { regular: [], spare: [], standby: [] };
    let missing = 0;
    for (const worker of members) {
      const { isSpare, isStandby } = this.flags[worker]!;
      const kind = isSpare ? "spare" : isStandby ? "standby" : "regular";
      if (!this.isDraining[worker] && this.lookAt(worker)) ready[kind].push(worker);
      else if (kind === "regular") missing++;
    }
    const compared = [...ready.regular, ...ready.spare.slice(0, missing)];
    return compared.length > 0 ? compared : ready.standby;
  }
}

/** Is a flag set, by the last mention of it? */
function has(status: string, flag: string): boolean {
  return status.lastIndexOf(`+${flag}`) > status.lastIndexOf(`-${flag}`);
}

function checked(status: string): string {
  if (!/^([+-][A-Z])*$/.test(status) || [...status].some((sign) => /[A-Z]/.test(sign) && !FLAGS.includes(sign))) {
    throw new RangeError(`apache: status "${status}"`);
  }
  return status;
}
