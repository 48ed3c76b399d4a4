import { describe, expect, it } from "vitest";
import { type GroupUser, WriteSetGroup } from "./write-set-group.ts";

const made = (nodes: number) => {
  const told: string[] = [];
  const user: GroupUser = {
    excluded: (node) => told.push(`${node} is excluded`),
    goesOn: () => told.push("goes on"),
    joined: (node, from) => told.push(`${node} joins, from ${from}`),
    wakeForView: (atMs) => told.push(`view at ${atMs}`),
    wakeForJoin: (atMs, node) => told.push(`join of ${node} at ${atMs}`),
  };
  const group = new WriteSetGroup(nodes, 5000, 10_000, user);
  const serving = () => Array.from({ length: nodes }, (_, node) => node).filter((node) => group.serves(node));
  return { group, told, serving };
};

describe("a group of equal nodes", () => {
  it("waits for a silent member, excludes it, and goes on as long as it is more than half of what it was", () => {
    const { group, told, serving } = made(3);
    group.reach(2, false, 100);
    expect([group.isPaused, serving()]).toEqual([true, [0, 1, 2]]);
    group.viewElapsed(6000);
    expect([group.isPaused, serving()]).toEqual([false, [0, 1]]);
    expect(told).toEqual(["view at 5100", "2 is excluded", "goes on"]);
    // One of two is not more than half.
    group.reach(1, false, 200);
    group.viewElapsed(6000);
    expect(serving()).toEqual([]);
  });

  it("counts against the group as it was: two of three that go at once stop the third", () => {
    const { group, serving } = made(3);
    group.reach(0, false, 0);
    group.reach(1, false, 10);
    group.viewElapsed(6000);
    expect(serving()).toEqual([]);
    group.reach(0, true, 6000);
    expect(serving()).toEqual([]);
    group.reach(1, true, 7000);
    expect(serving()).toEqual([0, 1, 2]);
  });

  it("goes on at once when the member is heard again in time", () => {
    const { group, told, serving } = made(3);
    group.reach(1, false, 0);
    group.reach(1, true, 3000);
    group.viewElapsed(6000);
    expect([group.isPaused, serving()]).toEqual([false, [0, 1, 2]]);
    expect(told).toEqual(["view at 5000", "goes on"]);
  });

  it("does not exclude a member that falls silent again for the time that it was silent before", () => {
    const { group, serving } = made(3);
    group.reach(1, false, 0);
    group.reach(1, true, 3000);
    group.reach(1, false, 4000);
    group.viewElapsed(5000);
    expect(serving()).toEqual([0, 1, 2]);
    group.viewElapsed(9000);
    expect(serving()).toEqual([0, 2]);
  });

  it("gives its state to a member that comes back, and lets it serve then", () => {
    const { group, told, serving } = made(3);
    group.reach(0, false, 0);
    group.viewElapsed(6000);
    group.reach(0, true, 20_000);
    expect(serving()).toEqual([1, 2]);
    group.joinElapsed(0);
    expect(serving()).toEqual([0, 1, 2]);
    expect(told.slice(-2)).toEqual(["join of 0 at 30000", "0 joins, from 1"]);
  });
});
