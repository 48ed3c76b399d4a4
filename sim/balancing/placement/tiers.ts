import { definePlacement, type Inner, Placement, type PlacementContext } from "./placement.ts";

interface Options {
  readonly spill: string;
  readonly overprovisioning: number;
  readonly backups: string;
}

/**
 * The servers of the lowest tier that can take the request, and only those.
 *
 * By health as in Envoy: a tier's health is its share of eligible servers times the overprovisioning factor, at most 1;
 * each tier in turn gets as much of the traffic as its health and what is left allow, in proportion where the healths of all
 * tiers together are below 1. Envoy counts in whole percents, we do not.
 */
class Tiers extends Placement {
  private readonly options: Options;
  /** By part. */
  private readonly tier: readonly number[];
  private readonly share: Float64Array;
  private readonly draws;
  private decisions = 0;

  constructor(options: Options, context: PlacementContext, inner: Inner) {
    const tier = [...new Set(context.situation.tier)].sort((a, b) => a - b);
    super(
      context,
      inner,
      tier.map((number) => `tier-${number}`),
    );
    this.options = options;
    this.tier = tier;
    this.share = new Float64Array(tier.length);
    this.draws = context.drawsFor("tiers", "own");
  }

  protected derive(): void {
    const { fleet, tier, options } = this;
    const tierOf = this.context.situation.tier;
    let left = 1;
    const health = this.parts.map(({ slice }, part) => {
      let listed = 0;
      let eligible = 0;
      for (let server = 0; server < fleet.count; server++) {
        const isOfTier = tierOf[server] === tier[part];
        const isSpare = options.backups === "first" && tier[part]! > 0 && eligible > 0;
        slice.setIf(isOfTier && !isSpare, server);
        if (!isOfTier) continue;
        listed += fleet.isListed[server]!;
        eligible += fleet.isEligible[server]!;
      }
      return listed === 0 ? 0 : Math.min(1, (options.overprovisioning * eligible) / listed);
    });
    const total = Math.min(
      1,
      health.reduce((sum, share) => sum + share, 0),
    );
    health.forEach((share, part) => {
      this.share[part] = total === 0 ? 0 : Math.min(left, share / total);
      left -= this.share[part]!;
    });
  }

  protected override route(): number {
    if (this.options.spill === "health") return this.drawn();
    return this.parts.findIndex(({ slice }) => {
      if (slice.eligibleCount === 0) return false;
      if (this.options.spill === "down" || this.fleet.barredCount === 0) return true;
      for (let i = 0; i < slice.eligibleCount; i++) {
        if (this.fleet.isBarred[slice.eligible[i]!] === 0) return true;
      }
      return false;
    });
  }

  private drawn(): number {
    let rest = this.draws.at(0, this.decisions++).uniform();
    const last = this.share.findLastIndex((share) => share > 0);
    for (let part = 0; part < last; part++) {
      rest -= this.share[part]!;
      if (rest < 0) return part;
    }
    return last;
  }
}

export const tiers = definePlacement({
  name: "tiers",
  aliases: ["priority", "backup", "failover"],
  summary: "Servers of a lower tier first; those of the next when none of these can be used.",
  whenToUse: "Spare servers that are to stay idle as long as the others do. In use by itself where servers have tiers.",
  knownFlaw: "The spare servers are cold when they are needed, and all the load comes at once.",
  products: "nginx and HAProxy `backup`, Envoy's priority levels, Traefik failover.",
  source: "HAProxy 2.6 `backup`, `option allbackups`; nginx 1.22 `backup`; Envoy 1.31 priority levels.",
  knobs: {
    spill: {
      unit: "choice",
      choices: ["down", "full", "health"],
      default: "down",
      summary:
        "When the next tier is used: down, when no server is eligible (HAProxy); full, also when all have as many requests as they may (nginx); health, in proportion, as soon as too few are eligible (Envoy).",
    },
    overprovisioning: {
      unit: "number",
      default: 1.4,
      minimum: 1,
      maximum: 100,
      summary: "With spill health: a tier carries all of the traffic as long as this times its eligible share is 1.",
    },
    backups: {
      unit: "choice",
      choices: ["all", "first"],
      default: "all",
      summary: "Of a tier above 0: all eligible servers, or only the first (HAProxy without allbackups).",
    },
  },
  create: (knobs, context, inner) => new Tiers(knobs, context, inner),
});
