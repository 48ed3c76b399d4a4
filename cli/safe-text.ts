import { isControl } from "../scenarios/words.ts";

/** Names and texts from outside, in full, with nothing in them that a terminal would obey. */
export const safeText = (text: string): string =>
  [...text].map((character) => (isControl(character) ? "\u{fffd}" : character)).join("");
