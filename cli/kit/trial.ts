/** One algorithm put through one history, watched. */
import type { BalancingAlgorithm, BalancingDefinition, RequestView } from "../../sim/balancing/algorithm.ts";
import { Fleet } from "../../sim/balancing/fleet.ts";
import { type Knobs, withDefaults } from "../../sim/catalogue.ts";
import { OwnFault, reasonOf } from "../own/fault.ts";
import { REFUSAL } from "../own/realm.ts";
import type { History, Step } from "./history.ts";
import { Watch } from "./watch.ts";

/** How a thrown `Violation` is told. */
const VIOLATION = "threw Violation: ";

/** What kind of rule was broken: each check is about some of them. */
export type Kind = "choice" | "avoid" | "view" | "chance" | "threw";

export interface Fault {
  readonly kind: Kind;
  /** What was seen, in words. */
  readonly what: string;
  /** How many steps of the history had been taken. */
  readonly steps: number;
}

/** Requests that are what their number says; a slot stands for the request of that number. */
export function requestsNamed(numberOf: (slot: number) => number): RequestView {
  const address = (slot: number): number => Math.imul(numberOf(slot) + 1, 0x9e3779b1) >>> 0;
  const bytes = (slot: number) => Uint8Array.from([24, 16, 8, 0], (shift) => address(slot) >>> shift);
  return {
    addressOf: address,
    addressBytesOf: bytes,
    addressTextOf: (slot) => bytes(slot).join("."),
    portOf: (slot) => 49_152 + (numberOf(slot) % 16_384),
    urlOf: (slot) => 1 + numberOf(slot),
    uriOf: (slot) => `/page/${1 + numberOf(slot)}`,
    headerOf: (slot) => String(numberOf(slot)),
    cookieOf: (slot) => (numberOf(slot) % 5 === 0 ? null : String(numberOf(slot))),
  };
}

export interface TrialOptions {
  /** A request's number to the slot under which the algorithm gets it. */
  readonly slotOf?: (request: number) => number;
  /** Asks for all signals before each decision. */
  readonly asksSignals?: boolean;
  readonly knobs?: Knobs;
}

interface BeingAsked {
  readonly server: number;
}

export class Trial {
  readonly fleet: Fleet;
  readonly watch: Watch;
  readonly choices: number[] = [];
  hasSignals = false;
  fault: Fault | null = null;
  private readonly algorithm: BalancingAlgorithm | null = null;
  private readonly history: History;
  private readonly options: TrialOptions;
  private nowMs = 0;
  private steps = 0;
  private readonly open: number[] = [];
  private readonly asked: BeingAsked[] = [];
  private readonly wakesAtMs: number[] = [];

  constructor(definition: BalancingDefinition, history: History, options: TrialOptions = {}) {
    this.history = history;
    this.options = options;
    this.fleet = new Fleet(history.weights);
    this.watch = new Watch(this.fleet.count);
    const { watch, fleet } = this;
    const slots = new Map<number, number>();
    const slotOf = options.slotOf ?? ((request) => request);
    for (const step of history.steps) if (step.do === "request") slots.set(slotOf(step.request), step.request);
    const now = () => this.nowMs;
    fleet.admit([...history.weights.keys()]);
    this.algorithm = this.guarded("create", () =>
      definition.create(withDefaults(definition, options.knobs ?? {}), {
        fleet: watch.fleet(fleet),
        requests: watch.requests(requestsNamed((slot) => slots.get(slot) ?? 0)),
        draws: watch.draws(history.seed),
        clock: {
          get nowMs() {
            return now();
          },
        },
        probes: { ask: (server) => this.asked.push({ server }) },
        wake: (atMs) => this.wakesAtMs.push(atMs),
      }),
    );
    for (const server of history.weights.keys()) this.call("changed", (algorithm) => algorithm.changed(server));
  }

  get isOver(): boolean {
    return this.fault !== null || this.steps >= this.history.steps.length;
  }

  /** Takes the next step. */
  advance(): void {
    const step = this.history.steps[this.steps++]!;
    this.take(step);
  }

  run(): this {
    while (!this.isOver) this.advance();
    return this;
  }

  private take(step: Step): void {
    const { fleet, open } = this;
    switch (step.do) {
      case "request":
        return this.request(step);
      case "end": {
        if (open.length === 0) return;
        const [server] = open.splice(step.which % open.length, 1);
        fleet.inFlight[server!]!--;
        return this.call("ended", (algorithm) => algorithm.ended(server!, step.ms, step.answered));
      }
      case "bind": {
        const server = step.server % fleet.count;
        if (fleet.isEligible[server] === 0) return;
        return this.place(server, true);
      }
      case "weigh": {
        const server = step.server % fleet.count;
        fleet.setWeight(server, step.weight);
        return this.call("changed", (algorithm) => algorithm.changed(server));
      }
      case "report":
        return this.report(step);
      case "answer-probe": {
        const probe = this.asked.shift();
        if (probe === undefined) return;
        return this.call("probed", (algorithm) => algorithm.probed(probe.server, step.inSystem, step.ms));
      }
      case "wait": {
        this.nowMs += step.ms;
        const due = this.wakesAtMs.findIndex((atMs) => atMs <= this.nowMs);
        if (due < 0) return;
        this.wakesAtMs.splice(due, 1);
        return this.call("woken", (algorithm) => algorithm.woken());
      }
      default:
        return this.change(step.do, step.server % fleet.count);
    }
  }

