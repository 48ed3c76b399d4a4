/** One decision explained, for people: a sentence, the facts behind it, and the servers it was made among. */
import type { BalancingDefinition, Candidate, Explanation } from "../sim/index.ts";
import type { AffinityLetter } from "../sim/record.ts";
import { listOf, plainNumber } from "./format.ts";
import { leftAligned, padded, rightAligned, wrapText } from "./text-table.ts";

export interface ExplainedDecision {
  readonly explanation: Explanation;
  readonly balancing: Pick<BalancingDefinition, "name" | "decides">;
  readonly affinity: string;
  /** Helpers of placement between the fleet and the algorithm. */
  readonly placement: readonly string[];
}

type Rule = BalancingDefinition["decides"];

const outcomes: Readonly<Record<AffinityLetter, string>> = {
  N: "none (N)",
  I: "invalid (I), names no server",
  V: "valid (V)",
  D: "its server is down (D)",
  E: "expired (E), unused for too long",
  O: "expired (O), too old",
  U: "unused (U)",
};

const whole = (value: number): string => plainNumber(value, 0);
const MICROSECONDS = 3;
const DIGITS = 6;

/** Enough digits to tell two signals apart, and no trailing zeros. */
export function signalText(signal: number | null): string {
  if (signal === null) return "–";
  if (Number.isNaN(signal)) return "none yet";
  if (!Number.isFinite(signal)) return signal > 0 ? "infinite" : "-infinite";
  return String(Number(signal.toPrecision(DIGITS)));
}

const mayBeChosen = ({ isSeen, isBarred }: Candidate): boolean => isSeen && !isBarred;

/** Those the algorithm had to choose among: a server that refused the request only where there is no other. */
function choosable(candidates: readonly Candidate[]): readonly Candidate[] {
  const all = candidates.filter(mayBeChosen);
  const others = all.filter(({ isAvoided }) => !isAvoided);
  return others.length > 0 ? others : all;
}

/** Better signals first, equals in the order of the fleet. */
function inOrder(candidates: readonly Candidate[], best: Rule["best"]): readonly Candidate[] {
  if (best === undefined) return candidates;
  const sign = best === "smallest" ? 1 : -1;
  const rank = ({ signal }: Candidate): number => (signal === null || Number.isNaN(signal) ? Infinity : sign * signal);
  return candidates.toSorted((a, b) => {
    const [ofA, ofB] = [rank(a), rank(b)];
    return ofA === ofB ? 0 : ofA - ofB;
  });
}

function weighed(chosen: Candidate, among: readonly Candidate[], { best, tieBreak }: Rule): string {
  const signal = signalText(chosen.signal);
  const others = inOrder(among, best).filter((other) => other !== chosen);
  const equals = others.filter((other) => other.signal === chosen.signal).map(({ server }) => server);
  const [next] = others.filter((other) => other.signal !== chosen.signal);
  const first = `${chosen.server}, of ${whole(among.length)}: its signal, ${signal}, is the ${best}`;
  if (equals.length > 0) {
    const have = equals.length === 1 ? "has" : "have";
    return `${first}; ${listOf(equals)} ${have} ${signal} as well. Among equals: ${tieBreak}.`;
  }
  return next === undefined ? `${first}.` : `${first}; next is ${next.server} with ${signalText(next.signal)}.`;
}

/** How the algorithm came to this server. */
function choice(chosen: Candidate, candidates: readonly Candidate[], decides: Rule): string {
  const among = choosable(candidates);
  if (among.length === 1) return `${chosen.server} was the only server that could be chosen.`;
  if (chosen.signal !== null && decides.best !== undefined && decides.among !== "drawn") {
    return weighed(chosen, among, decides);
  }
  const signal = chosen.signal === null ? "" : `; its signal is ${signalText(chosen.signal)}`;
  return `${chosen.server}, of ${whole(among.length)}: ${decides.rule}${signal}.`;
}

/** The decision in a sentence or two. */
export function explanationSentence({ explanation, balancing }: ExplainedDecision): string {
  const { decision, candidates, boundServer, rule } = explanation;
  const { reason, serverIndex } = decision;
  const eligible = candidates.filter(({ isSeen }) => isSeen);
  if (reason === "turned-away")
    return `No server: the binding leads to ${boundServer}, which is out, and ${rule} says so.`;
  if (serverIndex === null) {
    return eligible.length === 0
      ? "No server: none was eligible, so the request was refused."
      : `No server: every eligible one (${whole(eligible.length)}) has as many requests as it may have, or has had this one.`;
  }
  const chosen = candidates[serverIndex]!;
  const how = choice(chosen, candidates, balancing.decides);
  switch (reason) {
    case "bound":
      return rule === null
        ? `${chosen.server}: the request's binding leads there, and the server is eligible; the algorithm was not asked.`
        : `${chosen.server}: the request's binding leads there, and ${rule} keeps it there while the server drains.`;
    case "insisted":
      return `${chosen.server}: the request's binding leads there, and ${rule} sends it there although the server is out.`;
    case "drained":
      return `The binding leads to ${boundServer}, which drains; by ${rule}, ${balancing.name} chose. ${how}`;
    case "overflowed":
      return `The binding leads to ${boundServer}, which had no room; by ${rule}, ${balancing.name} chose. ${how}`;
    case "failed-over":
      return `The binding leads to ${boundServer}, which is not eligible, so ${balancing.name} chose. ${how}`;
    case "redispatched": {
      const refused = candidates.find(({ isAvoided }) => isAvoided);
      return `${refused?.server} had just refused this request, so ${balancing.name} chose again. ${how}`;
    }
    default:
      return how;
  }
}

