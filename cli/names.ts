import { nearestWord } from "../scenarios/words.ts";
import { type UserError, usageError } from "./errors.ts";
import { safeText } from "./safe-text.ts";

/** The message for a name that is not in its list: the nearest one, or where to find the list. */
export function unknownName(what: string, name: string, known: readonly string[], list: string): string {
  const nearest = nearestWord(name, known);
  const hint = nearest === null ? `${list} shows what there is` : `did you mean "${nearest}"? (${list} shows all)`;
  return `unknown ${what} "${safeText(name)}"; ${hint}`;
}

export const unknownNameError = (what: string, name: string, known: readonly string[], list: string): UserError =>
  usageError(unknownName(what, name, known, list));
