import { definePlacement, type Inner, Placement, type PlacementContext } from "./placement.ts";

interface Options {
  readonly size: number;
  readonly scheme: string;
  readonly fallback: string;
}

/**
 * Of the listed servers, those that one balancer uses, each with a share of its weight in (0, 1].
 *
 * random: the `size` servers with the smallest numbers drawn for (balancer, server), a uniformly random subset of which one
 * server that comes or goes changes one member at most.
 */
function randomMembers(listed: readonly number[], size: number, context: PlacementContext): Map<number, number> {
  const draws = context.drawsFor("subset", "own");
  const rank = new Map(listed.map((server) => [server, draws.at(server, 0).uniform()]));
  const ranked = [...listed].sort((a, b) => rank.get(a)! - rank.get(b)! || a - b);
  return new Map(ranked.slice(0, size).map((server) => [server, 1]));
}

/**
 * rounds: Google's deterministic subsetting (Site Reliability Engineering, chapter 20). Balancers in rounds of as many as
 * there are whole subsets; each round has one shuffle of the servers, of which every balancer takes the next piece. Servers
 * beyond the last whole subset are left out in that round.
 */
function roundMembers(listed: readonly number[], size: number, context: PlacementContext): Map<number, number> {
  const { balancer } = context.situation;
  const subsets = Math.floor(listed.length / size);
  const round = Math.floor(balancer / subsets);
  const draws = context.drawsFor("subset-rounds", "shared");
  const shuffled = [...listed];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = draws.at(round, last).below(last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
  }
  const first = (balancer % subsets) * size;
  return new Map(shuffled.slice(first, first + size).map((server) => [server, 1]));
}

/**
 * ring: Finagle's deterministic aperture. Balancers and servers stand in equal distances on one circle each; a balancer covers
 * an arc from its own place on, as many balancers' distances as it takes to see `size` servers, so that every point of the circle
 * is covered by equally many. A server at the end of an arc counts by the part of it that is covered.
 */
function ringMembers(listed: readonly number[], size: number, context: PlacementContext): Map<number, number> {
  const { balancer, balancers } = context.situation;
  const servers = listed.length;
  // All in units of 1 ÷ (balancers × servers), which are whole numbers.
  const width = Math.min(balancers, Math.ceil((size * balancers) / servers)) * servers;
  const begin = balancer * servers;
  const members = new Map<number, number>();
  for (let place = 0; place < servers; place++) {
    let covered = 0;
    for (const turn of [0, balancers * servers]) {
      const from = Math.max(begin, place * balancers + turn);
      const to = Math.min(begin + width, (place + 1) * balancers + turn);
      covered += Math.max(0, to - from);
    }
    if (covered > 0) members.set(listed[place]!, covered / balancers);
  }
  return members;
}

const schemes = { random: randomMembers, rounds: roundMembers, ring: ringMembers };

class Subset extends Placement {
  private readonly options: Options;
  private readonly choose: typeof randomMembers;
  private listed: readonly number[] = [];
  private members: ReadonlyMap<number, number> = new Map();

  constructor(options: Options, context: PlacementContext, inner: Inner) {
    super(context, inner);
    this.options = options;
    this.choose = schemes[options.scheme as keyof typeof schemes];
  }

  protected derive(): void {
    const { fleet, options, context } = this;
    const { slice } = this.parts[0]!;
    const listed = Array.from(fleet.isListed.keys()).filter((server) => fleet.isListed[server] === 1);
    if (listed.length !== this.listed.length || listed.some((server, place) => server !== this.listed[place])) {
      this.listed = listed;
      const isAll = listed.length <= options.size;
      this.members = isAll ? new Map(listed.map((server) => [server, 1])) : this.choose(listed, options.size, context);
    }
    const { members } = this;
    const isAnyThere = [...members.keys()].some((server) => fleet.isEligible[server] === 1);
    const isOpen = options.fallback === "any" && !isAnyThere;
    for (let server = 0; server < fleet.count; server++) {
      const share = members.get(server);
      slice.setIf(isOpen || share !== undefined, server, share);
    }
  }
}

export const subset = definePlacement({
  name: "subset",
  aliases: ["subsetting", "aperture"],
  summary: "Each balancer uses a part of the fleet only.",
  whenToUse: "Many balancers and many servers, where everybody connected to everybody is too much.",
  knownFlaw: "Random subsets load servers unevenly; small ones leave a balancer nothing when their servers are down.",
  products: "Google's deterministic subsetting, Finagle `deterministicAperture`, Envoy subsets.",
  source:
    "Beyer et al., Site Reliability Engineering, 2016, ch. 20; Finagle, DeterministicAperture.scala; Envoy 1.31 for the fallback.",
  knobs: {
    size: {
      unit: "count",
      default: 20,
      minimum: 1,
      maximum: 100_000,
      summary: "Servers that a balancer uses; Google's are 20 to 100, Finagle's least aperture is 12.",
    },
    scheme: {
      unit: "choice",
      choices: ["random", "rounds", "ring"],
      default: "rounds",
      summary:
        "random: independent subsets; rounds: Google's, shuffled pieces in turn; ring: Finagle's arcs, with weights.",
    },
    fallback: {
      unit: "choice",
      choices: ["none", "any"],
      default: "none",
      summary: "When none of the subset is eligible: refuse (Envoy's NO_FALLBACK), or use any server (ANY_ENDPOINT).",
    },
  },
  create: (knobs, context, inner) => new Subset(knobs, context, inner),
});
