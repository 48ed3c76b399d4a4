import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as field from "../workload/sessions.ts";
import { IS_RELOGIN, Sessions, UNTOLD_SHIFT } from "../workload/sessions.ts";
import { type Cause, causeCode, sessionCauses } from "./causes.ts";
import { Ledger } from "./ledger.ts";
import { type TroubleKind, troubleKinds } from "./ledger-counts.ts";

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
  do: fc.constantFrom(
    ...(["birth", "fleeting", "move", "grow", "complete", "abandon", "timeOut", "lose"] as const),
    ...(["staleRead", "loseWrites", "interrupt"] as const),
  ),
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
          staleReads: 0,
          surpriseTimeouts: 0,
          transactionsInterrupted: 0,
        };
        const caused = Object.fromEntries(troubleKinds.map((kind) => [kind, sessionCauses.map(() => 0)]));
        const count = (kind: TroubleKind, cause: Cause, events = 1) => {
          caused[kind]![causeCode(cause)]! += events;
          expected[kind === "sessionsLost" ? "lost" : kind] += events;
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
            ledger.birth(visit, server, 0, 100, nowMs);
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
          } else if (what === "staleRead") {
            ledger.staleRead(causeCode(cause));
            count("staleReads", cause);
          } else if (what === "loseWrites") {
            ledger.loseWrites(cause, writes);
            count("writesLost", cause, writes);
          } else if (what === "interrupt") {
            ledger.interrupt(cause);
            count("transactionsInterrupted", cause);
          } else if (what !== "birth" && what !== "move" && what !== "grow" && session !== undefined) {
            sessions.ints[visit * field.INTS + field.WRITES] = writes;
            if (what === "lose") {
              ledger.lose(visit, cause, 1, 100, nowMs);
              count("sessionsLost", cause);
              count("writesLost", cause, writes);
            } else if (what === "timeOut") {
              ledger.timeOut(visit, cause, 1, 100, nowMs);
              expected.timedOut++;
              count("surpriseTimeouts", cause);
            } else {
              ledger[what](visit, 100, nowMs);
              expected[what === "complete" ? "completed" : "abandoned"]++;
            }
            live.delete(visit);
            bytes -= 100;
          }
        }
        expect(ledger.counts).toMatchObject(expected);
        for (const kind of troubleKinds) expect([...ledger.counts.caused[kind]]).toEqual(caused[kind]);
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
    ledger.birth(0, 2, 0, 100, 5);
    expect([ledger.isBorn(0), sessions.ints[field.SERVER], sessions.bornAtMs[0]]).toEqual([true, 2, 5]);
    sessions.ints[field.WRITES] = 4;
    ledger.complete(0, 100, 25);
    expect([ledger.isBorn(0), sessions.ints[field.SERVER], sessions.ints[field.WRITES]]).toEqual([false, -1, 0]);
    expect(ledger.lifespanMs.record()).toMatchObject({ total: 1, sum: 20 });
  });

  it("counts a loss under its one cause, with the work that went with it", () => {
    const { ledger, sessions } = books(2);
    for (const visit of [0, 1]) {
      ledger.birth(visit, 0, 0, 100, 10 * visit);
      sessions.ints[visit * field.INTS + field.WRITES] = visit + 2;
    }
    ledger.lose(0, "crash", 5, 100, 100);
    ledger.lose(1, "rehash", 7, 100, 100);
    const { counts } = ledger;
    const columns = ["writes", "requests", "ms"] as const;
    const workOf = (cause: Cause) => columns.map((column) => counts.lostWork[column][causeCode(cause)]);
    expect([workOf("crash"), workOf("rehash")]).toEqual([
      [2, 5, 100],
      [3, 7, 90],
    ]);
    expect([counts.lost, counts.writesLost]).toEqual([2, 5]);
    expect([...counts.caused.writesLost]).toEqual([...counts.lostWork.writes]);
    expect(ledger.lostAgeMs.record()).toMatchObject({ total: 2, sum: 190, maximum: 100 });
  });

  it("counts a timeout apart from the losses: its writes are given up, not lost", () => {
    const { ledger, sessions } = books(1);
    ledger.birth(0, 0, 0, 100, 0);
    sessions.ints[field.WRITES] = 3;
    ledger.timeOut(0, "idle-timeout", 4, 100, 50);
    const { counts } = ledger;
    const code = causeCode("idle-timeout");
    expect([counts.timedOut, counts.surpriseTimeouts, counts.caused.surpriseTimeouts[code]]).toEqual([1, 1, 1]);
    expect([counts.lost, counts.writesLost, counts.timedOutWork.writes[code]]).toEqual([0, 0, 3]);
    expect(ledger.timedOutAgeMs.record()).toMatchObject({ total: 1, sum: 50 });
  });

  it("counts as lost with a session only what its user has been told of", () => {
    const { ledger, sessions } = books(1);
    ledger.birth(0, 0, 0, 100, 0);
    sessions.ints[field.WRITES] = 5 | (2 << UNTOLD_SHIFT);
    expect([sessions.writesOf(0), sessions.owedOf(0)]).toEqual([5, 3]);
    ledger.lose(0, "crash", 1, 100, 1);
    expect(ledger.counts.writesLost).toBe(3);
  });

  it("counts work from the last login on, not from the first request of the visit", () => {
    const { ledger, sessions } = books(1);
    ledger.birth(0, 0, 0, 100, 0);
    ledger.lose(0, "crash", 10, 100, 100);
    sessions.ints[field.META]! |= IS_RELOGIN;
    ledger.birth(0, 1, 10, 100, 110);
    ledger.lose(0, "crash", 13, 100, 150);
    const code = causeCode("crash");
    expect([ledger.counts.lostWork.requests[code], ledger.counts.lostWork.ms[code]]).toEqual([10 + 3, 100 + 40]);
  });

  it("counts a birth in a visit that had a session before as a login after a loss", () => {
    const { ledger, sessions } = books(1);
    ledger.birth(0, 0, 0, 100, 0);
    ledger.lose(0, "crash", 1, 100, 1);
    sessions.ints[field.META]! |= IS_RELOGIN;
    ledger.birth(0, 1, 0, 100, 2);
    expect(ledger.counts).toMatchObject({ born: 2, relogins: 1 });
  });

  it("hands out copies of its counts that later entries do not change", () => {
    const { ledger } = books(1);
    ledger.birth(0, 0, 0, 100, 0);
    const before = ledger.counts.copy();
    ledger.lose(0, "crash", 1, 100, 1);
    expect([before.born, before.lost, before.caused.sessionsLost[causeCode("crash")]]).toEqual([1, 0, 0]);
    expect(before.lostWork.requests[causeCode("crash")]).toBe(0);
    expect(ledger.counts.lost).toBe(1);
  });

  it("says so when sessions or causes do not add up", () => {
    const { ledger } = books(1);
    ledger.birth(0, 0, 0, 100, 0);
    ledger.counts.born++;
    expect(() => ledger.check()).toThrow("sessions do not add up: 2 born, 0 ended, 1 live");
    ledger.counts.born--;
    ledger.counts.lost++;
    ledger.counts.born++;
    expect(() => ledger.check()).toThrow("causes do not add up: 1 sessionsLost, 0 by cause");
    ledger.counts.caused.sessionsLost[causeCode("crash")] = 1;
    ledger.counts.staleReads = 2;
    ledger.staleRead(causeCode("near-cache"));
    expect(() => ledger.check()).toThrow("causes do not add up: 3 staleReads, 1 by cause");
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
