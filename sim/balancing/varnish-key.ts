/** How Varnish's directors make numbers of text. */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

const wordsOf = (text: string) => new DataView(sha256(utf8ToBytes(text)).buffer);

/** The last four bytes of the text's SHA-256, in little-endian order: where backends stand and keys fall. Unsigned. */
export const varnishKey = (text: string): number => wordsOf(text).getUint32(28, true);

/** The first four bytes of a cache object's hash, in big-endian order, as the shard director reads it. Unsigned. */
export const varnishObjectKey = (text: string): number => wordsOf(text).getUint32(0, false);
