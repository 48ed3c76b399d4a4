/** The CRC-32 of zlib, PNG and Ethernet (reflected polynomial 0xEDB88320, all ones before and after). */

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let word = byte;
  for (let bit = 0; bit < 8; bit++) word = (word & 1) === 1 ? (word >>> 1) ^ 0xedb88320 : word >>> 1;
  return word;
});

const utf8 = new TextEncoder();

/**
 * Unsigned checksum of bytes, or of a text in UTF-8. `before` is the checksum of what came before, as in zlib: the
 * checksum of a text in two parts is `crc32(second, crc32(first))`.
 */
export function crc32(data: string | Uint8Array, before = 0): number {
  if (typeof data !== "string") return ofBytes(data, before);
  let state = ~before;
  for (let i = 0; i < data.length; i++) {
    const code = data.charCodeAt(i);
    // Plain ASCII, the usual case, is its own UTF-8.
    if (code > 0x7f) return ofBytes(utf8.encode(data), before);
    state = table[(state ^ code) & 0xff]! ^ (state >>> 8);
  }
  return ~state >>> 0;
}

function ofBytes(bytes: Uint8Array, before: number): number {
  let state = ~before;
  for (let i = 0; i < bytes.length; i++) state = table[(state ^ bytes[i]!) & 0xff]! ^ (state >>> 8);
  return ~state >>> 0;
}
