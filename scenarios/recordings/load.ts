/** From text to a recording of a real balancer, or to everything that is wrong with its form. */
import type { Trace, Vectors } from "../../sim/conformance/trace.ts";
import { parseScenarioDocument } from "../document.ts";
import { findingsFrom } from "../findings.ts";
import { inOrder, locate } from "../load.ts";
import type { Problem } from "../problems.ts";
import { recordingSchema } from "./schema.ts";

export type Recording = Trace | Vectors;

export type LoadedRecording =
  | { readonly ok: true; readonly recording: Recording }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a JSON file of either format. All problems come at once, in the order of the text. Throws nothing. */
export function loadRecording(text: string): LoadedRecording {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, problems: syntaxProblems(text, error) };
  }
  const checked = recordingSchema.safeParse(value, { reportInput: true });
  // The schema changes nothing, so the plain value is what has been checked.
  if (checked.success) return { ok: true, recording: value as Recording };
  // JSON is YAML, whose parser knows where things stand; it is slower, and only asked when something is wrong.
  const document = parseScenarioDocument(text);
  const problems = findingsFrom(checked.error).map((finding) => locate(finding, document, new Map()));
  return { ok: false, problems: inOrder(problems, []) };
}

function syntaxProblems(text: string, error: unknown): readonly Problem[] {
  const start = { line: 1, column: 1, endColumn: 2, path: "" };
  if (text.trim() === "") return [{ ...start, message: "the file is empty" }];
  const found = parseScenarioDocument(text).syntaxProblems.map((problem) => ({ path: "", ...problem }));
  if (found.length > 0)
    return found.map((problem) => ({ ...problem, message: problem.message.replace("YAML", "JSON") }));
  return [{ ...start, message: `not valid JSON: ${error instanceof Error ? error.message : String(error)}` }];
}
