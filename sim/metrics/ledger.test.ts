import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as field from "../workload/sessions.ts";
import { IS_RELOGIN, Sessions } from "../workload/sessions.ts";
import { causeCode, sessionCauses } from "./causes.ts";
import { Ledger } from "./ledger.ts";

const SERVERS = 3;

/** A ledger and so many visits, none of them with a session yet. */
function books(visits: number) {
  const sessions = new Sessions(false);
  for (let i = 0; i < visits; i++) {
    const slot = sessions.take();
    sessions.ints[slot * field.INTS + field.SERVER] = -1;
  }
  return { sessions, ledger: new Ledger(sessions, SERVERS) };
}

const entry = fc.record({
  do: fc.constantFrom("birth", "fleeting", "move", "grow", "complete", "abandon", "timeOut", "lose"),
  visit: fc.nat(5),
  server: fc.nat(SERVERS - 1),
  gapMs: fc.nat(100),
  cause: fc.constantFrom(...sessionCauses.map(({ name }) => name)),
  writes: fc.nat(5),
});

describe("the ledger", () => {
  it("adds up whatever happens: sessions, causes, and every integral over time", () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 80, size: "max" }), (entries) => {
        const { sessions, ledger } = books(6);
        const live = new Map<number, { server: number; bornAtMs: number }>();
        const expected = {
          born: 0,
          completed: 0,
          timedOut: 0,
          abandoned: 0,
          lost: 0,
          moved: 0,
          writesLost: 0,
          fleeting: 0,
        };
        const heldMs = [0, 0, 0];
        let [nowMs, bytes, liveMs, byteMs] = [0, 0, 0, 0];
        for (const { do: what, visit, server, gapMs, cause, writes } of entries) {
          nowMs += gapMs;
          liveMs += gapMs * live.size;
          byteMs += gapMs * bytes;
          for (const session of live.values()) heldMs[session.server]! += gapMs;
          const session = live.get(visit);
          if (what === "fleeting") {
            ledger.fleeting();
            expected.born++;
            expected.completed++;
            expected.fleeting++;
          } else if (what === "birth" && session === undefined) {
            ledger.birth(visit, server, 100, nowMs);
            live.set(visit, { server, bornAtMs: nowMs });
            bytes += 100;
            expected.born++;
          } else if (what === "move" && session !== undefined) {
            ledger.move(visit, server, nowMs);
            session.server = server;
            expected.moved++;
          } else if (what === "grow" && session !== undefined) {
            ledger.grow(10, nowMs);
            bytes += 10;
          } else if (what !== "birth" && what !== "move" && what !== "grow" && session !== undefined) {
            sessions.ints[visit * field.INTS + field.WRITES] = writes;
            if (what === "lose") ledger.lose(visit, cause, 100, nowMs);
            else ledger[what](visit, 100, nowMs);
            const counted = (
              { complete: "completed", abandon: "abandoned", timeOut: "timedOut", lose: "lost" } as const
            )[what];
            expected[counted]++;
            if (what === "lose") expected.writesLost += writes;
            live.delete(visit);
            bytes -= 100;
          }
        }
        expect(ledger.counts).toMatchObject(expected);
        expect(ledger.counts.surpriseTimeouts).toBe(expected.timedOut);
        expect(ledger.live).toBe(live.size);
        expect([...ledger.held]).toEqual(
          [0, 1, 2].map((server) => [...live.values()].filter((session) => session.server === server).length),
        );
        ledger.settle(nowMs);
        for (let server = 0; server < SERVERS; server++) ledger.settleHeld(server, nowMs);
        expect([ledger.liveMs, ledger.byteMs, [...ledger.heldMs]]).toEqual([liveMs, byteMs, heldMs]);
        expect(() => ledger.check()).not.toThrow();
      }),
    );
  });

  it("tells a visit with a session from one without", () => {
    const { ledger, sessions } = books(1);
    expect(ledger.isBorn(0)).toBe(false);
    ledger.birth(0, 2, 100, 5);
    expect([ledger.isBorn(0), sessions.ints[field.SERVER], sessions.bornAtMs[0]]).toEqual([true, 2, 5]);
    sessions.ints[field.WRITES] = 4;
    ledger.complete(0, 100, 25);
    expect([ledger.isBorn(0), sessions.ints[field.SERVER], sessions.ints[field.WRITES]]).toEqual([false, -1, 0]);
    expect(ledger.lifespanMs.record()).toMatchObject({ total: 1, sum: 20 });
  });

  it("counts a loss under its one cause, with the writes that went with it", () => {
    const { ledger, sessions } = books(2);
    for (const visit of [0, 1]) {
      ledger.birth(visit, 0, 100, 0);
      sessions.ints[visit * field.INTS + field.WRITES] = visit + 2;
    }
    ledger.lose(0, "crash", 100, 1);
    ledger.lose(1, "rehash", 100, 1);
    const { counts } = ledger;
    expect([counts.lostByCause[causeCode("crash")], counts.lostByCause[causeCode("rehash")]]).toEqual([1, 1]);
    expect([counts.writesLostByCause[causeCode("crash")], counts.writesLostByCause[causeCode("rehash")]]).toEqual([
      2, 3,
    ]);
    expect([counts.lost, counts.writesLost]).toEqual([2, 5]);
  });

  it("counts a birth in a visit that had a session before as a login after a loss", () => {
    const { ledger, sessions } = books(1);
    ledger.birth(0, 0, 100, 0);
    ledger.lose(0, "crash", 100, 1);
    sessions.ints[field.META]! |= IS_RELOGIN;
    ledger.birth(0, 1, 100, 2);
    expect(ledger.counts).toMatchObject({ born: 2, relogins: 1 });
  });

  it("hands out copies of its counts that later entries do not change", () => {
    const { ledger } = books(1);
    ledger.birth(0, 0, 100, 0);
    const before = ledger.counts.copy();
    ledger.lose(0, "crash", 100, 1);
    expect([before.born, before.lost, before.lostByCause[causeCode("crash")]]).toEqual([1, 0, 0]);
    expect(ledger.counts.lost).toBe(1);
  });

  it("says so when sessions or causes do not add up", () => {
    const { ledger } = books(1);
    ledger.birth(0, 0, 100, 0);
    ledger.counts.born++;
    expect(() => ledger.check()).toThrow("sessions do not add up: 2 born, 0 ended, 1 live");
    ledger.counts.born--;
    ledger.counts.lost++;
    ledger.counts.born++;
    expect(() => ledger.check()).toThrow("losses do not add up: 1 lost, 0 by cause");
  });
});

describe("the causes of losses", () => {
  it("have each their own name, code and sentence", () => {
    const names = sessionCauses.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    names.forEach((name, code) => {
      expect(causeCode(name)).toBe(code);
    });
    expect(sessionCauses.every(({ summary }) => summary.length > 10)).toBe(true);
  });
});
