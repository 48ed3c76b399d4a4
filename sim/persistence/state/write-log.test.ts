import fc from "fast-check";
import { expect, it } from "vitest";
import { WriteLog } from "./write-log.ts";

const write = fc.record({ gapMs: fc.integer({ min: 0, max: 3 }), session: fc.integer({ min: 0, max: 4 }) });

it("brings each follower to what was written by the time it asks for, however often it asks and whatever is trimmed", () => {
  fc.assert(
    fc.property(
      fc.array(write, { maxLength: 300 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1, max: 50 }),
      (writes, lagMs, every) => {
        const log = new WriteLog();
        const copy = new Int32Array(5);
        const tenancy = new Int32Array(5);
        const told: { readonly atMs: number; readonly session: number }[] = [];
        let [nowMs, position] = [0, 0];
        writes.forEach(({ gapMs, session }, index) => {
          nowMs += gapMs;
          log.append(nowMs, session, 0, index + 1);
          told.push({ atMs: nowMs, session });
          if (index % every !== 0) return;
          position = log.replay(position, nowMs - lagMs, copy, tenancy);
          log.trim(position);
          const expected = [0, 0, 0, 0, 0];
          told.forEach((one, number) => {
            if (one.atMs <= nowMs - lagMs) expected[one.session] = number + 1;
          });
          expect([...copy]).toEqual(expected);
        });
      },
    ),
    { seed: 1 },
  );
});

it("does not give a slot's next tenant what was written for the one before", () => {
  const log = new WriteLog();
  const copy = new Int32Array(1);
  log.append(1, 0, 7, 5);
  expect(log.replay(0, 10, copy, Int32Array.of(8))).toBe(1);
  expect(copy[0]).toBe(0);
});
