/** What users are owed, and when a read is stale and a write lost: one session, requests in any order. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Kernel } from "../engine/kernel.ts";
import { type Cause, sessionCauses } from "../metrics/causes.ts";
import { Ledger } from "../metrics/ledger.ts";
import { type AffinityMechanism, Mechanism } from "../persistence/affinity/mechanism.ts";
import { plainSessionRules } from "../persistence/lifecycle/plain-rules.ts";
import { Backend, FOUND, WRITTEN } from "../persistence/state/backend.ts";
import * as field from "../workload/sessions.ts";
import { MOST_WRITES, Sessions } from "../workload/sessions.ts";
import { Users } from "../workload/users.ts";
import { Accounts } from "./accounts.ts";
import * as request from "./requests.ts";
import { Requests } from "./requests.ts";
import { constant, population } from "./testing/scenario.ts";

class SaidBackend extends Backend {
  copies(): number {
    return 1;
  }
  read(): number {
    return FOUND;
  }
  write(): number {
    return WRITTEN;
  }
  forget(): void {}
}

class Nowhere extends Mechanism {
  lookup(): number {
    return -1;
  }
  whyElsewhere(): Cause {
    return "no-affinity";
  }
}

/** One visit, whose requests read and write what the test says. */
class Visit {
  readonly requests = new Requests();
  readonly sessions = new Sessions(false);
  readonly ledger = new Ledger(this.sessions, 1);
  readonly state = new SaidBackend();
  private readonly accounts: Accounts;
  private number = 0;

  constructor() {
    const users = new Users(population(), this.sessions, constant(1), 1);
    const affinity: AffinityMechanism = new Nowhere();
    this.accounts = new Accounts({
      kernel: new Kernel(),
      rules: plainSessionRules,
      requests: this.requests,
      sessions: this.sessions,
      users: [users],
      fleets: [],
      affinity,
      state: this.state,
      ledger: this.ledger,
      cleanup: null,
    });
    users.begin(this.sessions.take(), 0, 0);
  }

  /** A request is sent; a login as long as there is no session. */
  send(): number {
    const slot = this.requests.take();
    const { ints } = this.requests;
    const at = slot * request.INTS;
    ints[at + request.SESSION] = 0;
    ints[at + request.SERVER] = 0;
    ints[at + request.NUMBER] = this.number++;
    ints[at + request.FLAGS] = request.WRITES | (this.ledger.isBorn(0) ? request.HAS_SESSION : 0);
    return slot;
  }

  /** The server finds a copy with so many writes; when it is behind, for this cause. */
  read(slot: number, writes: number, cause: Cause | null = null): void {
    this.state.writesRead = writes;
    this.state.cause = cause;
    this.accounts.found(slot);
  }

  /** The server's write is done; the newest copy contains so many writes now. */
  write(slot: number, writes: number): void {
    this.state.writesWritten = writes;
    this.accounts.wrote(slot);
  }

  answer(slot: number): void {
    this.accounts.enter(slot, 0);
  }

  login(): void {
    const slot = this.send();
    this.write(slot, 1);
    this.answer(slot);
  }

  /** One after another: read, written and answered before the next. */
  act(read: number, cause: Cause | null = null): void {
    const slot = this.send();
    this.read(slot, read, cause);
    this.write(slot, read + 1);
    this.answer(slot);
  }

  get owed(): number {
    return this.sessions.owedOf(0);
  }
  get contained(): number {
    return this.sessions.writesOf(0);
  }
  byCause(kind: "staleReads" | "writesLost"): Readonly<Record<string, number>> {
    const counted = this.ledger.counts.caused[kind];
    return Object.fromEntries(
      [...counted].flatMap((count, code) => (count === 0 ? [] : [[sessionCauses[code]!.name, count]])),
    );
  }
}

