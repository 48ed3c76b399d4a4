/** Problems as text for a terminal: place, the line itself, a caret under the mistake, and the way out. */
import picocolors from "picocolors";
import type { Problem } from "./problems.ts";
import { isControl, printable } from "./words.ts";

export interface RenderOptions {
  readonly fileName: string;
  /** The file's text, from which the lines are quoted. */
  readonly text: string;
  /** Terminal colours; the text is the same without them. */
  readonly colour?: boolean;
}

/** Columns of a quoted line; a longer one is cut around the mistake. */
const widest = 100;

/** All problems, one paragraph each, and a last line with their number. Ends with a line feed. */
export function renderProblems(
  problems: readonly Problem[],
  { fileName, text, colour = false }: RenderOptions,
): string {
  const ink = picocolors.createColors(colour);
  const lines = text.split(/\r?\n/);
  const paragraphs = problems.map((problem) => {
    const { line, column, message, hint, setting } = problem;
    const place = setting === undefined ? `${printable(fileName)}:${line}:${column}` : "--set";
    const source = setting ?? lines[line - 1] ?? "";
    const { shown, start, length } = excerpt(source, column, Math.min(problem.endColumn, source.length + 1));
    const margin = setting === undefined ? String(line) : "";
    const gutter = " ".repeat(margin.length);
    return [
      `${ink.bold(place)}${problem.path === "" ? "" : `  ${problem.path}`}`,
      `  ${ink.dim(`${margin} |`)} ${shown}`,
      `  ${ink.dim(`${gutter} |`)} ${" ".repeat(start)}${ink.red("^".repeat(length))} ${ink.red(message)}`,
      ...(hint === undefined ? [] : [`  ${ink.dim(`${gutter} =`)} ${hint}`]),
    ].join("\n");
  });
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return `${paragraphs.join("\n\n")}\n\n${ink.bold(`${count} in ${printable(fileName)}`)}\n`;
}

/** The part of a line around columns [column, endColumn), one character for one, safe to print. */
function excerpt(source: string, column: number, endColumn: number): { shown: string; start: number; length: number } {
  const safe = Array.from({ length: source.length }, (_, index) => {
    const character = source.charAt(index);
    return character === "\t" ? " " : isControl(character) ? "\u{fffd}" : character;
  }).join("");
  const from = safe.length <= widest ? 0 : Math.max(0, Math.min(column - 1 - 40, safe.length - widest));
  const cutFront = from > 0 ? "…" : "";
  const cutBack = from + widest < safe.length ? "…" : "";
  const shown = `${cutFront}${safe.slice(from, from + widest)}${cutBack}`;
  const start = column - 1 - from + cutFront.length;
  return { shown, start, length: Math.max(1, Math.min(endColumn - column, from + widest - column + 1)) };
}
