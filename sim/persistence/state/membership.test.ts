import { expect, it } from "vitest";
import { Membership } from "./membership.ts";

/** Three servers that the test stops and starts. */
function fleet() {
  const life = [0, 1, 2];
  const ends = new Map<number, "crash" | "scale-in">();
  const serverOf = [0, 1, 2];
  const servers = {
    count: 3,
    get upCount() {
      return life.filter((one) => one >= 0).length;
    },
    zoneOf: () => null,
    isUp: (server: number) => life[server]! >= 0,
    lifeOf: (server: number) => life[server]!,
    serverOf: (one: number) => serverOf[one] ?? -1,
    isAlive: (one: number) => life.includes(one),
    causeOfEnd: (one: number) => ends.get(one) ?? "crash",
  };
  const members = new Membership(servers, 4000);
  return {
    members,
    end(server: number, nowMs: number, cause: "crash" | "scale-in" = "crash") {
      ends.set(life[server]!, cause);
      life[server] = -1;
      return members.stopped(server, nowMs);
    },
    start(server: number) {
      life[server] = serverOf.length;
      serverOf.push(server);
      members.started(server);
    },
  };
}

it("believes in a server that crashed until its beats have failed to come for long enough", () => {
  const { members, end } = fleet();
  expect(end(1, 1000)).toBe(5000);
  expect([members.believesIn(1, 4999), members.believesIn(1, 5000)]).toEqual([true, false]);
  expect([members.size(4999), members.size(5000)]).toEqual([3, 2]);
  expect([members.unnoticedUntilMs(4999), members.unnoticedUntilMs(5000)]).toEqual([5000, Number.NEGATIVE_INFINITY]);
  expect([members.noticedMs(1), members.noticedMs(0)]).toEqual([5000, Number.POSITIVE_INFINITY]);
  expect([members.isMissing(1, 2000), members.isMissing(1, 6000), members.isMissing(0, 2000)]).toEqual([
    true,
    false,
    false,
  ]);
});

it("knows at once of a server that says goodbye", () => {
  const { members, end } = fleet();
  expect(end(1, 1000, "scale-in")).toBe(1000);
  expect(members.believesIn(1, 1000)).toBe(false);
});

it("knows with a server's new life that the one before is over", () => {
  const { members, end, start } = fleet();
  end(1, 1000);
  start(1);
  expect([members.isMissing(1, 2000), members.noticedMs(1)]).toEqual([false, Number.NEGATIVE_INFINITY]);
  expect([members.believesIn(1, 2000), members.size(2000)]).toEqual([true, 3]);
});
