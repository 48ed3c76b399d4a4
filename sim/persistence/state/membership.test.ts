import { expect, it } from "vitest";
import { Membership } from "./membership.ts";
import { Fleet } from "./testing/fleet.ts";

function made() {
  const fleet = new Fleet(3);
  return { fleet, members: new Membership(fleet.servers, 4000) };
}

it("believes in a server that crashed until its beats have failed to come for long enough", () => {
  const { fleet, members } = made();
  fleet.crash(1);
  expect(members.stopped(1, 1000)).toBe(5000);
  expect([members.believesIn(1, 4999), members.believesIn(1, 5000)]).toEqual([true, false]);
  expect([members.size(4999), members.size(5000)]).toEqual([3, 2]);
  expect([members.unnoticedUntilMs(4999), members.unnoticedUntilMs(5000)]).toEqual([5000, Number.NEGATIVE_INFINITY]);
  expect([members.noticedMs(1), members.noticedMs(0)]).toEqual([5000, Number.POSITIVE_INFINITY]);
  expect([1, 1, 0].map((life, i) => members.isMissing(life, [2000, 6000, 2000][i]!))).toEqual([true, false, false]);
});

it("knows at once of a server that says goodbye", () => {
  const { fleet, members } = made();
  fleet.stop(1);
  expect(members.stopped(1, 1000)).toBe(1000);
  expect(members.believesIn(1, 1000)).toBe(false);
});

it("knows with a server's new life that the one before is over", () => {
  const { fleet, members } = made();
  fleet.crash(1);
  members.stopped(1, 1000);
  fleet.start(1);
  members.started(1);
  expect([members.isMissing(1, 2000), members.noticedMs(1)]).toEqual([false, Number.NEGATIVE_INFINITY]);
  expect([members.believesIn(1, 2000), members.size(2000)]).toEqual([true, 3]);
});
