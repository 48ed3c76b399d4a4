/** Numbers for the names in a log. No text is kept: a piece of a line would keep the whole line alive. */
import { avalanche } from "../engine/hash.ts";
import { OWN_URLS } from "./trace.ts";

/**
 * 53 bits of hash, as a whole number: two 32-bit multiply-xor lanes over the characters, mixed at the end (the construction
 * of bryc's cyrb53). Among a million names two are equal with a probability of 6 in 100,000.
 */
export function hashOf(text: string, seed: number): number {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ seed;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (b & 0x1fffff) * 4294967296 + (a >>> 0);
}

/** A client: its host, and its user agent where the log has one. */
export function clientOf(host: string, agent: string | null): number {
  const seed = hashOf(host, 0) | 0;
  return agent === null ? hashOf(host, seed) : hashOf(agent, seed);
}

/** IPv4 in dotted decimals as its 32-bit number; IPv6 and host names as a 32-bit hash of their text in lower case. */
export function addressOf(host: string): number {
  const parts = host.split(".");
  if (parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    return parts.reduce((number, part) => number * 256 + Number(part), 0);
  }
  return avalanche(hashOf(host.toLowerCase(), 0) | 0);
}

/** Numbers URLs from 1 as they appear; when `OWN_URLS` have a number, all others share as many more by hash. */
export class UrlNumbers {
  private readonly known = new Map<number, number>();

  /** @param hash `hashOf` of the URL. */
  numberOf(hash: number): number {
    const known = this.known.get(hash);
    if (known !== undefined) return known;
    if (this.known.size === OWN_URLS) return OWN_URLS + 1 + (hash % OWN_URLS);
    const number = this.known.size + 1;
    this.known.set(hash, number);
    return number;
  }
}
