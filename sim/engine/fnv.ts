/** FNV-1a of Fowler, Noll and Vo with 32 bits. */

export const fnvOffsetBasis = 0x811c9dc5;

const PRIME = 0x01000193;
const utf8 = new TextEncoder();

/**
 * Unsigned hash of bytes, or of a text in UTF-8. `before` is the hash of what came before: that of a text in two parts is
 * `fnv1a32(second, fnv1a32(first))`.
 */
export function fnv1a32(data: string | Uint8Array, before = fnvOffsetBasis): number {
  if (typeof data !== "string") return ofBytes(data, before);
  let hash = before;
  for (let i = 0; i < data.length; i++) {
    const code = data.charCodeAt(i);
    // Plain ASCII, the usual case, is its own UTF-8.
    if (code > 0x7f) return ofBytes(utf8.encode(data), before);
    hash = Math.imul(hash ^ code, PRIME);
  }
  return hash >>> 0;
}

function ofBytes(bytes: Uint8Array, before: number): number {
  let hash = before;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, PRIME);
  return hash >>> 0;
}
