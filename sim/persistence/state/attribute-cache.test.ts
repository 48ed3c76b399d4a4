import { expect, it } from "vitest";
import { AttributeCache, NOT_CACHED } from "./attribute-cache.ts";

const made = (maximumMs = 60_000) => {
  const cache = new AttributeCache(2, { minimumMs: 3000, maximumMs });
  cache.grow(1);
  cache.grow(4);
  return cache;
};

it("trusts a file for 3 s, twice as long after each look that finds it unchanged, and never longer than 60 s", () => {
  const cache = made();
  let nowMs = 0;
  const windows = Array.from({ length: 7 }, () => {
    cache.checked(1, 0, 5, nowMs);
    let trustMs = 0;
    while (cache.trusts(1, 0, nowMs + trustMs)) trustMs += 1000;
    nowMs += trustMs;
    return trustMs;
  });
  expect(windows).toEqual([3000, 6000, 12_000, 24_000, 48_000, 60_000, 60_000]);
});

it("begins with the minimum again when the file has changed, or the client has written it", () => {
  const cache = made();
  for (const change of [() => cache.checked(1, 0, 6, 9000), () => cache.wrote(1, 0, 5, 9000)]) {
    cache.checked(1, 0, 5, 0);
    cache.checked(1, 0, 5, 3000);
    change();
    expect([cache.trusts(1, 0, 11_999), cache.trusts(1, 0, 12_000)]).toEqual([true, false]);
  }
});

it("trusts nothing where it may not, but knows what it has", () => {
  const cache = made(0);
  cache.checked(1, 0, 5, 0);
  expect([cache.trusts(1, 0, 0), cache.containsOf(1, 0), cache.containsOf(1, 1)]).toEqual([false, 5, NOT_CACHED]);
});

it("forgets a file on all clients, and a client with all files", () => {
  const cache = made();
  for (const file of [0, 1, 2]) for (const client of [0, 1]) cache.checked(file, client, 5, 0);
  cache.forgetFile(1);
  cache.forgetClient(0);
  expect([0, 1, 2].map((file) => [cache.containsOf(file, 0), cache.containsOf(file, 1)])).toEqual([
    [NOT_CACHED, 5],
    [NOT_CACHED, NOT_CACHED],
    [NOT_CACHED, 5],
  ]);
});
