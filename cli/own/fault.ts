/** What is wrong with a user's part: the place in its file, what was expected, the way out; never a stack. */
import { isNativeError } from "node:util/types";
import { exitCodes, UserError } from "../errors.ts";
import { safeText } from "../safe-text.ts";

export class OwnFault extends UserError {
  constructor(message: string) {
    super(message, exitCodes.invalidInput);
  }
}

/** `mine.ts:12:5`, or the file alone where the error does not say. */
export function placeOf(file: string, error: unknown): string {
  const name = safeText(file);
  if (!isNativeError(error) || error.stack === undefined) return name;
  const at = error.stack.indexOf(`${file}:`);
  const found = at < 0 ? null : /^:(\d+(?::\d+)?)/.exec(error.stack.slice(at + file.length));
  return found === null ? name : `${name}:${found[1]}`;
}

/** What was thrown, in words. */
export const reasonOf = (error: unknown): string =>
  isNativeError(error) ? `${error.name}: ${safeText(error.message)}` : shown(error);

const MOST_SHOWN = 60;

/** A value of the user's, in a few words. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "function") return "a function";
  if (typeof value === "string") return JSON.stringify(safeText(value).slice(0, MOST_SHOWN));
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}
