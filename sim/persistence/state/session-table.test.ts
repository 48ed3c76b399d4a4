import { describe, expect, it } from "vitest";
import { SessionTable, type TableSettings } from "./session-table.ts";

const usual: TableSettings = {
  workers: 1,
  readMs: 1,
  writeMs: 2,
  perKibMs: 0.5,
  indexed: true,
  levelMs: 0.25,
  perRowMs: 0.01,
  initialRows: 0,
  cleanupIntervalMs: 1000,
};
const table = (settings: Partial<TableSettings> = {}) => new SessionTable({ ...usual, ...settings }, 2);

describe("a table of sessions", () => {
  it("with an index costs one step more for every doubling", () => {
    // An index over 2^k - 1 rows is k levels deep.
    const cost = (rows: number) => table({ initialRows: rows }).read(0, 0, 2048) - (1 + 2 * 0.5);
    expect([0, 1, 3, 1023, 1_048_575].map(cost)).toEqual([0, 0.25, 0.5, 2.5, 5]);
  });

  it("without an index costs as much as it has rows", () => {
    const cost = (rows: number) => table({ indexed: false, initialRows: rows }).write(0, 0) - 2;
    expect([0, 100, 1_000_000].map(cost)).toEqual([0, 1, 10_000]);
  });

  it("has its operations wait for a worker, first come first served", () => {
    const sessions = table({ levelMs: 0 });
    expect([sessions.read(0, 0, 0), sessions.write(0, 0), sessions.read(0, 1.5, 0)]).toEqual([1, 3, 4]);
  });

  it("is read on every node, and written on the primary", () => {
    const sessions = table({ levelMs: 0 });
    expect([sessions.read(0, 0, 0), sessions.read(1, 0, 0), sessions.write(0, 0)]).toEqual([1, 1, 3]);
    sessions.primary = 1;
    expect(sessions.write(0, 0)).toBe(3);
  });

  it("keeps the row of a session that nobody uses any more until it has expired and the next clean-up comes", () => {
    const sessions = table({ initialRows: 3 });
    sessions.leave(1200);
    sessions.leave(1999);
    sessions.leave(2001);
    sessions.read(0, 1999, 0);
    expect(sessions.rows).toBe(3);
    sessions.read(0, 2000, 0);
    expect(sessions.rows).toBe(1);
    sessions.read(0, 99_000, 0);
    expect(sessions.rows).toBe(0);
  });

  it("deletes at once where sessions have no idle limit, and never where nothing cleans up", () => {
    const sessions = table({ initialRows: 2 });
    sessions.leave(null);
    expect(sessions.rows).toBe(1);
    const dirty = table({ initialRows: 2, cleanupIntervalMs: null });
    dirty.leave(5);
    dirty.read(0, 1e9, 0);
    expect(dirty.rows).toBe(2);
  });

  it("makes writes wait while a clean-up without an index looks through it; readers only miss a worker", () => {
    const sessions = table({ indexed: false, initialRows: 5000, workers: 2 });
    for (let ended = 0; ended < 10; ended++) sessions.leave(900);
    // 5,000 rows take 50 ms and 10 deletions 2 ms each: from 1,000 to 1,070. A row more or less is 0.01 ms.
    expect(sessions.read(0, 1001, 0)).toBeCloseTo(1001 + 1 + 49.9, 6);
    expect(sessions.write(1001, 0)).toBeCloseTo(1070 + 2 + 49.9, 6);
    const indexed = table({ initialRows: 5000, workers: 2, levelMs: 0 });
    for (let ended = 0; ended < 10; ended++) indexed.leave(900);
    expect(indexed.write(1001, 0)).toBe(1003);
  });

  it("begins no clean-up before the last one is over", () => {
    const sessions = table({ indexed: false, initialRows: 5000, workers: 2, cleanupIntervalMs: 20 });
    // 50 ms each: from 20 to 70 and, the next full interval, from 80 to 130; the second worker is free.
    expect(sessions.read(0, 75, 0)).toBe(75 + 1 + 50);
    expect(sessions.write(85, 0)).toBe(130 + 2 + 50);
  });

  it("is empty when it has been truncated", () => {
    const sessions = table({ initialRows: 70 });
    sessions.leave(10);
    sessions.truncate();
    sessions.read(0, 5000, 0);
    expect(sessions.rows).toBe(0);
  });
});
