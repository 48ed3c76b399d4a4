/** FNV-1a of Fowler, Noll and Vo with 32 bits. */

export const fnvOffsetBasis = 0x811c9dc5;

const utf8 = new TextEncoder();

/**
 * Unsigned hash of bytes, or of a text in UTF-8. `before` is the hash of what came before: that of a text in two parts is
 * `fnv1a32(second, fnv1a32(first))`.
 */
export function fnv1a32(data: string | Uint8Array, before = fnvOffsetBasis): number {
  const bytes = typeof data === "string" ? utf8.encode(data) : data;
  let hash = before;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash >>> 0;
}