  private change(what: "down" | "up" | "leave" | "join", server: number): void {
    const { fleet } = this;
    if (what === "leave") fleet.setListed(server, false);
    else if (what === "join") fleet.admit([server]);
    else if (fleet.isListed[server] === 1) fleet.setEligible(server, what === "up");
    this.call("changed", (algorithm) => algorithm.changed(server));
  }

  private report(step: Extract<Step, { do: "report" }>): void {
    const { reports, count } = this.fleet;
    const server = step.server % count;
    reports.madeAtMs[server] = this.nowMs;
    reports.inSystem[server] = step.inSystem;
    reports.utilisation[server] = step.utilisation;
    reports.answeredPerSec[server] = step.inSystem;
    this.call("reported", (algorithm) => algorithm.reported(server));
  }

  private request({ request, avoid: asked, barred }: Extract<Step, { do: "request" }>): void {
    const { fleet } = this;
    if (fleet.eligibleCount === 0) return;
    const slot = this.options.slotOf?.(request) ?? request;
    const avoid = asked < 0 ? -1 : asked % fleet.count;
    const bar = (isBarred: boolean) => {
      for (const server of barred)
        if (fleet.isEligible[server % fleet.count] === 1) fleet.setBarred(server % fleet.count, isBarred);
    };
    bar(true);
    if (this.options.asksSignals) {
      for (const server of fleet.eligible.slice(0, fleet.eligibleCount)) {
        const look = (algorithm: BalancingAlgorithm) => {
          if (algorithm.signalOf(server, slot) !== null) this.hasSignals = true;
        };
        this.call("signalOf", look, slot);
      }
    }
    let server = -1;
    this.call("pick", (algorithm) => (server = algorithm.pick(slot, avoid)), slot);
    this.fault ??= this.faultOf(server, avoid);
    bar(false);
    if (this.fault !== null) return;
    this.choices.push(server);
    if (server >= 0) this.place(server);
  }

  private place(server: number, isBound = false): void {
    this.fleet.inFlight[server]!++;
    this.fleet.sentBytes[server]! += 500;
    this.open.push(server);
    if (isBound) this.call("bound", (algorithm) => algorithm.bound(server));
    this.call("sent", (algorithm) => algorithm.sent(server));
  }

  /** What is wrong with a choice, or null. */
  private faultOf(server: number, avoid: number): Fault | null {
    const { fleet } = this;
    const free = [...fleet.eligible.slice(0, fleet.eligibleCount)].filter((at) => fleet.isBarred[at] === 0);
    const name = (at: number) => fleet.identity[at]?.name ?? String(at);
    const fault = (kind: Kind, what: string): Fault => ({ kind, what: `pick returned ${what}`, steps: this.steps });
    if (server === -1)
      return free.length === 0 ? null : fault("choice", `-1, though ${name(free[0]!)} may have the request`);
    if (fleet.isEligible[server] === undefined) return fault("choice", `${server}, which is no server`);
    if (fleet.isEligible[server] === 0) return fault("choice", `${name(server)}, which is not eligible`);
    if (fleet.isBarred[server] === 1) return fault("choice", `${name(server)}, which is barred from this request`);
    const others = free.filter((at) => at !== avoid);
    if (server !== avoid || others.length === 0) return null;
    return fault(
      "avoid",
      `${name(server)}, which has just refused the request, though ${name(others[0]!)} may have it`,
    );
  }

  private call(method: string, work: (algorithm: BalancingAlgorithm) => unknown, request = -1): void {
    if (this.fault !== null || this.algorithm === null) return;
    this.watch.enter(request);
    const { algorithm } = this;
    this.guarded(method, () => work(algorithm));
    this.watch.enter();
  }

  /** What `work` returns; null, and a fault, when it throws. */
  private guarded<T>(method: string, work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      const told = error instanceof OwnFault ? error.message : `${method} threw ${reasonOf(error)}`;
      this.fault = { kind: kindOf(told), what: told.replace(VIOLATION, ""), steps: this.steps };
      return null;
    }
  }
}

function kindOf(told: string): Kind {
  if (told.includes(VIOLATION)) return "view";
  if (told.includes(REFUSAL)) return "chance";
  return told.includes("pick returned") ? "choice" : "threw";
}