describe("a user who does one thing after another", () => {
  it("is owed each write once its answer has come", () => {
    const visit = new Visit();
    visit.login();
    visit.act(1);
    const slot = visit.send();
    visit.read(slot, 2);
    visit.write(slot, 3);
    expect([visit.contained, visit.owed]).toEqual([3, 2]);
    visit.answer(slot);
    expect([visit.contained, visit.owed]).toEqual([3, 3]);
    expect(visit.ledger.counts).toMatchObject({ staleReads: 0, writesLost: 0 });
  });

  it("meets an older copy: a stale read, and what was missing is lost with the write, both for the copy's cause", () => {
    const visit = new Visit();
    visit.login();
    visit.act(1);
    visit.act(2);
    visit.act(1, "replication-lag");
    expect(visit.byCause("staleReads")).toEqual({ "replication-lag": 1 });
    expect(visit.byCause("writesLost")).toEqual({ "replication-lag": 2 });
    expect([visit.contained, visit.owed]).toEqual([2, 2]);
    visit.act(2);
    expect(visit.ledger.counts).toMatchObject({ staleReads: 1, writesLost: 2 });
  });

  it("counts a stale read when its answer comes, and not when none does", () => {
    const visit = new Visit();
    visit.login();
    visit.act(1);
    visit.read(visit.send(), 1, "near-cache");
    expect(visit.ledger.counts.staleReads).toBe(0);
  });

  it("is judged by the last attempt's read: one before may have met another copy", () => {
    const visit = new Visit();
    visit.login();
    visit.act(1);
    const slot = visit.send();
    visit.read(slot, 1, "near-cache");
    visit.read(slot, 2);
    visit.write(slot, 3);
    visit.answer(slot);
    expect(visit.ledger.counts).toMatchObject({ staleReads: 0, writesLost: 0 });
  });

  it("is not owed a write whose answer never came, until the answer to a later one has", () => {
    const visit = new Visit();
    visit.login();
    const unheard = visit.send();
    visit.read(unheard, 1);
    visit.write(unheard, 2);
    expect(visit.owed).toBe(1);
    visit.act(2);
    expect([visit.contained, visit.owed]).toEqual([3, 3]);
  });

  it("never meets an old copy whose backend cannot say why it is old", () => {
    const visit = new Visit();
    visit.login();
    visit.act(1);
    expect(() => visit.read(visit.send(), 1)).toThrow("did not say why it is old");
  });
});

