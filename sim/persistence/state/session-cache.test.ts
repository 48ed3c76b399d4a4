import { expect, test } from "vitest";
import type { StateContext } from "./backend.ts";
import { SessionCache } from "./session-cache.ts";

const made = () => {
  const context = { nowMs: 10, bytesOf: () => 1024, attach: () => {}, countStoreOperation: () => {} };
  const settings = {
    cacheRoundTripMs: 2,
    cacheOperationMs: 1,
    cachePerKibMs: 0.5,
    cacheThreads: 1,
    cacheTimeoutMs: 70,
  };
  const cache = new SessionCache(context as unknown as StateContext, settings);
  cache.grow(4);
  return cache;
};

test("an operation takes a round trip and its turn; a cache that is down refuses, one that hangs costs the time-out", () => {
  const cache = made();
  expect([cache.doneMs(0), cache.doneMs(0)]).toEqual([13.5, 15]);
  cache.hang(true);
  expect(cache.doneMs(0)).toBe(80);
  cache.hang(false);
  cache.crash();
  expect(cache.doneMs(0)).toBe(12);
});

test("a crash takes everything; silence keeps everything, also what should have been replaced", () => {
  const cache = made();
  cache.put(0, 5);
  cache.put(1, 5);
  cache.hang(true);
  expect(cache.get(0)).toBe(0);
  cache.put(0, 6);
  cache.hang(false);
  expect([cache.get(0), cache.isOld(0), cache.isOld(1)]).toEqual([5, true, false]);
  cache.put(0, 7);
  expect([cache.get(0), cache.isOld(0)]).toEqual([7, false]);
  cache.evict(1);
  expect(cache.get(1)).toBe(0);
  cache.crash();
  cache.restart();
  expect(cache.get(0)).toBe(0);
});
