/** What the loader has to say: problems with a place in the text, and findings, which do not have one yet. */
import { nearestWord, printable } from "./words.ts";

export type Path = readonly (string | number)[];

/** One mistake in a scenario file or in a `--set` override. */
export interface Problem {
  /** From 1. Under `setting`, line 1 is the override's text. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** First column after the offending text, on the same line; at least `column` + 1. */
  readonly endColumn: number;
  /** `cluster.servers.count`; empty for the file as a whole. */
  readonly path: string;
  /** What was expected and what was found. */
  readonly message: string;
  /** The way out. */
  readonly hint?: string;
  /** The `--set` override that holds the mistake, `a.b=c`; absent for the file. */
  readonly setting?: string;
}

/** A problem before its place in the text is known. */
export interface Finding {
  readonly path: Path;
  /** Which part of the entry at `path` to point at. A missing entry is shown at the nearest parent. */
  readonly at: "key" | "value";
  readonly message: string;
  readonly hint?: string;
  /** The entry is not there. */
  readonly missing?: boolean;
}

const MOST_LISTED = 20;

/**
 * What is wrong when a word is not in its list; `aliases` may be what was meant, too. A list helps where nothing is near, or
 * where it is short.
 */
export function unknownWord(
  what: string,
  word: string,
  words: readonly string[],
  aliases: readonly string[] = [],
): { message: string; hint?: string } {
  const known = [...new Set(words)];
  const nearest = nearestWord(word, [...known, ...aliases]);
  const listed = known.slice(0, MOST_LISTED).join(", ");
  const others = known.length - MOST_LISTED;
  const ways = [
    nearest === null ? "" : `did you mean "${nearest}"?`,
    nearest === null || known.length <= 12 ? `known: ${listed}${others > 0 ? ` and ${others} more` : ""}` : "",
  ].filter((way) => way !== "");
  return { message: `unknown ${what} "${printable(word)}"`, ...(ways.length === 0 ? {} : { hint: ways.join(" ") }) };
}
