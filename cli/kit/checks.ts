/** What a balancing algorithm must keep to, each rule a check that tells what it saw and how to mend it. */
import fc from "fast-check";
import { plainNumber } from "../../reports/format.ts";
import type { BalancingDefinition } from "../../sim/balancing/algorithm.ts";
import { growsMore, statedGrowth } from "../../sim/balancing/growth.ts";
import { costOf, sizes } from "./cost.ts";
import { type History, history, historyText } from "./history.ts";
import type { Situation } from "./situation.ts";
import { type Kind, Trial } from "./trial.ts";

export interface Check {
  /** A sentence about the algorithm, true when it passes. */
  readonly rule: string;
  /** null where breaking another rule first has left too little to tell by. */
  readonly passed: boolean | null;
  /** What the check looked at, or what it found wrong. */
  readonly saw: string;
  /** The smallest case found, step by step; null where the check passed or needs none. */
  readonly example: readonly string[] | null;
  /** The smallest run found; null where the check passed or is not about runs. */
  readonly scenario?: Situation | null;
  /** The way out; null where the check passed. */
  readonly fix: string | null;
}

/** Makes the definition anew, with nothing left over from before. */
export type Make = () => BalancingDefinition;

export interface KitOptions {
  /** Histories for each check. */
  readonly histories: number;
}

/** What is wrong after a number of steps, or null. */
type Finding = { readonly saw: string; readonly steps: number } | null;

/** A rule about what an algorithm does in a history; `base` is what it did there, plainly run. */
interface Rule {
  readonly rule: string;
  readonly looked: string;
  readonly fix: string;
  /** Whether it compares choices, which there are only where no other rule is broken. */
  readonly compares: boolean;
  readonly look: (given: History, base: Trial) => Finding;
}

/** Where chance begins; the same file gets the same histories. */
const SEED = 1;

/** The smallest history that breaks the rule. */
function smallest(make: Make, { look }: Rule, numRuns: number): History | null {
  const keeps = (given: History): boolean => look(given, new Trial(make(), given).run()) === null;
  const { counterexample } = fc.check(fc.property(history, keeps), { numRuns, seed: SEED });
  return counterexample?.[0] ?? null;
}

/** Every rule over the same histories; those that are broken are then looked for again, to be shrunk. */
function checksOf(make: Make, rules: readonly Rule[], { histories }: KitOptions): readonly Check[] {
  const broken = new Map<Rule, History>();
  let whole = 0;
  for (const given of fc.sample(history, { numRuns: histories, seed: SEED })) {
    const base = new Trial(make(), given).run();
    if (base.fault === null) whole++;
    for (const rule of rules) if (!broken.has(rule) && rule.look(given, base) !== null) broken.set(rule, given);
  }
  return rules.map((each): Check => {
    const { rule, looked, fix, look } = each;
    const found = broken.get(each);
    if (found === undefined) {
      const isTold = !each.compares || whole >= histories / 2;
      const saw = isTold ? looked : `${whole} histories: in the others another rule was broken first`;
      return { rule, passed: isTold ? true : null, saw, example: null, fix: null };
    }
    const given = smallest(make, each, histories) ?? found;
    const { saw, steps } = look(given, new Trial(make(), given).run()) ?? { saw: "nothing the second time", steps: 0 };
    return { rule, passed: false, saw, example: historyText(given, steps), fix };
  });
}

const faultsOf =
  (...kinds: readonly Kind[]) =>
  (_given: History, { fault }: Trial): Finding =>
    fault !== null && kinds.includes(fault.kind) ? { saw: fault.what, steps: fault.steps } : null;

const name = (server: number | undefined): string =>
  server === undefined ? "nothing" : server < 0 ? "-1" : `server-${server + 1}`;

/** Another number for each request up to 1000, among the first 10,007, a prime. */
const otherSlotOf = (request: number): number => (request * 7919 + 1) % 10_007;

/** The first decision in which two trials of one history differ. */
function differenceOf(a: Trial, b: Trial, given: History, what: readonly [string, string]): Finding {
  // A fault is another check's to tell.
  if (a.fault !== null || b.fault !== null) return null;
  const at = a.choices.findIndex((choice, index) => choice !== b.choices[index]);
  if (at < 0) return null;
  const requests = given.steps.flatMap((step, index) => (step.do === "request" ? [index] : []));
  const steps = (requests[at] ?? given.steps.length - 1) + 1;
  return { saw: `${name(a.choices[at])} ${what[0]}, ${name(b.choices[at])} ${what[1]}`, steps };
}

