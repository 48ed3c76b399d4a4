/**
 * What an affinity, a state backend or a whole strategy must keep to: each rule a check over whole small runs, made up at
 * random, of which the smallest that breaks it is shown as a scenario to be run again.
 */
import fc from "fast-check";
import { loadScenario } from "../../scenarios/index.ts";
import { strategyOf } from "../../scenarios/resolve/strategy.ts";
import { Simulation } from "../../sim/cluster/simulation.ts";
import { PartError } from "../../sim/part-error.ts";
import type { Scenario, Strategy } from "../../sim/scenario.ts";
import type { OwnDefinition } from "../own/definition.ts";
import { OwnFault, reasonOf } from "../own/fault.ts";
import { REFUSAL } from "../own/realm.ts";
import type { OwnKind } from "../own/source.ts";
import type { Check, KitOptions } from "./checks.ts";
import { calm, type Situation, scenarioText, situation } from "./situation.ts";

/** Makes the definition anew, with nothing left over from before. */
export type MakeOwn = () => OwnDefinition;

/** What is wrong in a situation, or null. */
type Look = (given: Situation) => string | null;

interface Rule {
  readonly rule: string;
  readonly looked: string;
  readonly fix: string;
  readonly look: Look;
  /** Which runs it is about; all of them where nothing is said. */
  readonly narrow?: (given: Situation) => Situation;
}

/** Where chance begins; the same file gets the same runs. */
const SEED = 1;

/** The strategy that a file is tried in: its own, or the plainest around a part. */
function strategyFor(kind: OwnKind, { name, parts, strategy }: OwnDefinition): Strategy {
  const given = strategy ?? {
    balancing: { name: "round-robin", knobs: {} },
    affinity: { name: kind === "affinity" ? name : "balancer-cookie", knobs: {} },
    state: { name: kind === "state" ? name : "server-memory", knobs: {} },
  };
  const { balancing, affinity, state } = given;
  return strategyOf({ name, preset: undefined, balancing, affinity, state }, parts);
}

function modelOf(given: Situation): { readonly model: Scenario; readonly seed: number } {
  const loaded = loadScenario(scenarioText(given, "sticky-cookie"), { fileName: "made-up.yaml" });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join("; "));
  return { model: loaded.scenario.model, seed: loaded.scenario.seed };
}

class Trials {
  private readonly kind: OwnKind;
  private readonly make: MakeOwn;

  constructor(kind: OwnKind, make: MakeOwn) {
    this.kind = kind;
    this.make = make;
  }

  simulation(given: Situation, definition = this.make()): Simulation {
    const { model, seed } = modelOf(given);
    return new Simulation(model, strategyFor(this.kind, definition), seed, { own: definition.parts });
  }

  /** The fault of the user's that a run meets, or null. */
  faultOf(given: Situation): string | null {
    modelOf(given);
    try {
      this.simulation(given).advance(Number.POSITIVE_INFINITY);
      return null;
    } catch (error) {
      if (error instanceof PartError) return error.message;
      return error instanceof OwnFault ? error.message : `the run's books do not balance: ${reasonOf(error)}`;
    }
  }

  /** Compares the decisions of two ways to run; a fault is another check's to tell. */
  difference(
    given: Situation,
    one: (given: Situation) => Simulation,
    other: (given: Situation) => Simulation,
    how: string,
  ) {
    try {
      const [a, b] = [one(given), other(given)].map((simulation) => {
        simulation.advance(Number.POSITIVE_INFINITY);
        return JSON.stringify([simulation.balancers.decider.digest.record(), simulation.ledger.counts]);
      });
      return a === b ? null : `its decisions, or what became of sessions, differ ${how}`;
    } catch {
      return null;
    }
  }

  plain = (given: Situation): Simulation => this.simulation(given);

