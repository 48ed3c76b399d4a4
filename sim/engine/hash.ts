/** Hash functions on 32-bit words; the sources are named, so that their values can be checked elsewhere. */

/** HAProxy's full avalanche (include/haproxy/hash.h `full_hash`, 2.6), after Bob Jenkins' 32-bit integer mix. Unsigned. */
export function avalanche(value: number): number {
  let a = value | 0;
  a = (a + 0x7ed55d16 + (a << 12)) | 0;
  a = a ^ 0xc761c23c ^ (a >>> 19);
  a = (a + 0x165667b1 + (a << 5)) | 0;
  a = (a + 0xd3a2646c) ^ (a << 9);
  a = (a + 0xfd7046c5 + (a << 3)) | 0;
  a = a ^ 0xb55a4f09 ^ (a >>> 16);
  return Math.imul(a, 0xc0000001) >>> 0;
}

/** What the functions below read: a text as UTF-8, without a copy for each call, or the caller's bytes. */
let read = new Uint8Array(0);
let scratch = new Uint8Array(256);
const utf8 = new TextEncoder();

/** Makes `read` the bytes of `text` and returns how many they are. */
function load(text: string | Uint8Array): number {
  if (typeof text !== "string") {
    read = text as Uint8Array<ArrayBuffer>;
    return text.length;
  }
  const length = text.length;
  if (length > scratch.length) scratch = new Uint8Array(2 * length);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) {
      read = utf8.encode(text);
      return read.length;
    }
    scratch[i] = code;
  }
  read = scratch;
  return length;
}

/** The hash of the sdbm database library, as in HAProxy (hash.c, 2.6): h = 65599 h + byte, from 0. Unsigned. */
export function sdbm(text: string | Uint8Array): number {
  const length = load(text);
  let hash = 0;
  for (let i = 0; i < length; i++) hash = (read[i]! + Math.imul(hash, 65_599)) | 0;
  return hash >>> 0;
}

/** D. J. Bernstein's hash, as in HAProxy (hash.c, 2.6): h = 33 h + byte, from 5381. Unsigned. */
export function djb2(text: string | Uint8Array): number {
  const length = load(text);
  let hash = 5381;
  for (let i = 0; i < length; i++) hash = (read[i]! + Math.imul(hash, 33)) | 0;
  return hash >>> 0;
}

/** W. Tarreau's hash of two words that rotate by what they hold, HAProxy (hash.c, 2.6). Unsigned. */
export function wt6(text: string | Uint8Array): number {
  const length = load(text);
  let a = 0xa53c965a | 0;
  let b = 0x5ca6953a | 0;
  let turnA = 6;
  let turnB = 18;
  for (let i = 0; i < length; i++) {
    const x = ~(a ^ read[i]!);
    const y = ~(b + read[i]!);
    a = (y << turnA) | (y >>> (32 - turnA));
    b = (x << turnB) | (x >>> (32 - turnB));
    const turns = ((a >>> 16) ^ b) & 0xffff;
    turnA = turns & 31;
    turnB = turns >>> 11;
  }
  return (a ^ b) >>> 0;
}