describe("requests of one session at once", () => {
  it("of which the last write wins, lose what the winner had not seen: to a concurrent request", () => {
    const visit = new Visit();
    visit.login();
    const [first, second] = [visit.send(), visit.send()];
    visit.read(first, 1);
    visit.read(second, 1);
    visit.write(first, 2);
    visit.write(second, 2);
    expect(visit.byCause("writesLost")).toEqual({ "concurrent-request": 1 });
    for (const slot of [second, first]) visit.answer(slot);
    expect([visit.contained, visit.owed]).toEqual([2, 2]);
    expect(visit.ledger.counts.staleReads).toBe(0);
  });

  it("lose nothing where changes are merged", () => {
    const visit = new Visit();
    visit.login();
    const [first, second] = [visit.send(), visit.send()];
    visit.read(first, 1);
    visit.read(second, 1);
    visit.write(first, 2);
    visit.write(second, 3);
    for (const slot of [second, first]) visit.answer(slot);
    expect(visit.ledger.counts).toMatchObject({ staleReads: 0, writesLost: 0 });
    expect([visit.contained, visit.owed]).toEqual([3, 3]);
  });

  it("bring back what was lost, when the copy that had been replaced replaces the one in its place", () => {
    const visit = new Visit();
    visit.login();
    const slow = visit.send();
    visit.read(slow, 1);
    visit.act(1);
    visit.act(2);
    const other = visit.send();
    visit.read(other, 3);
    visit.write(slow, 2);
    expect(visit.ledger.counts).toMatchObject({ writesLost: 2, writesRestored: 0 });
    visit.write(other, 4);
    // The two are back, and the slow one's is gone instead: one of five writes is missing.
    expect(visit.ledger.counts).toMatchObject({ writesLost: 2, writesRestored: 1 });
    for (const slot of [slow, other]) visit.answer(slot);
    expect([visit.contained, visit.owed]).toEqual([4, 4]);
  });

  it("of which two log in, lose what was written since the first login, and not that login", () => {
    const visit = new Visit();
    const [first, second] = [visit.send(), visit.send()];
    visit.write(first, 1);
    visit.answer(first);
    visit.act(1);
    visit.act(2);
    visit.write(second, 1);
    visit.answer(second);
    expect(visit.byCause("writesLost")).toEqual({ "concurrent-request": 2 });
    expect([visit.contained, visit.owed]).toEqual([1, 1]);
  });

  it("before the first answer cost nobody anything", () => {
    const visit = new Visit();
    const [first, second] = [visit.send(), visit.send()];
    visit.write(first, 1);
    visit.write(second, 1);
    visit.answer(second);
    visit.answer(first);
    expect(visit.ledger.counts).toMatchObject({ writesLost: 0, staleReads: 0 });
    expect([visit.contained, visit.owed]).toEqual([1, 1]);
  });

  it("write for nobody when the session has ended meanwhile", () => {
    const visit = new Visit();
    visit.login();
    const late = visit.send();
    visit.read(late, 1);
    visit.ledger.lose(0, "crash", 1, 1024, 0);
    visit.write(late, 2);
    visit.answer(late);
    visit.login();
    expect([visit.contained, visit.owed]).toEqual([1, 1]);
    expect(visit.byCause("writesLost")).toEqual({ crash: 1 });
  });

  it("write into the next session when its login has written, though no answer has told of it yet", () => {
    const visit = new Visit();
    visit.login();
    const late = visit.send();
    visit.read(late, 1);
    visit.ledger.lose(0, "crash", 1, 1024, 0);
    const login = visit.send();
    visit.write(login, 1);
    visit.write(late, 2);
    visit.answer(login);
    expect([visit.contained, visit.owed]).toEqual([2, 1]);
    visit.act(2);
    // The copy has grown by one write each time: nothing came back, for nothing had gone.
    expect(visit.ledger.counts).toMatchObject({ writesLost: 1, writesRestored: 0, staleReads: 0 });
    expect([visit.contained, visit.owed]).toEqual([3, 3]);
  });

  it("owe the write of a login that was under way when the session before it ended", () => {
    const visit = new Visit();
    const late = visit.send();
    visit.login();
    visit.write(late, 1);
    visit.ledger.lose(0, "crash", 2, 1024, 0);
    visit.answer(late);
    expect([visit.contained, visit.owed]).toEqual([1, 1]);
  });

  /** The single copy of a store in which the last write wins: sets of writes, so that what is missing can be seen. */
  it("leave acknowledged = contained + lost - restored, and no read of the newest copy is stale", () => {
    const step = fc.record({ do: fc.constantFrom("send", "write", "answer"), which: fc.nat(4), merges: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const visit = new Visit();
        visit.login();
        let [content, done] = [1, 1];
        const open: { slot: number; read: number; isWritten: boolean }[] = [];
        for (const { do: what, which, merges } of steps) {
          const entry = open[which % Math.max(1, open.length)];
          if (what === "send") {
            const slot = visit.send();
            visit.read(slot, content);
            open.push({ slot, read: content, isWritten: false });
          } else if (what === "write" && entry !== undefined && !entry.isWritten) {
            content = merges ? content + 1 : entry.read + 1;
            done++;
            entry.isWritten = true;
            visit.write(entry.slot, content);
          } else if (what === "answer" && entry?.isWritten === true) {
            visit.answer(entry.slot);
            open.splice(open.indexOf(entry), 1);
          }
          const { writesLost, writesRestored, staleReads } = visit.ledger.counts;
          expect(visit.contained).toBe(content);
          expect(done).toBe(content + writesLost - writesRestored);
          expect(staleReads).toBe(0);
          expect(visit.owed).toBeLessThanOrEqual(visit.contained);
          if (open.every(({ isWritten }) => !isWritten)) expect(visit.owed).toBe(visit.contained);
        }
      }),
    );
  });
});

it("a session has an end to what it can hold, and says so", () => {
  const visit = new Visit();
  visit.login();
  visit.sessions.ints[field.WRITES] = MOST_WRITES;
  const slot = visit.send();
  visit.read(slot, MOST_WRITES);
  expect(() => visit.write(slot, MOST_WRITES + 1)).toThrow("more than 16777215 writes");
});
