/** A user's algorithm as it stands in its file. */
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { inputError, systemReason } from "../errors.ts";
import { sha256 } from "../execute/cell.ts";
import { safeText } from "../safe-text.ts";

/** Plain data: each thread makes the algorithm for itself, from these bytes and nothing else. */
export interface AlgorithmSource {
  /** As it was given, for messages. */
  readonly file: string;
  readonly text: string;
  /** Of the text, in hexadecimal: other bytes are another algorithm. */
  readonly sha256: string;
}

/** Ways to end the name of a file; the language of those in TypeScript. */
export const TYPESCRIPT = [".ts", ".mts"];
const extensions = [...TYPESCRIPT, ".js", ".mjs"];

/** @throws UserError when it cannot be read. */
export async function readAlgorithm(file: string): Promise<AlgorithmSource> {
  if (!extensions.includes(extname(file))) {
    throw inputError(
      `${safeText(file)} is no algorithm: expected a file that ends in ${extensions.join(", ")}; ` +
        "evenkeel list algorithms shows those that a strategy can name",
    );
  }
  try {
    const text = await readFile(file, "utf8");
    return { file, text, sha256: sha256(text) };
  } catch (error) {
    const reason = systemReason(error);
    if (reason === null) throw error;
    throw inputError(`cannot read the algorithm ${safeText(file)}: ${reason}; evenkeel kit --help shows a first one`);
  }
}
