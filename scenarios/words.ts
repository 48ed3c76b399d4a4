/** Small pieces of the sentences in which problems are told. */
import { distance } from "fastest-levenshtein";

/** The candidate that was most likely meant, or null when none is near. Ties go to the earlier candidate. */
export function nearestWord(word: string, candidates: readonly string[]): string | null {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/g, "");
  let nearest: string | null = null;
  // A third of the letters may be wrong: enough for slips of the finger, too few to turn one short word into another.
  let least = Math.floor(Math.max(word.length, 3) / 3) + 0.5;
  for (const candidate of candidates) {
    const edits = distance(plain(word), plain(candidate));
    if (edits < least) [nearest, least] = [candidate, edits];
  }
  return nearest;
}

/** A value as found in a file, on one line, without control characters, cut when long. */
export function quoted(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) {
    const keys = Object.keys(value);
    return keys.length === 0
      ? "an empty map"
      : `a map of ${keys.slice(0, 3).map(printable).join(", ")}${keys.length > 3 ? ", …" : ""}`;
  }
  return printable(JSON.stringify(value));
}

/** Text that is safe to print: control characters are shown, not sent; cut at 60 characters. */
export function printable(text: string): string {
  const shown = [...text].map((character) => (isControl(character) ? "\u{fffd}" : character));
  return shown.length > 60 ? `${shown.slice(0, 59).join("")}…` : shown.join("");
}

/** C0 and C1 control characters, and the marks that turn the direction of text. */
export const isControl = (character: string): boolean => /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(character);
