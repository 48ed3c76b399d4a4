import { expect, it } from "vitest";
import { SlabMemory, STORED, TOO_LARGE } from "./slab-memory.ts";

const MIB = 1024 * 1024;
const made = (memoryBytes: number, sessions = 60_000) => {
  const memory = new SlabMemory({ memoryBytes, itemMaxBytes: MIB, growthFactor: 1.25 });
  memory.grow(sessions);
  return memory;
};
const store = (memory: SlabMemory, session: number, bytes: number) => memory.store(session, bytes, 1, 0, 1e9);

it("has the classes that memcached prints with -vv: 96, 120, 152, 192, 240, 304 … up to a page", () => {
  const { chunkBytes } = made(MIB);
  expect(chunkBytes.slice(0, 12)).toEqual([96, 120, 152, 192, 240, 304, 384, 480, 600, 752, 944, 1184]);
  expect(chunkBytes.at(-1)).toBe(MIB);
});

it("evicts the oldest of the class that is full, however old others are: large sessions go while small ones stay", () => {
  const memory = made(2 * MIB);
  // 100 bytes and what surrounds them fill a chunk of 192; the small class takes one page and is nowhere near full.
  for (let session = 0; session < 100; session++) store(memory, session, 100);
  const large = Math.floor(MIB / memory.chunkBytes.find((chunk) => chunk >= 10_080)!);
  for (let number = 0; number < large; number++) store(memory, 1000 + number, 10_000);
  expect(memory.evicted).toBeNull();
  store(memory, 5000, 10_000);
  expect(memory.evicted).toBe(1000);
  memory.use(1001);
  store(memory, 5001, 10_000);
  expect(memory.evicted).toBe(1002);
  expect(memory.has(0)).toBe(true);
});

it("gives a class its first page even beyond the limit, and no second one", () => {
  const memory = made(MIB);
  store(memory, 0, 100);
  expect(store(memory, 1, 600_000)).toBe(STORED);
  expect(memory.evicted).toBeNull();
  store(memory, 2, 600_000);
  expect(memory.evicted).toBe(1);
});

it("moves a session that has grown to another class, and its chunk is free for the next", () => {
  const memory = made(MIB);
  const perPage = Math.floor(MIB / 192);
  for (let session = 0; session < perPage; session++) store(memory, session, 100);
  store(memory, 0, 1000);
  store(memory, perPage, 100);
  expect(memory.evicted).toBeNull();
  store(memory, perPage + 1, 100);
  expect(memory.evicted).toBe(1);
});

it("refuses what is larger than an item may be, and what was there before is gone", () => {
  const memory = made(MIB);
  store(memory, 0, 100);
  expect(store(memory, 0, MIB)).toBe(TOO_LARGE);
  expect(memory.has(0)).toBe(false);
});

it("keeps what is nobody's until its class needs the chunk", () => {
  const memory = made(MIB);
  const perPage = Math.floor(MIB / 192);
  for (let session = 0; session < perPage; session++) store(memory, session, 100);
  memory.detach(0);
  expect(memory.has(0)).toBe(false);
  store(memory, 0, 100);
  expect(memory.evicted).toBe(-1);
});
