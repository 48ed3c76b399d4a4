import { pow } from "../engine/exact.ts";
import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";
import { DeadlineSchedule, randomStartKnob, startOf } from "./deadline-schedule.ts";
import { weighsAlike } from "./earliest-deadline-first.ts";
import { loadColumn, loadKnob } from "./load-seen.ts";

interface Options {
  readonly choiceCount: number;
  readonly selection: string;
  readonly activeRequestBias: number;
  readonly load: string;
  readonly randomStart: boolean;
}

/**
 * Envoy's least request. Servers of equal weight: the least busy of some drawn at random, with replacement, the first drawn
 * on ties; or of all, ties at random. Of different weights: earliest deadline first, where a server's weight is divided by
 * (requests + 1) to the power of the bias each time it has its turn.
 */
class LeastRequest extends Algorithm {
  private decisions = 0;
  private readonly context: BalancingContext;
  private readonly options: Options;
  private readonly load: Int32Array | Float64Array;
  private readonly schedule: DeadlineSchedule;
  private readonly start: number;
  private isFlat = true;
  private version = -1;

  constructor(context: BalancingContext, options: Options) {
    super();
    this.context = context;
    this.options = options;
    this.load = loadColumn(context.fleet, options.load);
    this.schedule = new DeadlineSchedule(context.fleet.count);
    this.start = startOf(context.draws, options.randomStart);
  }

  pick(_request: number, avoid: number): number {
    const { fleet, draws } = this.context;
    if (this.version !== fleet.version) this.rebuild();
    draws.at(0, this.decisions++);
    if (!this.isFlat) return this.byDeadline(avoid);
    return this.options.selection === "full-scan" ? this.ofAll(avoid) : this.ofSome(avoid);
  }

  private ofSome(avoid: number): number {
    const { fleet, draws } = this.context;
    const { load } = this;
    let best = -1;
    let place = 0;
    for (let i = 0; i < this.options.choiceCount; i++) {
      place = draws.below(fleet.eligibleCount);
      const server = fleet.eligible[place]!;
      if (isOpen(fleet, server, avoid) && (best < 0 || load[server]! < load[best]!)) best = server;
    }
    return best < 0 ? firstOpen(fleet, avoid, place) : best;
  }

  /** Every further server that ties with the best so far takes its place with probability 1 / (ties so far). */
  private ofAll(avoid: number): number {
    const { fleet, draws } = this.context;
    const { load } = this;
    let best = -1;
    let ties = 0;
    for (let i = 0; i < fleet.eligibleCount; i++) {
      const server = fleet.eligible[i]!;
      if (!isOpen(fleet, server, avoid)) continue;
      if (best < 0 || load[server]! < load[best]!) {
        best = server;
        ties = 1;
      } else if (load[server] === load[best] && draws.below(++ties) === 0) {
        best = server;
      }
    }
    return best < 0 ? firstOpen(fleet, avoid) : best;
  }

  private byDeadline(avoid: number): number {
    const { fleet } = this.context;
    const anybody = firstOpen(fleet, avoid);
    if (anybody < 0 || anybody === avoid) return anybody;
    return this.schedule.next(fleet, avoid, this.weightOf);
  }

  private readonly weightOf = (server: number): number => {
    const { activeRequestBias: bias } = this.options;
    const weight = this.context.fleet.weight[server]!;
    const active = this.load[server]! + 1;
    return bias === 1 ? weight / active : weight / pow(active, bias);
  };

  private rebuild(): void {
    const { fleet } = this.context;
    this.version = fleet.version;
    this.isFlat = weighsAlike(fleet);
    if (!this.isFlat) this.schedule.fill(fleet, this.weightOf, this.start);
  }

  override signalOf(server: number): number {
    return this.isFlat ? this.load[server]! : this.schedule.dueAt(server);
  }
}

export const leastRequest = defineBalancing({
  name: "least-request",
  aliases: ["LEAST_REQUEST"],
  summary:
    "The less busy of two servers drawn at random; with different weights, turns that come the later the busier one is.",
  whenToUse: "As Envoy does it, whose two ways differ more than their common name says.",
  products: "Envoy `LEAST_REQUEST`; gRPC `least_request_experimental` with equal weights.",
  cost: "O(choices), O(n) by full scan; O(log n) with different weights, O(n log n) to rebuild",
  decides: {
    signal: "requests; with different weights, deadline in rounds of weight 1",
    rule: "the smallest of those drawn; with different weights, the earliest of all",
    best: "smallest",
    among: "drawn",
    tieBreak:
      "the one drawn first, by full scan one at random; with different weights, the one that has had it for longest",
  },
  knownFlaw:
    "With different weights a server's load is looked at only at its turn: it is round robin with a memory, not least loaded.",
  source: "Envoy least_request_lb.cc, 2026.",
  knobs: {
    choiceCount: { unit: "count", default: 2, minimum: 2, maximum: 1000, summary: "Servers drawn, with replacement." },
    selection: {
      unit: "choice",
      choices: ["choices", "full-scan"],
      default: "choices",
      summary: "Look at some servers drawn at random, or at all of them (`selection_method`).",
    },
    activeRequestBias: {
      unit: "number",
      default: 1,
      minimum: 0,
      maximum: 100,
      summary: "With different weights: how much a busy server's weight shrinks; 0 is round robin.",
    },
    load: loadKnob,
    randomStart: randomStartKnob,
  },
  create: (knobs, context) => new LeastRequest(context, knobs),
});
