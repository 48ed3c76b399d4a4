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
