import { definePlacement, type Inner, Placement, type PlacementContext } from "./placement.ts";

/** Fewer eligible servers than the threshold's share of those listed: all of them are used, or none. */
class PanicThreshold extends Placement {
  private readonly threshold: number;
  private readonly refuses: boolean;

  constructor(threshold: number, refuses: boolean, context: PlacementContext, inner: Inner) {
    super(context, inner);
    this.threshold = threshold;
    this.refuses = refuses;
  }

  protected derive(): void {
    const { fleet } = this;
    const [slice] = [this.parts[0]!.slice];
    let listed = 0;
    for (let server = 0; server < fleet.count; server++) listed += fleet.isListed[server]!;
    const isPanic = fleet.eligibleCount < this.threshold * listed;
    for (let server = 0; server < fleet.count; server++) {
      const isListed = fleet.isListed[server] === 1;
      const isEligible = isPanic ? isListed && !this.refuses : fleet.isEligible[server] === 1;
      slice.set(server, isListed, isEligible, fleet.weight[server]!);
    }
  }
}

export const panicThreshold = definePlacement({
  name: "panic-threshold",
  aliases: ["healthy_panic_threshold", "fail-open"],
  summary: "Below a share of eligible servers, health checks are disbelieved and every listed server is used.",
  whenToUse:
    "Large fleets whose checks may all fail at once for a reason of their own; against overload of the last few.",
  knownFlaw: "When the checks are right, most requests go to servers that are down.",
  products: "Envoy `healthy_panic_threshold`, AWS load balancers' fail-open (at 0 %).",
  source: "Envoy 1.31, panic threshold.",
  knobs: {
    thresholdFraction: {
      unit: "fraction",
      default: 0.5,
      minimum: 0,
      maximum: 1,
      summary: "Share of listed servers that must be eligible; with fewer, there is panic. 0% is never.",
    },
    onPanic: {
      unit: "choice",
      choices: ["use-all", "refuse"],
      default: "use-all",
      summary: "In panic: use every listed server, or refuse everybody (Envoy's fail_traffic_on_panic).",
    },
  },
  create: ({ thresholdFraction, onPanic }, context, inner) =>
    new PanicThreshold(thresholdFraction, onPanic === "refuse", context, inner),
});