  /** The same definition at work in another run at the same time. */
  beside = (given: Situation): Simulation => {
    const definition = this.make();
    const [watched, other] = [this.simulation(given, definition), this.simulation(given, definition)];
    for (let atMs = 100; atMs < watched.scenario.durationMs; atMs += 100) {
      other.advance(atMs);
      watched.advance(atMs);
    }
    return watched;
  };

  /** No slot of a visit is ever used again. */
  fresh = (given: Situation): Simulation => {
    const simulation = this.simulation(given);
    const { sessions } = simulation;
    sessions.release = () => {
      sessions.open--;
    };
    return simulation;
  };

  /** What a calm run has lost. */
  lostIn(given: Situation): string | null {
    try {
      const simulation = this.simulation(given);
      simulation.advance(Number.POSITIVE_INFINITY);
      const { lost, staleReads, writesLost } = simulation.ledger.counts;
      return lost + staleReads + writesLost === 0
        ? null
        : `${lost} sessions lost, ${staleReads} stale reads, ${writesLost} writes lost, with one server and nothing that fails`;
    } catch {
      return null;
    }
  }
}

function checkOf({ rule, looked, fix, look, narrow = (given) => given }: Rule, numRuns: number): Check {
  const property = fc.property(situation, (given) => look(narrow(given)) === null);
  const { counterexample } = fc.check(property, { numRuns, seed: SEED });
  const found = counterexample?.[0];
  if (found === undefined) return { rule, passed: true, saw: looked, example: null, scenario: null, fix: null };
  const smallest = narrow(found);
  const saw = look(smallest) ?? "nothing the second time";
  return { rule, passed: false, saw, example: null, scenario: smallest, fix };
}

/** The example scenario, with the file's strategy in it. */
export const exampleText = (kind: OwnKind, name: string, given: Situation): string => {
  const strategy = kind === "strategy" ? "sticky-cookie" : `{ name: tried, extends: sticky-cookie, ${kind}: ${name} }`;
  return scenarioText(given, strategy);
};

export function runChecks(kind: OwnKind, make: MakeOwn, { histories }: KitOptions): readonly Check[] {
  const trials = new Trials(kind, make);
  const runs = `${histories} small runs with crashes, additions, changing addresses, refused cookies`;
  const isChance = (fault: string | null): boolean => fault?.includes(REFUSAL) ?? false;
  const rules: readonly Rule[] = [
    {
      rule: "answers every call as its interface says",
      looked: runs,
      fix: "return what sim/persistence/affinity/mechanism.ts and sim/persistence/state/backend.ts say",
      look: (given) => {
        const fault = trials.faultOf(given);
        return isChance(fault) ? null : fault;
      },
    },
    {
      rule: "takes chance and time from its context only",
      looked: "Math.random, Date and what else differs from run to run",
      fix: "draw with context.drawsOf(purpose).at(entity, k)",
      look: (given) => {
        const fault = trials.faultOf(given);
        return isChance(fault) ? fault : null;
      },
    },
    {
      rule: "decides the same again from the same past",
      looked: `${histories} runs, twice each`,
      fix: "keep all state in what create returns, and nothing outside of it",
      look: (given) => trials.difference(given, trials.plain, trials.plain, "when it is run again"),
    },
    {
      rule: "minds no other run beside it",
      looked: `${histories} runs, alone and beside a second one`,
      fix: "make state within create: what stands outside is shared by every run",
      look: (given) => trials.difference(given, trials.plain, trials.beside, "beside another run"),
    },
    {
      rule: "forgets a visit that is over",
      looked: `${histories} runs, with slots of visits used again and without`,
      fix: "clear everything about the slot in forget(session): the next visit there is another user's",
      look: (given) => trials.difference(given, trials.plain, trials.fresh, "when no slot is used again"),
    },
    {
      rule: "loses nothing where nothing fails",
      looked: `${histories} runs on one server without a fault`,
      fix: "acknowledge a write only when the next read, wherever it comes from, finds it",
      look: (given) => trials.lostIn(given),
      narrow: calm,
    },
  ];
  return rules.map((rule) => checkOf(rule, histories));
}
