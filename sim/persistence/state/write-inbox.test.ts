import { describe, expect, it } from "vitest";
import { WriteInbox } from "./write-inbox.ts";

const taken = (inbox: WriteInbox, nowMs: number) => {
  const sessions: number[] = [];
  inbox.settle(nowMs, (session) => sessions.push(session));
  return sessions;
};

describe("the inbox of a node", () => {
  it("hands over what has arrived, in order, whatever its length", () => {
    const inbox = new WriteInbox();
    const found: number[] = [];
    for (let session = 0; session < 500; session++) {
      inbox.push(session, 0, 1, 0, session + 10);
      found.push(...taken(inbox, session));
    }
    expect(inbox.length).toBe(10);
    found.push(...taken(inbox, 1e9));
    expect(found).toEqual(Array.from({ length: 500 }, (_, session) => session));
  });

  it("hands over each write with all that it says", () => {
    const inbox = new WriteInbox();
    inbox.push(3, 4, 5, 6.5, 7.5);
    const said: number[][] = [];
    inbox.settle(7.5, (...write) => said.push(write));
    expect(said).toEqual([[3, 4, 5, 6.5, 7.5]]);
  });

  it("holds back what is under way until the way is open again", () => {
    const inbox = new WriteInbox();
    inbox.push(0, 0, 1, 0, 10);
    inbox.push(1, 0, 1, 0, 20);
    inbox.hold(10, Infinity);
    expect(taken(inbox, 1e9)).toEqual([0]);
    inbox.hold(1e9, 2e9);
    expect([taken(inbox, 1.9e9), taken(inbox, 2e9)]).toEqual([[], [1]]);
  });

  it("is empty when it has been cleared", () => {
    const inbox = new WriteInbox();
    inbox.push(0, 0, 1, 0, 10);
    inbox.clear();
    expect(taken(inbox, 1e9)).toEqual([]);
  });
});
