import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";
import { loadColumn, loadKnob } from "./load-seen.ts";
import { PlaceSampler } from "./place-sampler.ts";

interface Options {
  readonly choices: number;
  readonly withReplacement: boolean;
  readonly memory: number;
  readonly load: string;
}

/**
 * The least loaded of d servers drawn at random and of m remembered from before, per unit of weight; the remembered come
 * first, then the drawn in their order, and the first wins ties.
 *
 * Remembered are the m least loaded of the candidates once the request is counted, as in Mitzenmacher, Prabhakar and Shah;
 * the loads they are compared by next time are those of then.
 */
class PowerOfDChoices extends Algorithm {
  private decisions = 0;
  private readonly context: BalancingContext;
  private readonly options: Options;
  private readonly load: Int32Array | Float64Array;
  private readonly sampler: PlaceSampler;
  private readonly places: Int32Array;
  /** The remembered ones, then room for the drawn. */
  private readonly candidates: Int32Array;
  private remembered = 0;

  constructor(context: BalancingContext, options: Options) {
    super();
    this.context = context;
    this.options = options;
    this.load = loadColumn(context.fleet, options.load);
    this.sampler = new PlaceSampler(context.fleet.count);
    this.places = new Int32Array(options.choices);
    this.candidates = new Int32Array(options.choices + options.memory);
  }

  pick(_request: number, avoid: number): number {
    const { fleet } = this.context;
    const { candidates } = this;
    const count = this.gather();
    let best = -1;
    for (let i = 0; i < count; i++) {
      const server = candidates[i]!;
      if (isOpen(fleet, server, avoid) && (best < 0 || this.signalOf(server) < this.signalOf(best))) best = server;
    }
    if (best < 0) best = firstOpen(fleet, avoid);
    this.remember(count, best);
    return best;
  }

  /** Puts the candidates together, each once; returns how many there are. */
  private gather(): number {
    const { fleet, draws } = this.context;
    const { candidates, places, options } = this;
    let count = 0;
    for (let i = 0; i < this.remembered; i++) {
      if (fleet.isEligible[candidates[i]!] === 1) candidates[count++] = candidates[i]!;
    }
    const fromMemory = count;
    draws.at(0, this.decisions++);
    const size = options.withReplacement ? options.choices : Math.min(options.choices, fleet.eligibleCount);
    if (options.withReplacement) for (let i = 0; i < size; i++) places[i] = draws.below(fleet.eligibleCount);
    else this.sampler.sample(size, fleet.eligibleCount, draws, places);
    for (let i = 0; i < size; i++) {
      const server = fleet.eligible[places[i]!]!;
      let isKnown = false;
      for (let j = 0; j < fromMemory; j++) isKnown ||= candidates[j] === server;
      if (!isKnown) candidates[count++] = server;
    }
    return count;
  }

  /** Sorts the least loaded candidates to the front, the chosen one counting its new request. */
  private remember(count: number, chosen: number): void {
    const { candidates } = this;
    const { weight } = this.context.fleet;
    this.remembered = Math.min(this.options.memory, count);
    for (let i = 0; i < this.remembered; i++) {
      let least = i;
      for (let j = i + 1; j < count; j++) {
        const a = candidates[j]!;
        const b = candidates[least]!;
        const difference =
          (this.load[a]! + (a === chosen ? 1 : 0)) * weight[b]! - (this.load[b]! + (b === chosen ? 1 : 0)) * weight[a]!;
        if (difference < 0) least = j;
      }
      const server = candidates[least]!;
      candidates[least] = candidates[i]!;
      candidates[i] = server;
    }
  }

  override signalOf(server: number): number {
    return this.load[server]! / this.context.fleet.weight[server]!;
  }
}

export const powerOfDChoices = defineBalancing({
  name: "power-of-d-choices",
  aliases: ["jsq(d)", "sq(d)", "p2c-with-memory"],
  summary: "The least loaded of d servers drawn at random, and of those remembered from the last decision.",
  whenToUse: "To see what each further choice, or a memory of one, is worth.",
  products: "HAProxy `balance random(n)`, Caddy `random_choose`; with memory, gRPC and switches' DRILL.",
  cost: "O(d + m)",
  decides: {
    signal: "requests per unit of weight",
    rule: "the smallest of the remembered and of those drawn at random",
    best: "smallest",
    among: "drawn",
    tieBreak: "the remembered first, then in the order of drawing",
  },
  knownFlaw: "The more choices, the closer to least connections, its herd included when the load is known late.",
  source:
    "Mitzenmacher, IEEE TPDS 12(10), 2001; Mitzenmacher, Prabhakar and Shah, “Load Balancing with Memory”, FOCS 2002.",
  knobs: {
    choices: { unit: "count", default: 2, minimum: 1, maximum: 1000, summary: "Servers drawn for each request: d." },
    withReplacement: {
      unit: "flag",
      default: false,
      summary:
        "One server may be drawn more than once, as a careless implementation does; it counts as one choice then.",
    },
    memory: {
      unit: "count",
      default: 0,
      minimum: 0,
      maximum: 1000,
      summary: "How many of the least loaded candidates are remembered for the next decision: m.",
    },
    load: loadKnob,
  },
  create: (knobs, context) => new PowerOfDChoices(context, knobs),
});
