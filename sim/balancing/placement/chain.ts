/** Helpers one above the other, and the algorithm below them all. */
import { partNamed, withDefaults } from "../../catalogue.ts";
import type { PartChoice } from "../../scenario.ts";
import type { BalancingAlgorithm } from "../algorithm.ts";
import { placementHelpers } from "./index.ts";
import type { Inner, PlacementContext, Situation } from "./placement.ts";
import { tiers } from "./tiers.ts";

/** Where servers have tiers these are minded, whether the strategy says so or not: with the knobs that it gives, or as they stand. */
export function withTiers(chosen: readonly PartChoice[], { tier }: Pick<Situation, "tier">): readonly PartChoice[] {
  const isNamed = chosen.some(({ name }) => name === tiers.name);
  if (isNamed || tier.every((of) => of === tier[0])) return chosen;
  return [{ name: tiers.name, knobs: withDefaults(tiers, {}) }, ...chosen];
}

/** The first helper sees the whole fleet, the next what the first one leaves, `algorithm` what the last one leaves. */
export function placed(chosen: readonly PartChoice[], context: PlacementContext, algorithm: Inner): BalancingAlgorithm {
  const chain = chosen.reduceRight<Inner>((inner, { name, knobs }, depth) => {
    const helper = partNamed(placementHelpers, name, "placement helper");
    // Two helpers of one kind have draws of their own.
    return (given) => {
      const drawsFor: PlacementContext["drawsFor"] = (purpose, whose) => given.drawsFor(`${depth}/${purpose}`, whose);
      return helper.create(knobs, { ...given, drawsFor }, inner);
    };
  }, algorithm);
  return chain(context);
}
