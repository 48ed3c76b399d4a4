/** A part or strategy of the user's as it stands in its file. */
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { inputError, systemReason } from "../errors.ts";
import { sha256 } from "../execute/cell.ts";
import { safeText } from "../safe-text.ts";

/** What a file can hold, as the options that take one are called. */
export const ownKinds = ["algorithm", "affinity", "state", "strategy"] as const;
export type OwnKind = (typeof ownKinds)[number];

/** Each kind in a sentence. */
export const kindNames: Readonly<Record<OwnKind, string>> = {
  algorithm: "algorithm",
  affinity: "affinity",
  state: "state backend",
  strategy: "strategy",
};

/** Plain data: each thread makes the part for itself, from these bytes and nothing else. */
export interface OwnSource {
  readonly kind: OwnKind;
  /** As it was given, for messages. */
  readonly file: string;
  readonly text: string;
  /** Of the text, in hexadecimal: other bytes are another part. */
  readonly sha256: string;
}

/** Ways to end the name of a file; the language of those in TypeScript. */
export const TYPESCRIPT = [".ts", ".mts"];
const extensions = [...TYPESCRIPT, ".js", ".mjs"];

/** @throws UserError when it cannot be read. */
export async function readOwn(kind: OwnKind, file: string): Promise<OwnSource> {
  const what = kindNames[kind];
  if (!extensions.includes(extname(file))) {
    const list = { algorithm: "algorithms", affinity: "affinity", state: "state", strategy: "strategies" }[kind];
    throw inputError(
      `${safeText(file)} is no ${what}: expected a file that ends in ${extensions.join(", ")}; ` +
        `evenkeel list ${list} shows those that ${kind === "strategy" ? "--strategies" : "a strategy"} can name`,
    );
  }
  try {
    const text = await readFile(file, "utf8");
    return { kind, file, text, sha256: sha256(text) };
  } catch (error) {
    const reason = systemReason(error);
    if (reason === null) throw error;
    throw inputError(`cannot read the ${what} ${safeText(file)}: ${reason}; evenkeel kit --help shows a first one`);
  }
}
