import { definePlacement, type Inner, Placement, type PlacementContext } from "./placement.ts";

interface Options {
  readonly minimumServers: number;
  readonly basis: string;
  readonly enabledFraction: number;
}

/**
 * Requests stay in the balancer's own zone as far as that has its share of the servers; what is too much for it goes to zones
 * that have more than theirs.
 *
 * Envoy's rule. With b the share of all balancers that stand in a zone, and s its share of the eligible servers: where s >= b
 * in its own zone a balancer stays there; else it stays with probability s ÷ b, and otherwise goes to another zone in proportion
 * to what that has over, max(0, s - b). Envoy counts in hundredths of a percent, we do not.
 */
class ZoneAware extends Placement {
  private readonly options: Options;
  /** By part; the last part is the whole fleet. */
  private readonly zones: readonly (string | null)[];
  private readonly balancersIn: readonly number[];
  private readonly own: number;
  private readonly draws;
  private readonly surplus: Float64Array;
  private readonly weights: Float64Array;
  private isOn = false;
  private stay = 1;
  private decisions = 0;

  constructor(options: Options, context: PlacementContext, inner: Inner) {
    const { zone, zoneOfBalancer, balancer } = context.situation;
    const zones = [...new Set(zone)];
    super(context, inner, [...zones.map((name) => `zone-${name ?? ""}`), ""]);
    this.options = options;
    this.zones = zones;
    this.balancersIn = zones.map((name) => zoneOfBalancer.filter((other) => other === name).length);
    this.own = zoneOfBalancer[balancer] === null ? -1 : zones.indexOf(zoneOfBalancer[balancer]!);
    this.draws = context.drawsFor("zone-aware", "own");
    this.surplus = new Float64Array(zones.length);
    this.weights = new Float64Array(zones.length);
  }

  protected derive(): void {
    const { fleet, zones, own, options, weights, surplus } = this;
    const { zone, balancers } = this.context.situation;
    let total = 0;
    weights.fill(0);
    for (let server = 0; server < fleet.count; server++) {
      const part = zones.indexOf(zone[server]!);
      this.parts.forEach(({ slice }, each) => {
        slice.setIf(each === part || each === zones.length, server);
      });
      if (fleet.isEligible[server] === 0) continue;
      const counts = options.basis === "weight" ? fleet.weight[server]! : 1;
      weights[part]! += counts;
      total += counts;
    }
    const isSmall = fleet.eligibleCount < options.minimumServers || zones.length < 2;
    this.isOn = !isSmall && own >= 0 && weights[own]! > 0;
    if (!this.isOn) return;
    for (let part = 0; part < zones.length; part++) {
      surplus[part] = Math.max(0, weights[part]! / total - this.balancersIn[part]! / balancers);
    }
    this.stay = Math.min(1, weights[own]! / total / (this.balancersIn[own]! / balancers));
  }

  protected override route(): number {
    const whole = this.zones.length;
    if (!this.isOn) return whole;
    const draws = this.draws.at(0, this.decisions++);
    if (this.options.enabledFraction < 1 && draws.uniform() >= this.options.enabledFraction) return whole;
    if (this.stay >= 1 || draws.uniform() < this.stay) return this.own;
    let rest = draws.uniform() * this.surplus.reduce((sum, share) => sum + share, 0);
    const last = this.surplus.findLastIndex((share) => share > 0);
    for (let part = 0; part < last; part++) {
      rest -= this.surplus[part]!;
      if (rest < 0) return part;
    }
    return last;
  }
}

export const zoneAware = definePlacement({
  name: "zone-aware",
  aliases: ["zone_aware_lb_config", "locality-aware"],
  summary:
    "Stay in the balancer's own zone as far as that has the servers for it; spill over where there are too many.",
  whenToUse: "Zones between which traffic costs time or money, and balancers in each.",
  knownFlaw:
    "A zone with more clients than its balancers' share is overloaded: the rule counts balancers, not requests.",
  products: "Envoy `zone_aware_lb_config`, Linkerd and Kubernetes topology-aware routing.",
  source: "Envoy 1.31, zone aware routing; load_balancer_impl.cc.",
  knobs: {
    minimumServers: {
      unit: "count",
      default: 6,
      minimum: 0,
      maximum: 100_000,
      summary: "With fewer eligible servers zones are not minded (Envoy's min_cluster_size).",
    },
    basis: {
      unit: "choice",
      choices: ["servers", "weight"],
      default: "servers",
      summary: "What a zone's share is counted in: eligible servers, or their weight.",
    },
    enabledFraction: {
      unit: "fraction",
      default: 1,
      minimum: 0,
      maximum: 1,
      summary: "Share of the requests for which zones are minded (Envoy's routing_enabled).",
    },
  },
  create: (knobs, context, inner) => new ZoneAware(knobs, context, inner),
});
