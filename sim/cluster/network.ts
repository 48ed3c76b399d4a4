/** The legs between client, balancer and server: each crossing takes a drawn time. */
import type { Kernel } from "../engine/kernel.ts";
import { Sampler } from "../engine/sampler.ts";
import type { Cluster, Distribution } from "../scenario.ts";
import type { Sessions } from "../workload/sessions.ts";
import * as field from "../workload/sessions.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";

export class Network {
  readonly toBalancer: Leg;
  readonly toServer: Leg;

  constructor(kernel: Kernel, network: Cluster["network"], seed: number, requests: Requests, sessions: Sessions) {
    this.toBalancer = new Leg(kernel, network.clientToBalancerMs, seed, "client-balancer", requests, sessions);
    this.toServer = new Leg(kernel, network.balancerToServerMs, seed, "balancer-server", requests, sessions);
  }
}

/** One leg, used in both directions. */
export class Leg {
  /** False where the request goes on at once, and `deliver` is not to be called. */
  readonly takesTime: boolean;
  private readonly kernel: Kernel;
  private readonly requests: Requests;
  private readonly sessions: Sessions;
  private readonly delays: Sampler;
  /** A constant delay keeps the order, so its crossings wait in a lane. */
  private readonly lane: number;

  constructor(
    kernel: Kernel,
    delayMs: Distribution,
    seed: number,
    name: string,
    requests: Requests,
    sessions: Sessions,
  ) {
    this.kernel = kernel;
    this.requests = requests;
    this.sessions = sessions;
    this.delays = new Sampler(delayMs, seed, `network/${name}`);
    this.takesTime = delayMs.law !== "constant" || delayMs.value > 0;
    this.lane = this.delays.isConstant && this.takesTime ? kernel.addLane() : -1;
  }

  /** Delivers the request as an event of `kind`, after the time returned. A crossing's draw is that of its request, attempt and kind. */
  deliver(slot: number, kind: number): number {
    const { requests, kernel } = this;
    const session = requests.ints[slot * request.INTS + request.SESSION]!;
    const crossing =
      (requests.ints[slot * request.INTS + request.NUMBER]! * 256 +
        requests.ints[slot * request.INTS + request.ATTEMPT]!) *
        16 +
      kind;
    const { ints } = this.sessions;
    const at = session * field.INTS;
    this.delays.drawInto(kernel.due, 0, ints[at + field.VISIT_LOW]!, ints[at + field.VISIT_HIGH]!, crossing);
    const delayMs = kernel.due[0]!;
    kernel.due[0] = kernel.nowMs + delayMs;
    const generation = requests.ints[slot * request.INTS + request.GENERATION]!;
    if (this.lane >= 0) kernel.scheduleInLane(this.lane, kernel.due[0], kind, slot, generation);
    else kernel.scheduleDue(kind, slot, generation);
    return delayMs;
  }
}