type Facts = readonly (readonly [label: string, text: string])[];

function facts({ explanation, balancing, affinity, placement }: ExplainedDecision): Facts {
  const { decision, address, uri, cookie, outcome, boundServer, draws } = explanation;
  const { population, visit, request, attempt, balancer } = decision;
  const { rule, tieBreak } = balancing.decides;
  const isWeighed = explanation.candidates.some(({ signal }) => signal !== null);
  const signal = balancing.decides.signal ?? (isWeighed ? "in the algorithm's own terms" : null);
  const to = boundServer === null ? "" : ` to ${boundServer}`;
  const wasAsked = decision.reason !== "bound" && decision.serverIndex !== null;
  const how: Facts = [
    ["signal", signal ?? "none, servers are not weighed"],
    ["rule", rule],
    ["tie-break", tieBreak],
    ["draws", draws.length === 0 ? "none" : draws.map(({ call, value }) => `${call} = ${value}`).join(", ")],
  ];
  return [
    ["at", `${plainNumber(decision.atMs, MICROSECONDS)} ms, balancer ${whole(balancer)}`],
    ["whose", `${population}, visit ${whole(visit)}, request ${whole(request)}, attempt ${whole(attempt)}`],
    ["showed", `address ${address}, URL ${uri}, ${cookie === null ? "no cookie" : `session cookie ${cookie}`}`],
    ["binding", `${outcome === null ? "not looked for again" : `${outcomes[outcome]}${to}`}; affinity ${affinity}`],
    ...(explanation.rule === null ? [] : [["binding rule", explanation.rule] as const]),
    ...(placement.length === 0 ? [] : [["placement", listOf(placement)] as const]),
    ["algorithm", `${balancing.name}${wasAsked ? "" : ", not asked"}`],
    ...(wasAsked ? how : []),
  ];
}

function standing({ isListed, isEligible, isDraining, isSeen, isBarred, isAvoided }: Candidate): string {
  if (!isListed) return "yet to join";
  if (!isEligible && isDraining) return isSeen ? "drains, but used" : "drains";
  if (!isEligible) return isSeen ? "down, but used" : "down";
  if (!isSeen) return "left out by placement";
  if (isBarred) return "barred";
  return isAvoided ? "refused it" : "eligible";
}

/** Servers shown in full; of a larger fleet the best, and the chosen one. */
const MOST_SERVERS = 10;

function shownOf(
  candidates: readonly Candidate[],
  chosen: Candidate | undefined,
  best: Rule["best"],
): readonly Candidate[] {
  if (candidates.length <= MOST_SERVERS) return candidates;
  const ordered = inOrder(choosable(candidates), best);
  const first = (ordered.length > 0 ? ordered : candidates).slice(0, MOST_SERVERS);
  return chosen === undefined || first.includes(chosen) ? first : [...first.slice(0, MOST_SERVERS - 1), chosen];
}

function table({ decision, candidates }: Explanation, decides: Rule): string[] {
  const chosen = decision.serverIndex === null ? undefined : candidates[decision.serverIndex];
  const shown = shownOf(candidates, chosen, decides.best);
  const cells = (text: (candidate: Candidate) => string): string[] => shown.map(text);
  const lines = padded(
    [
      leftAligned(
        "",
        cells((candidate) => (candidate === chosen ? ">" : " ")),
      ),
      leftAligned(
        "server",
        cells(({ server }) => server),
      ),
      ...(decides.signal === null && candidates.every(({ signal }) => signal === null)
        ? []
        : [
            rightAligned(
              "signal",
              cells(({ signal }) => signalText(signal)),
            ),
          ]),
      rightAligned(
        "in flight",
        cells(({ inFlight }) => whole(inFlight)),
      ),
      rightAligned(
        "weight",
        cells(({ weight }) => String(weight)),
      ),
      leftAligned("standing", cells(standing)),
    ],
    (text) => text,
  );
  const hidden = candidates.length - shown.length;
  return hidden === 0 ? lines : [...lines, `   and ${whole(hidden)} more, of ${whole(candidates.length)}`];
}

const INDENT = "  ";

/** Lines of at most about `width` characters. */
export function explanationLines(explained: ExplainedDecision, width: number): string[] {
  const all = facts(explained);
  const margin = Math.max(...all.map(([label]) => label.length)) + INDENT.length;
  const inner = width - INDENT.length;
  const lines = all.flatMap(([label, text]) =>
    wrapText(text, inner - margin).map((line, at) => (at === 0 ? label : "").padEnd(margin) + line),
  );
  return [
    ...wrapText(explanationSentence(explained), inner),
    "",
    ...lines,
    "",
    ...table(explained.explanation, explained.balancing.decides),
  ].map((line) => (line === "" ? "" : INDENT + line));
}
