import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WriteQueues } from "./write-queue.ts";

const made = (coalesces: boolean, queues = 2) => {
  const queue = new WriteQueues(queues, coalesces);
  queue.grow(300);
  return queue;
};
const taken = (queues: WriteQueues, queue: number, count = 1e9) => {
  const found: string[] = [];
  queues.take(queue, count, (session, content) => found.push(`${session}:${content}`));
  return found;
};

describe("a queue of writes", () => {
  it("hands over each session once, in order, with what was written last", () => {
    const step = fc.record({ session: fc.nat(9), takes: fc.nat(3) });
    fc.assert(
      fc.property(fc.boolean(), fc.array(step, { maxLength: 100 }), (coalesces, steps) => {
        const queues = made(coalesces);
        const newest = new Map<number, number>();
        const written = new Map<number, number>();
        const write = (session: number, content: number) => written.set(session, content);
        steps.forEach(({ session, takes }, index) => {
          queues.put(0, session, index + 1);
          newest.set(session, index + 1);
          queues.take(0, takes, write);
        });
        queues.take(0, 1e9, write);
        expect([...written].sort()).toEqual([...newest].sort());
        expect(queues.lengthOf(0)).toBe(0);
      }),
    );
  });

  it("has one place for a session however often it is written, or one for each write", () => {
    const coalescing = made(true);
    const plain = made(false);
    for (let content = 1; content <= 5; content++) {
      coalescing.put(0, 7, content);
      plain.put(0, 7, content);
    }
    expect([coalescing.lengthOf(0), plain.lengthOf(0)]).toEqual([1, 5]);
    expect([taken(coalescing, 0), taken(plain, 0)]).toEqual([["7:5"], ["7:5"]]);
  });

  it("leaves a session to the queue that it was put in last", () => {
    const queues = made(true);
    queues.put(0, 7, 1);
    queues.put(1, 7, 2);
    expect([taken(queues, 0), taken(queues, 1)]).toEqual([[], ["7:2"]]);
  });

  it("forgets sessions that have ended, and does not mistake the slot's next one for them", () => {
    const queues = made(true);
    queues.put(0, 7, 1);
    queues.forget(7);
    expect(taken(queues, 0, 0)).toEqual([]);
    queues.put(0, 7, 9);
    expect(taken(queues, 0)).toEqual(["7:9"]);
  });

  it("has room for any number", () => {
    const queues = made(true);
    for (let session = 0; session < 50; session++) queues.put(0, session, 1);
    taken(queues, 0, 50);
    for (let session = 0; session < 300; session++) queues.put(0, session, 1);
    expect(taken(queues, 0)).toHaveLength(300);
  });
});
