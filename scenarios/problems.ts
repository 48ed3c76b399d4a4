/** From the schema's issues to problems that a person can act on: place, expectation, value found, way out. */
import { z } from "zod";
import { complete, unknownWordParams } from "./schema/closed.ts";
import { nearestWord, printable, quoted } from "./words.ts";

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

type Issue = z.core.$ZodIssue;

const isMap = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

/** How little a branch of a union fits what was written; the least is the one that was meant. */
function misfit(branch: readonly Issue[], input: unknown): number {
  let misfits = branch.length;
  for (const issue of branch) {
    if (issue.path.length === 0 && issue.code === "invalid_type") misfits += 1_000;
    const unknownKey =
      issue.code === "custom" && unknownWordParams.safeParse(issue.params).data?.rule === "unknown key";
    if (unknownKey && issue.path.length === 1) misfits += 10;
    // A variant chosen by a key that was not written was not meant.
    if (issue.code === "invalid_union" && issue.discriminator !== undefined) {
      const chosen = isMap(input) && z.looseObject({ [issue.discriminator]: z.string() }).safeParse(input).success;
      if (!chosen) misfits += 100;
    }
  }
  return misfits;
}

/** What is wrong when a word is not in its list. A list of everything helps where nothing is near, or where it is short. */
export function unknownWord(what: string, word: string, words: readonly string[]): { message: string; hint?: string } {
  const known = [...new Set(words)];
  const nearest = nearestWord(word, known);
  const ways = [
    nearest === null ? "" : `did you mean "${nearest}"?`,
    known.length <= (nearest === null ? 20 : 12) ? `known: ${known.join(", ")}` : "",
  ].filter((way) => way !== "");
  return { message: `unknown ${what} "${printable(word)}"`, ...(ways.length === 0 ? {} : { hint: ways.join(" ") }) };
}

/** A map whose kind, `process: poisson`, is missing or not known. */
function unknownVariant(issue: Issue, key: string, path: Path): Finding {
  const known = z.object({ options: z.array(z.string()) }).safeParse(issue).data?.options ?? [];
  const given = z.looseObject({ [key]: z.unknown() }).safeParse(issue.input).data?.[key];
  if (given === undefined) {
    return { path, at: "value", missing: true, message: "is missing", hint: `known: ${known.join(", ")}` };
  }
  return { path, at: "value", ...unknownWord(key, String(given), known) };
}

function findingsOf(issue: Issue, prefix: Path): readonly Finding[] {
  const path = [...prefix, ...issue.path.map((step) => (typeof step === "symbol" ? String(step) : step))];
  const [expected = "", hint] = issue.message.split("\n");
  const wayOut = hint === undefined ? {} : { hint };
  if (issue.code === "invalid_union") {
    if (issue.discriminator !== undefined) return [unknownVariant(issue, issue.discriminator, path)];
    const isCollection = typeof issue.input === "object" && issue.input !== null;
    const [best] = [...issue.errors].sort((a, b) => misfit(a, issue.input) - misfit(b, issue.input));
    if (isCollection && best !== undefined && misfit(best, issue.input) < 1_000) {
      return best.flatMap((inner) => findingsOf(inner, path));
    }
    // A word that only one branch understands as a word: its complaint names the known ones.
    const named = issue.errors
      .flat()
      .find((inner) => inner.code === "custom" && inner.params?.["rule"] === "unknown name");
    if (named !== undefined && typeof issue.input === "string") return findingsOf(named, path);
    const [, way] =
      issue.errors
        .flat()
        .map((inner) => inner.message.split("\n"))
        .find(([, second]) => second !== undefined) ?? [];
    if (hint === undefined && way !== undefined && !isCollection) {
      return findingsOf({ ...issue, errors: [], message: `${expected}\n${way}` }, prefix);
    }
  }
  if (issue.code === "invalid_key") {
    const [inner] = issue.issues;
    return [{ path, at: "key", message: `${inner?.message ?? expected}, found ${quoted(path.at(-1))}` }];
  }
  if (issue.code === "custom") {
    const params = unknownWordParams.safeParse(issue.params).data;
    if (params !== undefined) {
      const isKey = params.rule === "unknown key";
      const word = isKey ? path.at(-1) : issue.input;
      return [{ path, at: isKey ? "key" : "value", ...unknownWord(params.what, String(word), params.known) }];
    }
  }
  if (issue.code === "custom" && issue.params?.["rule"] === complete.rule) {
    return [{ path, at: "value", message: expected, ...wayOut }];
  }
  if (issue.input === undefined) {
    return [{ path, at: "value", missing: true, message: `is missing; it ${expected}`, ...wayOut }];
  }
  return [{ path, at: "value", message: `${expected}, found ${quoted(issue.input)}`, ...wayOut }];
}

/** Everything that the schema says against a file, in the schema's order. */
export const findingsFrom = (error: z.ZodError): readonly Finding[] =>
  error.issues.flatMap((issue) => findingsOf(issue, []));
