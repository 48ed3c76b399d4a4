import { describe, expect, it } from "vitest";
import { Draws } from "../../engine/draws.ts";
import { expectMean } from "../../engine/testing/fit.ts";
import { Replica } from "./replica.ts";

const tenancies = new Uint16Array(1000);
const replica = (delayMs = 10) => {
  const made = new Replica(delayMs);
  made.grow(1000);
  return made;
};

describe("a replica", () => {
  it("has a write when the way and the queue at its one applier are behind it", () => {
    const copy = replica();
    copy.ship(0, 0, 1, 100, 0, 5);
    copy.ship(1, 0, 1, 100, 0, 5);
    copy.ship(2, 0, 1, 100, 30, 5);
    const has = (nowMs: number) => {
      copy.settle(nowMs, tenancies);
      return [0, 1, 2].map((session) => copy.contains[session]);
    };
    expect([has(14.9), has(15), has(20), has(44.9), has(45)]).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 0],
      [1, 1, 1],
    ]);
  });

  it("does not give to a new session what the slot's last one had written", () => {
    const copy = replica();
    const now = new Uint16Array(1000);
    copy.ship(5, 0, 7, 100, 0, 1);
    now[5] = 1;
    copy.settle(1e9, now);
    expect(copy.contains[5]).toBe(0);
  });

  it("keeps what has arrived when the primary falls silent, and nothing else", () => {
    const copy = replica();
    copy.ship(0, 0, 1, 100, 0, 50);
    copy.ship(1, 0, 1, 100, 5, 50);
    copy.ship(2, 0, 1, 100, 6, 50);
    copy.detach(15);
    copy.ship(3, 0, 1, 100, 20, 50);
    copy.settle(Infinity, tenancies);
    expect([0, 1, 2, 3].map((session) => copy.contains[session])).toEqual([1, 1, 0, 0]);
    expect([copy.missed, copy.missedBytes, copy.appliedAllAtMs]).toEqual([2, 200, 10 + 3 * 50]);
  });

  it("that comes back is ready when it has applied all that it missed", () => {
    const copy = replica();
    copy.detach(0);
    for (let session = 0; session < 20; session++) copy.ship(session, 0, 1, 100, 1, 5);
    copy.attach(1000, new Int32Array(1000).fill(3), 5);
    expect([copy.readyAtMs, copy.missed, copy.contains[7]]).toEqual([1100, 0, 3]);
  });

  it("holds any number of writes that are under way", () => {
    const copy = replica(1e6);
    for (let session = 0; session < 500; session++) copy.ship(session, 0, session + 1, 1, session, 0);
    copy.settle(1e6 + 250, tenancies);
    expect([copy.contains[250], copy.contains[251]]).toEqual([251, 0]);
    for (let session = 500; session < 1000; session++) copy.ship(session, 0, session + 1, 1, session, 0);
    copy.settle(2e6, tenancies);
    expect(copy.contains.every((content, session) => content === session + 1)).toBe(true);
  });

  it("misses, at the primary's crash, as many writes as are made while one is on its way: Poisson of mean w d", () => {
    // 0.2 writes per ms and 50 ms: mean 10, standard deviation √10.
    const draws = new Draws(1, "writes");
    const missed = Array.from({ length: 2000 }, (_, run) => {
      const copy = replica(50);
      for (let atMs = 0, k = 0; (atMs += draws.at(run, k).exponential() / 0.2) < 400; k++)
        copy.ship(0, 0, k, 1, atMs, 0);
      copy.detach(400);
      return copy.missed;
    });
    expectMean(missed, 10, Math.sqrt(10));
    const none = missed.map((count) => (count === 0 ? 1 : 0));
    expect(none.reduce((a: number, b) => a + b, 0)).toBeLessThan(3);
  });

  it("lags behind as a queue does: M/M/1 at its applier", () => {
    const draws = new Draws(2, "applier");
    // Mean response 1 / (1 - 0.6) = 2.5 and, over 24 runs of 30,000, four standard errors below 3 %.
    const means = Array.from({ length: 24 }, (_, run) => {
      const copy = replica(3);
      let atMs = 0;
      let sum = 0;
      for (let k = 0; k < 30_000; k++) {
        atMs += draws.at(2 * run, k).exponential() / 0.6;
        copy.ship(0, 0, k, 1, atMs, draws.at(2 * run + 1, k).exponential());
        copy.settle(atMs, tenancies);
        sum += copy.appliedAtMs - atMs;
      }
      return sum / 30_000;
    });
    const mean = means.reduce((a, b) => a + b, 0) / means.length;
    const squares = means.reduce((a, b) => a + (b - mean) * (b - mean), 0);
    const margin = 4 * Math.sqrt(squares / (means.length - 1) / means.length);
    expect(margin).toBeLessThan(0.03 * 5.5);
    expect(Math.abs(mean - (3 + 2.5))).toBeLessThan(margin);
  });
});
