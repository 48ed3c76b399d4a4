/**
 * Placement helpers: what stands between a balancer's fleet and its algorithm, any algorithm. A helper derives the fleet
 * that the algorithm sees, with its own eligible servers and weights, and passes on all that happens.
 */
import type { Described, Knob, Knobs, ValuesOf } from "../../catalogue.ts";
import type { Draws } from "../../engine/draws.ts";
import { Algorithm, type BalancingAlgorithm, type BalancingContext, type FleetView } from "../algorithm.ts";
import { Slice } from "./slice.ts";

/** Where balancers and servers stand: what configuration says of them, and no load. */
export interface Situation {
  /** This balancer's number, and how many there are. */
  readonly balancer: number;
  readonly balancers: number;
  /** By balancer and by server; null where none is said. */
  readonly zoneOfBalancer: readonly (string | null)[];
  readonly zone: readonly (string | null)[];
  /** By server: 0 is used first. */
  readonly tier: Int32Array;
}

export interface PlacementContext extends BalancingContext {
  readonly situation: Situation;
  /** Draws for a purpose of this balancer's own, or the same for all balancers. */
  drawsFor(purpose: string, whose: "own" | "shared"): Draws;
}

/** Makes what stands below a helper: the next helper, or the algorithm. */
export type Inner = (context: PlacementContext) => BalancingAlgorithm;

interface PlacementDescribed extends Described {
  /** Who does this, and how they call it. */
  readonly products: string;
}

export interface PlacementDefinition extends PlacementDescribed {
  create(knobs: Knobs, context: PlacementContext, inner: Inner): BalancingAlgorithm;
}

/** Types a helper's knobs from their descriptions. */
export function definePlacement<const K extends Readonly<Record<string, Knob>>>(
  definition: Omit<PlacementDescribed, "knobs"> & {
    readonly knobs: K;
    readonly create: (knobs: ValuesOf<K>, context: PlacementContext, inner: Inner) => BalancingAlgorithm;
  },
): PlacementDefinition {
  // The scenario's schema, made from these very descriptions, has checked the values.
  return {
    ...definition,
    create: (knobs, context, inner) => definition.create(knobs as ValuesOf<K>, context, inner),
  };
}

/** A slice of the fleet and the algorithm that chooses among it. */
interface Part {
  readonly slice: Slice;
  readonly algorithm: BalancingAlgorithm;
  /** When the algorithm wants to be woken. */
  readonly wakesAtMs: number[];
}

/**
 * A helper with one slice of the fleet, or several to choose from for each request, each with an algorithm of its own.
 * Every algorithm hears of everything, as one hears of requests that a binding leads past it.
 */
export abstract class Placement extends Algorithm {
  protected readonly context: PlacementContext;
  protected readonly fleet: FleetView;
  protected readonly parts: readonly Part[];
  private readonly ownWakesAtMs: number[] = [];
  private seenVersion = -1;

  /** @param labels one for each part, by which it has draws of its own; the balancer's own draws go to the one without a name */
  constructor(context: PlacementContext, inner: Inner, labels: readonly string[] = [""]) {
    super();
    this.context = context;
    this.fleet = context.fleet;
    this.parts = labels.map((label) => {
      const slice = new Slice(context.fleet);
      const wakesAtMs: number[] = [];
      const draws = label === "" ? context.draws : context.drawsFor(label, "own");
      const wake = (atMs: number) => {
        wakesAtMs.push(atMs);
        context.wake(atMs);
      };
      return { slice, wakesAtMs, algorithm: inner({ ...context, fleet: slice, draws, wake }) };
    });
  }

  /** Puts every server of the fleet into the slices, as it is to be seen from now on. O(n). */
  protected abstract derive(): void;

  /** The part that decides on the request at hand, -1 for none. */
  protected route(_avoid: number): number {
    return 0;
  }

  /** The time asked for by `wakeOwn` has come. */
  protected due(): void {}

  protected wakeOwn(atMs: number): void {
    this.ownWakesAtMs.push(atMs);
    this.context.wake(atMs);
  }

  /** Derives anew, and tells each algorithm what has changed in its slice. */
  protected refresh(): void {
    this.seenVersion = this.fleet.version;
    this.derive();
    for (const { slice, algorithm } of this.parts) {
      for (const server of slice.commit()) algorithm.changed(server);
    }
  }

  pick(request: number, avoid: number): number {
    const part = this.parts[this.route(avoid)];
    if (part === undefined || part.slice.eligibleCount === 0) return -1;
    return part.algorithm.pick(request, avoid);
  }

  override changed(_server: number): void {
    // Several servers may have changed at once; the first call sees to them all.
    if (this.fleet.version !== this.seenVersion) this.refresh();
  }

  override bound(server: number): void {
    for (const { algorithm } of this.parts) algorithm.bound(server);
  }
  override sent(server: number): void {
    for (const { algorithm } of this.parts) algorithm.sent(server);
  }
  override ended(server: number, responseTimeMs: number, answered: boolean): void {
    for (const { algorithm } of this.parts) algorithm.ended(server, responseTimeMs, answered);
  }
  override reported(server: number): void {
    for (const { algorithm } of this.parts) algorithm.reported(server);
  }
  override probed(server: number, inSystem: number, responseTimeMs: number): void {
    for (const { algorithm } of this.parts) algorithm.probed(server, inSystem, responseTimeMs);
  }

  override woken(): void {
    if (this.takeDue(this.ownWakesAtMs)) this.due();
    for (const { algorithm, wakesAtMs } of this.parts) {
      if (this.takeDue(wakesAtMs)) algorithm.woken();
    }
  }

  /** Whether the earliest of the times has come; it is taken off the list. */
  private takeDue(wakesAtMs: number[]): boolean {
    const { nowMs } = this.context.clock;
    const place = wakesAtMs.findIndex((atMs) => atMs <= nowMs);
    if (place >= 0) wakesAtMs.splice(place, 1);
    return place >= 0;
  }

  sees(server: number): boolean {
    return this.parts.some(
      ({ slice, algorithm }) => slice.isEligible[server] === 1 && (algorithm.sees?.(server) ?? true),
    );
  }

  override signalOf(server: number, request: number): number | null {
    const part = this.parts.find(({ slice }) => slice.isEligible[server] === 1);
    return part === undefined ? null : part.algorithm.signalOf(server, request);
  }
}
