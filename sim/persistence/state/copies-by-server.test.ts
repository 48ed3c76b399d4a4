import { expect, it } from "vitest";
import { CopiesByServer, NO_COPY } from "./copies-by-server.ts";

const made = (servers: number, capacity: number) => {
  const copies = new CopiesByServer(servers);
  copies.grow(capacity);
  return copies;
};

it("keeps what each server has of each session, also while there are more and more of them", () => {
  const copies = made(3, 2);
  copies.put(1, 2, 7, 9);
  copies.grow(50);
  copies.put(49, 0, 3, 3);
  expect([copies.containsOf(1, 2), copies.orderOf(1, 2)]).toEqual([7, 9]);
  expect([copies.containsOf(49, 0), copies.containsOf(1, 1), copies.containsOf(48, 2)]).toEqual([3, NO_COPY, NO_COPY]);
  expect([copies.hasAny(1), copies.hasAny(2)]).toEqual([true, false]);
});

it("forgets a session on all servers, and a server with all sessions", () => {
  const copies = made(2, 3);
  for (const session of [0, 1, 2]) for (const server of [0, 1]) copies.put(session, server, 5, 5);
  copies.forgetSession(1);
  copies.forgetServer(0);
  const left = [0, 1, 2].map((session) => [copies.containsOf(session, 0), copies.containsOf(session, 1)]);
  expect(left).toEqual([
    [NO_COPY, 5],
    [NO_COPY, NO_COPY],
    [NO_COPY, 5],
  ]);
});

it("gives one server what another has, and takes nothing newer away, though it contain less", () => {
  const copies = made(2, 3);
  copies.put(0, 0, 4, 4);
  copies.put(1, 0, 6, 6);
  copies.put(1, 1, 3, 7);
  copies.transfer(0, 1);
  expect([0, 1, 2].map((session) => copies.containsOf(session, 1))).toEqual([4, 3, NO_COPY]);
});
