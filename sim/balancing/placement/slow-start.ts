import { pow } from "../../engine/exact.ts";
import { definePlacement, type Inner, Placement, type PlacementContext } from "./placement.ts";

interface Options {
  readonly windowMs: number;
  readonly curve: string;
  readonly aggression: number;
  readonly minimumFraction: number;
  readonly stepMs: number;
}

/** Of its weight, what a server has that became eligible `sinceMs` ago, in [0, 1]. */
export function warmth(options: Options, sinceMs: number): number {
  const { windowMs, curve, aggression, minimumFraction } = options;
  if (sinceMs >= windowMs) return 1;
  // HAProxy counts sixteenths of the weight, and whole seconds.
  if (curve === "sixteenths") {
    const [seconds, window] = [Math.floor(sinceMs / 1000), windowMs / 1000];
    return Math.min(1, Math.floor((16 * seconds + window) / window) / 16);
  }
  return Math.max(minimumFraction, pow(Math.max(1000, sinceMs) / windowMs, 1 / aggression));
}

/** A server that has just become eligible has little of its weight, and more every step until its window is over. */
class SlowStart extends Placement {
  private readonly options: Options;
  /** When the server became eligible; -Infinity for those that were from the start, NaN for those that are not. */
  private readonly sinceMs: Float64Array;
  private isAwake = false;

  constructor(options: Options, context: PlacementContext, inner: Inner) {
    super(context, inner);
    this.options = options;
    this.sinceMs = new Float64Array(context.fleet.count).fill(Number.NaN);
  }

  protected derive(): void {
    const { fleet, options, sinceMs } = this;
    const { slice } = this.parts[0]!;
    const { nowMs } = this.context.clock;
    let isAnyCold = false;
    for (let server = 0; server < fleet.count; server++) {
      if (fleet.isEligible[server] === 0) sinceMs[server] = Number.NaN;
      else if (Number.isNaN(sinceMs[server]!)) sinceMs[server] = nowMs === 0 ? -Infinity : nowMs;
      const share = fleet.isEligible[server] === 0 ? 1 : warmth(options, nowMs - sinceMs[server]!);
      isAnyCold ||= nowMs - sinceMs[server]! < options.windowMs;
      slice.set(server, fleet.isListed[server] === 1, fleet.isEligible[server] === 1, fleet.weight[server]! * share);
    }
    if (!isAnyCold || this.isAwake) return;
    this.isAwake = true;
    this.wakeOwn(nowMs + options.stepMs);
  }

  protected override due(): void {
    this.isAwake = false;
    this.refresh();
  }
}

export const slowStart = definePlacement({
  name: "slow-start",
  aliases: ["slow_start", "slowstart", "slow_start_config"],
  summary: "A server that has just come up gets its weight little by little.",
  whenToUse: "Servers that are slow until caches are warm and code is compiled; algorithms that go by weight.",
  knownFlaw:
    "Algorithms that mind no weights, such as plain round robin, mind none of this; a small fleet loses capacity.",
  products: "Envoy `slow_start_config`, HAProxy `slowstart`, nginx Plus `slow_start`, AWS ALB slow start.",
  source: "Envoy 1.31, slow start mode; HAProxy 2.6 server.c (server_recalc_eweight).",
  knobs: {
    windowMs: {
      unit: "ms",
      default: 60_000,
      minimum: 1000,
      summary: "Time until a server has all of its weight. Envoy and HAProxy have no default; this is Envoy's example.",
    },
    curve: {
      unit: "choice",
      choices: ["power", "sixteenths"],
      default: "power",
      summary: "power: (time ÷ window)^(1 ÷ aggression), as Envoy; sixteenths: in 16 equal steps, as HAProxy.",
    },
    aggression: {
      unit: "number",
      default: 1,
      minimum: 0.01,
      maximum: 100,
      summary: "With the power curve: above 1 the weight grows fast at first, below 1 fast at last.",
    },
    minimumFraction: {
      unit: "fraction",
      default: 0.1,
      minimum: 0.001,
      maximum: 1,
      summary: "With the power curve: the share of its weight that a server has at least.",
    },
    stepMs: {
      unit: "ms",
      default: 1000,
      minimum: 10,
      summary: "Time after which weights are set anew; HAProxy does so every second.",
    },
  },
  create: (knobs, context, inner) => new SlowStart(knobs, context, inner),
});
