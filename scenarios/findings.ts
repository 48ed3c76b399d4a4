/** From the schema's issues to findings: expectation, value found, way out. */
import { z } from "zod";
import { type Finding, type Path, unknownWord } from "./problems.ts";
import { complete, unknownWordParams } from "./schema/closed.ts";
import { nearestWord, quoted } from "./words.ts";

type Issue = z.core.$ZodIssue;
type UnionIssue = z.core.$ZodIssueInvalidUnion;

/** Everything that the schema says against a file, in the schema's order. */
export const findingsFrom = (error: z.ZodError): readonly Finding[] =>
  error.issues.flatMap((issue) => findingsOf(issue, []));

function findingsOf(issue: Issue, prefix: Path): readonly Finding[] {
  const path = [...prefix, ...issue.path.map((step) => (typeof step === "symbol" ? String(step) : step))];
  if (issue.code === "invalid_union") return unionFindings(issue, path);
  if (issue.code === "invalid_key") {
    const [inner] = issue.issues;
    return [{ path, at: "key", message: `${inner?.message ?? issue.message}, found ${quoted(path.at(-1))}` }];
  }
  const unknown = unknownWordOf(issue);
  if (unknown !== undefined) {
    const isKey = unknown.rule === "unknown key";
    const word = String(isKey ? path.at(-1) : issue.input);
    return [{ path, at: isKey ? "key" : "value", ...unknownWord(unknown.what, word, unknown.known, unknown.aliases) }];
  }
  return [told(issue, path, wayOut(issue))];
}

const unknownWordOf = (issue: Issue) =>
  issue.code === "custom" ? unknownWordParams.safeParse(issue.params).data : undefined;

/** The second line of an issue's message. */
const wayOut = ({ message }: Issue): string | undefined => message.split("\n")[1];

/** The issue in its own words, with the value that was found. */
function told(issue: Issue, path: Path, hint: string | undefined): Finding {
  const [expected = ""] = issue.message.split("\n");
  const finding: Finding = { path, at: "value", message: expected, ...(hint === undefined ? {} : { hint }) };
  if (issue.code === "custom" && issue.params?.["rule"] === complete.rule) return finding;
  if (issue.input === undefined) return { ...finding, missing: true, message: `is missing; it ${expected}` };
  const nearest = issue.code === "invalid_value" ? nearestChoice(issue.input, issue.values) : null;
  const way = nearest === null ? {} : { hint: `did you mean "${nearest}"?` };
  return { ...finding, ...way, message: `${expected}, found ${quoted(issue.input)}` };
}

const nearestChoice = (input: unknown, choices: readonly unknown[]): string | null =>
  typeof input !== "string"
    ? null
    : nearestWord(
        input,
        choices.filter((choice) => typeof choice === "string"),
      );

/** A map or a list is told the faults of the branch that was meant; a single value, what would have been accepted. */
function unionFindings(issue: UnionIssue, path: Path): readonly Finding[] {
  if (issue.discriminator !== undefined) return [unknownVariant(issue, issue.discriminator, path)];
  if (typeof issue.input === "object" && issue.input !== null) {
    const [best] = issue.errors
      .map((branch) => ({ branch, misfit: misfitOf(branch, issue.input) }))
      .toSorted((a, b) => a.misfit - b.misfit);
    if (best !== undefined && best.misfit < wrongKind) return best.branch.flatMap((inner) => findingsOf(inner, path));
    return [told(issue, path, wayOut(issue))];
  }
  const inners = innermost(issue);
  // A word that only one branch understands as a word: its complaint names the known ones.
  const named = inners.find((inner) => unknownWordOf(inner)?.rule === "unknown name");
  if (named !== undefined && typeof issue.input === "string") return findingsOf(named, path);
  return [told(issue, path, wayOut(issue) ?? inners.map(wayOut).find((hint) => hint !== undefined))];
}

/** What the branches say, those of unions within them included. */
const innermost = (issue: UnionIssue): readonly Issue[] =>
  issue.errors.flat().flatMap((inner) => (inner.code === "invalid_union" ? innermost(inner) : [inner]));

/** A map whose kind, `process: poisson`, is missing or not known. */
function unknownVariant(issue: UnionIssue, key: string, path: Path): Finding {
  const known = z.object({ options: z.array(z.string()) }).safeParse(issue).data?.options ?? [];
  const given = z.looseObject({ [key]: z.unknown() }).safeParse(issue.input).data?.[key];
  if (given === undefined) {
    return { path, at: "value", missing: true, message: "is missing", hint: `known: ${known.join(", ")}` };
  }
  return { path, at: "value", ...unknownWord(key, String(given), known) };
}

/** Misfit of a branch that wants something else altogether: a text where a map was written. */
const wrongKind = 1_000;

/** How little a branch of a union fits what was written; the least was meant. */
function misfitOf(branch: readonly Issue[], input: unknown): number {
  let misfit = branch.length;
  for (const issue of branch) {
    if (issue.path.length === 0 && ["invalid_type", "invalid_value"].includes(issue.code)) misfit += wrongKind;
    const isUnion = issue.path.length === 0 && issue.code === "invalid_union";
    if (isUnion && issue.errors.every((inner) => misfitOf(inner, input) >= wrongKind)) misfit += wrongKind;
    if (issue.path.length === 1 && unknownWordOf(issue)?.rule === "unknown key") misfit += 10;
    // A variant chosen by a key that was not written was not meant.
    if (issue.code === "invalid_union" && issue.discriminator !== undefined) {
      if (!z.looseObject({ [issue.discriminator]: z.string() }).safeParse(input).success) misfit += 100;
    }
  }
  return misfit;
}