/** Two instances take turns, step by step; returns the first of the two. */
function beside(make: Make, given: History): Trial {
  const definition = make();
  const [watched, other] = [new Trial(definition, given), new Trial(definition, given)];
  while (!watched.isOver) {
    if (!other.isOver) other.advance();
    watched.advance();
  }
  return watched;
}

function costCheck(make: Make): Check {
  const rule = "costs as much as it says";
  const cost = costOf(make());
  if (cost === null) {
    const saw = "not counted: another rule was broken first";
    return { rule: "has its cost counted", passed: null, saw, example: null, fix: null };
  }
  const { reads, growth } = cost;
  const table = sizes.map((servers, at) => `${plainNumber(reads[at]!, 1)} at ${plainNumber(servers, 0)}`).join(", ");
  const stated = statedGrowth(make().cost);
  const saw = `reads of its view for a decision: ${table} servers, ${growth}${stated === null ? "" : `; it says ${make().cost}`}`;
  if (stated === null || !growsMore(growth, stated)) {
    return { rule: stated === null ? "has its cost counted" : rule, passed: true, saw, example: null, fix: null };
  }
  const fix = "keep what a decision needs from one to the next, or say that it looks at every server";
  return { rule, passed: false, saw, example: null, fix };
}

export function kitChecks(make: Make, options: KitOptions): readonly Check[] {
  const many = `${options.histories} histories of servers that come, go and change weight`;
  const again = (given: History, how: ConstructorParameters<typeof Trial>[2] = {}) =>
    new Trial(make(), given, how).run();
  const rules: readonly Rule[] = [
    {
      rule: "answers every call",
      looked: many,
      fix: "mind that servers come and go: fleet.eligible has another length each time, and weights may be fractions",
      compares: false,
      look: faultsOf("threw"),
    },
    {
      rule: "chooses a server that may have the request",
      looked: many,
      fix:
        "choose among fleet.eligible[0 … fleet.eligibleCount - 1]; while fleet.barredCount > 0, leave out those whose " +
        "fleet.isBarred is 1, and return -1 when that leaves none",
      compares: false,
      look: faultsOf("choice"),
    },
    {
      rule: "avoids the server that has just refused the request",
      looked: many,
      fix: "leave out the server in pick's second argument unless there is no other",
      compares: false,
      look: faultsOf("avoid"),
    },
    {
      rule: "keeps to its context, and changes nothing there",
      looked: "every read and write",
      fix: "read what the interface has, of the request that pick is asked about; copy a column before changing it",
      compares: false,
      look: faultsOf("view"),
    },
    {
      rule: "takes chance and time from its context only",
      looked: "Math.random, Date and what else differs from run to run",
      fix: "draw with draws.at(0, n).below(count) for the n-th decision; the time is clock.nowMs",
      compares: false,
      look: faultsOf("chance"),
    },
    {
      rule: "chooses the same again from the same past",
      looked: `${options.histories} histories, twice each`,
      fix: "keep all state in what create returns, and nothing outside of it",
      compares: true,
      look: (given, base) => differenceOf(base, again(given), given, ["at first", "in a fresh instance"]),
    },
    {
      rule: "minds no other balancer beside it",
      looked: `${options.histories} histories, alone and beside a second instance`,
      fix: "make state within create: what stands outside is shared by every balancer",
      compares: true,
      look: (given, base) => differenceOf(base, beside(make, given), given, ["alone", "beside another"]),
    },
    {
      rule: "knows a request by what it shows",
      looked: `${options.histories} histories, under two numberings of the requests`,
      fix: "a request's number is a slot, used again for others: hash requests.addressOf(request), urlOf, headerOf …",
      compares: true,
      look: (given, base) => {
        const renumbered = again(given, { slotOf: otherSlotOf });
        return differenceOf(base, renumbered, given, ["at first", "with the requests numbered otherwise"]);
      },
    },
    {
      rule: "gives signals without changing anything",
      looked: `${options.histories} histories, with signals asked for before each decision and without`,
      fix: "let signalOf read only: no draws, no state, no cursor",
      compares: true,
      look: (given, base) => {
        const asked = again(given, { asksSignals: true });
        return differenceOf(base, asked, given, ["at first", "after its signals were asked for"]);
      },
    },
  ];
  return [...checksOf(make, rules, options), costCheck(make)];
}
