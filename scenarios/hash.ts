/** A name for a value: 64-bit FNV-1a over its canonical JSON, as 16 hexadecimal digits. Same value, same name, anywhere. */

const offsetBasis = 0xcbf29ce484222325n;
const prime = 0x100000001b3n;

/** FNV-1a over the UTF-8 bytes of `text` (Fowler, Noll, Vo; draft-eastlake-fnv). */
export function fnv1a64(text: string): string {
  let hash = offsetBasis;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * prime);
  }
  return hash.toString(16).padStart(16, "0");
}

/** JSON with sorted keys; members that are undefined are left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

/** The hash of any JSON value, independent of the order of keys. */
export const hashOf = (value: unknown): string => fnv1a64(canonicalJson(value));
