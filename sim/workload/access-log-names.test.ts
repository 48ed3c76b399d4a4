import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressOf, clientOf, hashOf, UrlNumbers } from "./access-log-names.ts";
import { MAXIMUM_URL, OWN_URLS } from "./trace.ts";

describe("names in an access log as numbers", () => {
  it("are the 32-bit number of an IPv4 address", () => {
    expect(addressOf("83.149.9.216")).toBe(((83 * 256 + 149) * 256 + 9) * 256 + 216);
    expect(addressOf("255.255.255.255")).toBe(0xffffffff);
  });

  it.each(["2001:db8::7", "in24.inetnebr.com", "1.2.3.256", "1.2.3", "1.2.3.4.5", "01234.1.1.1"])(
    "are an unsigned 32-bit hash for %s",
    (host) => {
      const address = addressOf(host);
      expect(address).toBe(address >>> 0);
      expect(address).toBe(addressOf(host.toUpperCase()));
    },
  );

  it("tell hosts, agents and clients apart: 200,000 names, no two alike", () => {
    const names = Array.from({ length: 200_000 }, (_, index) => `host-${index}.example`);
    expect(new Set(names.map((name) => hashOf(name, 0))).size).toBe(names.length);
    expect(new Set(names.map((name) => clientOf("10.0.0.1", name))).size).toBe(names.length);
    expect(clientOf("10.0.0.1", null)).not.toBe(clientOf("10.0.0.1", "-"));
  });

  it("spread hashed addresses evenly: 16 of 100,000 names share a 32-bit hash at most", () => {
    // 100,000 balls in 2^32 bins collide 1.16 times on average; 16 and more happen once in 10^13 choices of names.
    const hashes = new Set(Array.from({ length: 100_000 }, (_, index) => addressOf(`host-${index}.example`)));
    expect(hashes.size).toBeGreaterThan(100_000 - 16);
  });

  it("are whole numbers below 2^53 for any text", () => {
    fc.assert(fc.property(fc.string(), fc.nat(), (text, seed) => Number.isSafeInteger(hashOf(text, seed))));
  });

  it("number URLs from 1 as they appear, up to a bound beyond which they share numbers, always the same one", () => {
    const urls = new UrlNumbers();
    expect([70, 71, 70, 72].map((hash) => urls.numberOf(hash))).toEqual([1, 2, 1, 3]);
    for (let hash = 1000; hash < 1000 + OWN_URLS; hash++) urls.numberOf(hash);
    const shared = urls.numberOf(9_007_199_254_740_000);
    expect(shared).toBeGreaterThan(OWN_URLS);
    expect(shared).toBeLessThanOrEqual(MAXIMUM_URL);
    expect(urls.numberOf(9_007_199_254_740_000)).toBe(shared);
    expect(urls.numberOf(70)).toBe(1);
  });
});
