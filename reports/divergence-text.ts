/** The first decision in which two runs part, for people. */
import type { Decision } from "../sim/index.ts";
import { type DecisionPair, differences, type FirstDifference } from "./divergence-decision.ts";
import { listOf, plainNumber } from "./format.ts";
import { fitBlocks, leftAligned, padded, rightAligned, type TextColumn, wrapText } from "./text-table.ts";

type Reason = Decision["reason"];

const words: Readonly<Record<Reason, { readonly short: string; readonly long: string }>> = {
  "no-server": { short: "no server", long: "no server was eligible" },
  balanced: { short: "balanced", long: "no binding decided, so the algorithm chose" },
  bound: { short: "bound", long: "its binding led it there" },
  "failed-over": { short: "failed over", long: "its bound server was not eligible, so the algorithm chose" },
  drained: { short: "drained", long: "its bound server drains, so the algorithm chose" },
  overflowed: { short: "overflowed", long: "its bound server had no room, so the algorithm chose" },
  insisted: { short: "insisted", long: "its binding led it there, although the server is out" },
  "turned-away": { short: "turned away", long: "its bound server is out, and another one was not to be used" },
  redispatched: { short: "redispatched", long: "another server had refused it, so the algorithm chose" },
};

interface Row {
  readonly side: string;
  /** null: this side decides no more. */
  readonly decision: Decision | null;
}

/** Equal decisions stand once, unless one balancer took it on one side and another on the other. */
const rowsOf = ({ a, b }: DecisionPair): Row[] =>
  a.balancer === b.balancer && a.server === b.server
    ? [{ side: "both", decision: a }]
    : [
        { side: "A", decision: a },
        { side: "B", decision: b },
      ];

const whole = (value: number): string => plainNumber(value, 0);
const MICROSECONDS = 3;

/** To the microsecond, unless that hides a difference: then in full. */
const timeOf = (atMs: number, exact: boolean): string => (exact ? String(atMs) : plainNumber(atMs, MICROSECONDS));

function hidesDifference({ a, b }: FirstDifference): boolean {
  if (a === null || b === null || a.atMs === b.atMs) return false;
  return timeOf(a.atMs, false) === timeOf(b.atMs, false);
}

const plain = (text: string): string => text;

/** What was decided and for whom: beside one another, or in blocks of their own where that is too wide. */
function table(rows: readonly Row[], exact: boolean, width: number): string[] {
  const cells = (text: (decision: Decision) => string, ifNone = ""): string[] =>
    rows.map(({ decision }) => (decision === null ? ifNone : text(decision)));
  const number = (header: string, value: (decision: Decision) => number): TextColumn =>
    rightAligned(
      header,
      cells((decision) => whole(value(decision))),
    );
  const times = cells(({ atMs }) => timeOf(atMs, exact));
  const visits = cells(({ population, visit }) => `${population} ${whole(visit)}`);
  const servers = cells(({ server }) => server ?? "–");
  const reasons = cells(({ reason }) => words[reason].short, "decides no more");
  const sides = leftAligned(
    "",
    rows.map(({ side }) => side),
  );
  const decided = [
    number("decision", ({ index }) => index),
    rightAligned("at, ms", times),
    leftAligned("server", servers),
    leftAligned("reason", reasons),
  ];
  const asked = [
    rightAligned("visit", visits),
    number("request", ({ request }) => request),
    number("attempt", ({ attempt }) => attempt),
    number("balancer", ({ balancer }) => balancer),
  ];
  const wide = fitBlocks(sides, [...decided, ...asked], width);
  const blocks = wide.length === 1 ? wide : [decided, asked].flatMap((group) => fitBlocks(sides, group, width));
  return blocks.flatMap((block, at) => [...(at === 0 ? [] : [""]), ...padded([sides, ...block], plain)]);
}

function explanation({ a, b }: FirstDifference): string {
  const why = ({ reason }: Decision) => words[reason].long;
  if (a === null) return b === null ? "" : `A decides no more. B: ${why(b)}.`;
  if (b === null) return `A: ${why(a)}. B decides no more.`;
  const both = a.reason === b.reason ? `Both: ${why(a)}.` : `A: ${why(a)}. B: ${why(b)}.`;
  return `They differ in ${listOf(differences(a, b), 6)}. ${both}`;
}

const INDENT = "  ";

/** A table of the decisions around it, and what differs in words: lines of at most about `width` characters. */
export function differenceLines(found: FirstDifference, width: number): string[] {
  const rows = [...found.before.flatMap(rowsOf), { side: "A", decision: found.a }, { side: "B", decision: found.b }];
  const inner = width - INDENT.length;
  const lines = [...table(rows, hidesDifference(found), inner), ...wrapText(explanation(found), inner)];
  return lines.map((line) => (line === "" ? "" : INDENT + line));
}
