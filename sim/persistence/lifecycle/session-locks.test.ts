import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SessionLocks } from "./session-locks.ts";

const KEY = 77;

function lockRoom(hasLease = false) {
  const granted: number[] = [];
  const leases: [number, number][] = [];
  const locks = new SessionLocks(
    { granted: (slot) => granted.push(slot), scheduleLease: (lock, grant) => leases.push([lock, grant]) },
    hasLease,
  );
  return { locks, granted, leases };
}

describe("the lock of a session", () => {
  it("is one request's at a time, and goes to the others in the order in which they asked", () => {
    const { locks, granted } = lockRoom();
    expect(locks.take(1, KEY)).toBe(true);
    for (const slot of [5, 3, 4]) {
      expect(locks.take(slot, KEY)).toBe(false);
      locks.wait(slot, KEY);
    }
    for (const slot of [1, 5, 3, 4]) locks.release(slot);
    expect(granted).toEqual([5, 3, 4]);
    expect(locks.isHeld(KEY)).toBe(false);
  });

  it("is no matter for other sessions", () => {
    const { locks } = lockRoom();
    expect([locks.take(1, KEY), locks.take(2, KEY + 1)]).toEqual([true, true]);
  });

  it("passes over who gave up waiting", () => {
    const { locks, granted } = lockRoom();
    locks.take(1, KEY);
    locks.wait(2, KEY);
    locks.wait(3, KEY);
    expect([locks.isWaiting(1), locks.isWaiting(2)]).toEqual([false, true]);
    locks.release(2);
    locks.release(1);
    expect(granted).toEqual([3]);
  });

  it("ends with the server of its request, and none that died with it gets it", () => {
    const { locks, granted } = lockRoom();
    locks.take(1, KEY);
    for (const slot of [2, 3, 4]) locks.wait(slot, KEY);
    locks.died([1, 2, 4]);
    expect(granted).toEqual([3]);
    locks.release(3);
    expect(locks.isHeld(KEY)).toBe(false);
  });

  it("outlives its server where it is a lease, for as long as that runs", () => {
    const { locks, granted, leases } = lockRoom(true);
    locks.take(1, KEY);
    locks.wait(2, KEY);
    locks.died([1]);
    expect(granted).toEqual([]);
    locks.expired(...leases[0]!);
    expect(granted).toEqual([2]);
  });

  it("is lost to a holder whose lease has run out, who then releases nothing", () => {
    const { locks, granted, leases } = lockRoom(true);
    locks.take(1, KEY);
    locks.wait(2, KEY);
    locks.wait(3, KEY);
    locks.expired(...leases[0]!);
    locks.release(1);
    expect(granted).toEqual([2]);
    // The lease of a grant that is over says nothing about the next.
    locks.expired(...leases[0]!);
    expect(granted).toEqual([2]);
  });

  it("is held by one and waited for by the rest, whatever they do", () => {
    const steps = fc.array(fc.record({ slot: fc.nat(5), key: fc.nat(1), dies: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (given) => {
        const { locks, granted } = lockRoom();
        /** What each request does: -1 nothing, else the key that it holds or waits for. */
        const lines: number[][] = [[], []];
        for (const { slot, key, dies } of given) {
          const line = lines.find((each) => each.includes(slot));
          if (line === undefined) {
            expect(locks.take(slot, key)).toBe(lines[key]!.length === 0);
            if (lines[key]!.length > 0) locks.wait(slot, key);
            lines[key]!.push(slot);
          } else {
            const heir = line[0] === slot ? line[1] : undefined;
            line.splice(line.indexOf(slot), 1);
            granted.length = 0;
            if (dies) locks.died([slot]);
            else locks.release(slot);
            expect(granted).toEqual(heir === undefined ? [] : [heir]);
          }
          for (const [k, each] of lines.entries()) expect(locks.isHeld(k)).toBe(each.length > 0);
        }
      }),
    );
  });
});
