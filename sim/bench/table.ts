/** The benchmark's result as text. Pure. */
import { type AlgorithmCost, contradicts, growthOf, sizes, statedCost } from "./algorithms.ts";
import { type Rounds, ratioOf, speedIn } from "./compare.ts";
import { count, type Goal, growthOf as growthOfCases } from "./goals.ts";
import type { SystemName } from "./measure.ts";

const titles: Readonly<Record<SystemName, string>> = {
  reference: "C++ reference",
  "bare-kernel": "bare kernel",
  "public-path": "public path",
  simjs: "SIM.JS",
};

type Column = { readonly title: string; readonly cell: (rounds: Rounds) => string };

const number = (value: number | null, digits: number) => (value === null ? "" : value.toFixed(digits));
const speed = (system: SystemName): Column => ({
  title: titles[system],
  cell: (rounds) => number(speedIn(rounds, system), 2),
});
const ratio = (system: SystemName, reference: SystemName, title: string): Column => ({
  title,
  cell: (rounds) => number(ratioOf(rounds, system, reference), 2),
});

const columns: readonly Column[] = [
  { title: "policy", cell: ({ policy }) => policy },
  { title: "servers", cell: ({ servers }) => count(servers) },
  speed("reference"),
  speed("bare-kernel"),
  ratio("bare-kernel", "reference", "÷ C++"),
  speed("public-path"),
  ratio("public-path", "reference", "÷ C++"),
  speed("simjs"),
  ratio("public-path", "simjs", "public ÷ SIM.JS"),
];

/** Million requests per processor second, a row for each case; ratios are medians of ratios within a round. */
export function speedTable(cases: readonly Rounds[]): string {
  const rows = [columns.map(({ title }) => title), ...cases.map((rounds) => columns.map(({ cell }) => cell(rounds)))];
  return aligned(rows, 1);
}

export function growthLine(cases: readonly Rounds[]): string | null {
  const parts = (["reference", "bare-kernel", "public-path"] as const)
    .map((system) => ({ system, grown: growthOfCases(cases, system) }))
    .filter(({ grown }) => grown !== null)
    .map(({ system, grown }) => `${titles[system]} ${number(grown, 2)}`);
  return parts.length === 0 ? null : `cost per request at 10,000 servers ÷ at 10, p2c: ${parts.join(" · ")}`;
}

/** One line for each goal for which something was measured. */
export function goalTable(goals: readonly Goal[]): string {
  const rows = goals
    .filter(({ found }) => found !== null)
    .map(({ text, found, isReached }) => [isReached ? "reached" : "missed ", text, found!]);
  return aligned(rows, Infinity);
}

/** Nanoseconds for a decision with mixed weights by size of the fleet, how they grow, and what the definition says. */
export function algorithmTable(costs: readonly AlgorithmCost[]): string {
  const head = ["algorithm", ...sizes.map(count), "grows", "equal weights", "stated", "change, µs"];
  const rows = costs.map((cost) => [
    cost.name,
    ...cost.mixedNs.map((ns) => count(Math.round(ns))),
    number(growthOf(cost.mixedNs), 1),
    number(growthOf(cost.equalNs), 1),
    statedCost(cost.name) ?? "–",
    number(cost.changeUs, 1),
  ]);
  const [first = "", ...lines] = aligned([head, ...rows], 1).split("\n");
  return [first, ...lines.map((line, at) => (contradicts(costs[at]!) ? `${line}  contradicts` : line))].join("\n");
}

/** Pads cells to the width of their column, those before column `textColumns` to the right, numbers to the left. */
function aligned(rows: readonly (readonly string[])[], textColumns: number): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? [];
  const pad = (cell: string, column: number) =>
    column < textColumns ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}
