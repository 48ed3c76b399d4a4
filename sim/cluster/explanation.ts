/**
 * One decision explained: what the balancer knew when it fell, and what came of it. The snapshot is taken before the
 * algorithm is asked, so that the signals are those it saw. Explaining changes no result: signals are pure, and the draws
 * are the same numbers, written down.
 */
import type { BalancingAlgorithm } from "../balancing/algorithm.ts";
import type { Fleet } from "../balancing/fleet.ts";
import { type DrawTaken, RecordingDraws } from "../engine/recording-draws.ts";
import type { AffinityMechanism, BindingRules } from "../persistence/affinity/mechanism.ts";
import { type AffinityLetter, affinityLetters } from "../record.ts";
import { fateOf, letterOf } from "./bindings.ts";
import type { RequestsSeen } from "./contexts.ts";
import { type Decision, decisionOf, type LoggedParts, observeDecisions } from "./decision-log.ts";
import { STANDS } from "./decisions.ts";
import * as request from "./requests.ts";

/** A decision's place in the stream, from 0, or the request it is about: of several decisions, the first. */
export type DecisionSought =
  | { readonly index: number }
  | {
      readonly population: string;
      readonly visit: number;
      readonly request: number;
      readonly attempt: number;
    };

export interface Candidate {
  readonly server: string;
  readonly serverIndex: number;
  /** In the balancer's configuration; one that is not has yet to join. */
  readonly isListed: boolean;
  readonly isEligible: boolean;
  /** Taken for up, and about to be stopped: for those who are bound to it only. */
  readonly isDraining: boolean;
  /** Eligible, but not for this request: it has as many as it may have, or has had this one already. */
  readonly isBarred: boolean;
  /** Among those that the algorithm was to choose from: the eligible, or what helpers of placement make of them. */
  readonly isSeen: boolean;
  /** It refused this very request just now. */
  readonly isAvoided: boolean;
  readonly weight: number;
  /** Of this balancer, before the request at hand. */
  readonly inFlight: number;
  /** As the algorithm saw it; null where it looks at none, or does not see the server. */
  readonly signal: number | null;
}

export interface Explanation {
  readonly decision: Decision;
  /** What the request showed to the balancer. */
  readonly address: string;
  readonly uri: string;
  /** The application's cookie; null when the request brought none. */
  readonly cookie: string | null;
  /** What came of looking for a binding; null for a redispatch, which looks for none. */
  readonly outcome: AffinityLetter | null;
  /** The server of the binding, eligible or not. */
  readonly boundServer: string | null;
  /** The rule of the mechanism that decided where the bound server could not simply be used, as `whenDraining: keep`. */
  readonly rule: string | null;
  /** Every server of the scenario, in its order. */
  readonly candidates: readonly Candidate[];
  /** What the algorithm drew for this decision. */
  readonly draws: readonly DrawTaken[];
}

export interface ExplainedParts extends LoggedParts {
  readonly requestView: RequestsSeen;
  readonly affinity: AffinityMechanism;
  readonly fleets: readonly Fleet[];
  readonly algorithms: readonly BalancingAlgorithm[];
}

type Snapshot = Omit<Explanation, "decision" | "draws" | "rule">;

/** A decision that has begun: its request may have to wait before it goes anywhere. */
interface Begun {
  readonly snapshot: Snapshot;
  /** Filled while the algorithm chooses. */
  readonly draws: readonly DrawTaken[];
}

export class Explainer {
  /** null until the run has come that far. */
  explanation: Explanation | null = null;
  /** How many visits of the population that is asked for have been seen, and requests of that visit. */
  visitsSeen = 0;
  requestsSeen = 0;
  private readonly sought: DecisionSought;
  private readonly draws: RecordingDraws[] = [];
  private next = 0;

  constructor(sought: DecisionSought) {
    this.sought = sought;
  }

  /** The draws of the next balancer. */
  drawsOf(seed: number, purpose: string): RecordingDraws {
    const draws = new RecordingDraws(seed, purpose);
    this.draws.push(draws);
    return draws;
  }

