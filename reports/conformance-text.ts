/** What the replay of recorded traces has shown, in lines for a terminal. */
import type { DrawComparison } from "../sim/conformance/distribution.ts";
import type { Conformance, Mismatch } from "../sim/conformance/replay.ts";
import { plainNumber } from "./format.ts";

/** The outcome of one file. */
export interface ReplayedFile {
  readonly file: string;
  readonly product: string;
  readonly conformance: Conformance;
  /** Null unless the product left every choice to chance. */
  readonly draws: DrawComparison | null;
  /** Why the product could not follow the recording; null when it could. */
  readonly whyNot: string | null;
}

export const conforms = ({ conformance, draws, whyNot }: ReplayedFile): boolean =>
  whyNot === null && conformance.matched === conformance.total && (draws === null || draws.fits);

const SHOWN = 5;

const inWords: Readonly<Record<Mismatch["what"], (expected: string, found: string) => string>> = {
  server: (expected, found) => `${answerOf(expected)}, and here ${answerOf(found)}`,
  attempts: (expected, found) => `the servers tried for it were ${listOf(expected)}, and here ${listOf(found)}`,
  "Set-Cookie": (expected, found) => `the client saw the Set-Cookie ${expected}, and here ${found}`,
  arrival: (expected, found) => `step, request and server of the arrival were ${expected}, and here ${found}`,
  draw: (expected, found) => `chance chose ${expected}, which here may only be ${found}`,
};

const answerOf = (verdict: string): string =>
  verdict.startsWith("!")
    ? `the balancer answered ${verdict.slice(1)} itself`
    : verdict === "null"
      ? "it was never decided"
      : `${verdict} got it`;

const listOf = (attempts: string): string => (attempts === "null" ? "one only" : attempts);

/** `FILE: matched/total` and, when something differs, the first differences. */
export function conformanceLines(outcome: ReplayedFile): readonly string[] {
  const { file, conformance, draws, whyNot } = outcome;
  const { matched, total, mismatches } = conformance;
  const lines = [`${file}: ${matched}/${total}`];
  if (whyNot !== null) return [...lines, `  cannot be followed: ${whyNot}`];
  for (const { step, request, what, expected, found } of mismatches.slice(0, SHOWN)) {
    lines.push(`  step ${step}, request ${request}: ${what}: expected ${expected}, found ${found}`);
    lines.push(`    ${inWords[what](expected, found)}`);
  }
  const further = mismatches.length - SHOWN;
  if (further > 0) lines.push(`  and ${plainNumber(further, 0)} more`);
  if (draws !== null && !draws.fits) lines.push(...drawLines(draws));
  return lines;
}

function drawLines({ recorded, drawn, chiSquare, limit }: DrawComparison): readonly string[] {
  const counts = (of: Readonly<Record<string, number>>) =>
    Object.entries(of)
      .map(([server, count]) => `${server} ${count}`)
      .join(", ");
  return [
    `  draws: chi-square ${chiSquare.toFixed(1)}, beyond ${limit.toFixed(1)}, which 3 seeds in a million exceed by chance`,
    `    recorded ${counts(recorded)}`,
    `    drawn    ${counts(drawn)}`,
  ];
}