  /** To be called before the run starts. */
  watch(parts: ExplainedParts): void {
    const { balancers } = parts;
    // Where requests wait, the decision of an index may have begun at any time before.
    const mayWait = balancers.limits !== null;
    const begun = new Map<number, Begun>();
    balancers.decider.onset = (slot, balancer, avoid, bound) => {
      const draws = this.draws[balancer]!;
      draws.taken = null;
      if (this.explanation !== null || !this.maySeek(parts, slot, mayWait)) return;
      draws.taken = [];
      const looked = bound === STANDS ? begun.get(slot)?.snapshot : undefined;
      begun.set(slot, { snapshot: snapshotOf(parts, slot, balancer, avoid, bound, looked), draws: draws.taken });
    };
    observeDecisions(balancers, (slot, server, reason) => {
      const index = this.next++;
      const found = begun.get(slot);
      begun.delete(slot);
      if (this.explanation !== null || found === undefined) return;
      if ("index" in this.sought && this.sought.index !== index) return;
      const decision = decisionOf(parts, index, slot, server, reason);
      const rule = ruleOf(decision, found.snapshot, parts.affinity.rules);
      this.explanation = { decision, ...found.snapshot, rule, draws: found.draws };
      begun.clear();
    });
  }

  /** Whether the decision that begins may be the one. */
  private maySeek({ requests, sessions, populations }: ExplainedParts, slot: number, mayWait: boolean): boolean {
    const { sought } = this;
    if ("index" in sought) return mayWait || this.next === sought.index;
    const { ints } = requests;
    const at = slot * request.INTS;
    const session = ints[at + request.SESSION]!;
    if (populations[sessions.populationOf(session)] !== sought.population) return false;
    const visit = sessions.numberOf(session);
    this.visitsSeen = Math.max(this.visitsSeen, visit + 1);
    if (visit !== sought.visit) return false;
    const number = ints[at + request.NUMBER]!;
    this.requestsSeen = Math.max(this.requestsSeen, number + 1);
    return number === sought.request && ints[at + request.ATTEMPT]! === sought.attempt;
  }
}

/** null where no rule came into it. */
function ruleOf({ reason }: Decision, { boundServer, candidates }: Snapshot, rules: BindingRules): string | null {
  const bound = candidates.find(({ server }) => server === boundServer);
  switch (reason) {
    case "bound":
      return bound?.isDraining === true ? `whenDraining: ${rules.whenDraining}` : null;
    case "drained":
      return `whenDraining: ${rules.whenDraining}`;
    case "failed-over":
    case "insisted":
      return `whenDown: ${rules.whenDown}`;
    case "turned-away":
      return bound?.isDraining === true ? `whenDraining: ${rules.whenDraining}` : `whenDown: ${rules.whenDown}`;
    case "overflowed":
      return rules.strictness === "hard" ? "the queue's limit for one server" : `strictness: ${rules.strictness}`;
    case "no-server":
      return bound?.isBarred === true ? `strictness: ${rules.strictness}` : null;
    default:
      return null;
  }
}

/** `looked`: what was told of the look-up when the request came, where it is not made again. */
function snapshotOf(
  parts: ExplainedParts,
  slot: number,
  balancer: number,
  avoid: number,
  bound: number,
  looked: Snapshot | undefined,
): Snapshot {
  const { requestView, affinity, servers } = parts;
  const fleet = parts.fleets[balancer]!;
  const algorithm = parts.algorithms[balancer]!;
  const sees = (server: number): boolean => algorithm.sees?.(server) ?? fleet.isEligible[server] === 1;
  const outcome =
    bound >= 0 && fleet.isEligible[bound] === 0
      ? letterOf(fleet, bound, fateOf(fleet, bound, affinity.rules), affinity.outcome)
      : affinity.outcome;
  return {
    address: requestView.addressTextOf(slot),
    uri: requestView.uriOf(slot),
    cookie: requestView.cookieOf(slot),
    outcome: looked !== undefined ? looked.outcome : avoid < 0 ? affinityLetters[outcome]! : null,
    boundServer: looked !== undefined ? looked.boundServer : bound < 0 ? null : servers.names[bound]!,
    candidates: Array.from({ length: fleet.count }, (_, server) => ({
      isSeen: sees(server),
      server: servers.names[server]!,
      serverIndex: server,
      isListed: fleet.isListed[server] === 1,
      isEligible: fleet.isEligible[server] === 1,
      isDraining: fleet.isUp[server] === 1 && fleet.isDraining[server] === 1,
      isBarred: fleet.isBarred[server] === 1,
      isAvoided: server === avoid,
      weight: fleet.weight[server]!,
      inFlight: fleet.inFlight[server]!,
      signal: sees(server) ? algorithm.signalOf(server, slot) : null,
    })),
  };
}
