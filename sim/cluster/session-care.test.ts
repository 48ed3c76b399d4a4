import { describe, expect, it } from "vitest";
import { partNamed, withDefaults } from "../catalogue.ts";
import { plainSessionRules } from "../persistence/lifecycle/plain-rules.ts";
import { stateBackends } from "../persistence/state/index.ts";
import type { Concurrency, Fault, Population, SessionRules } from "../scenario.ts";
import { Simulation } from "./simulation.ts";
import { constant, group, population, scenario, strategy } from "./testing/scenario.ts";

type LockRules = Extract<Concurrency, { readonly kind: "locked" }>;

const locked = (parts: Partial<LockRules> = {}): LockRules => ({
  kind: "locked",
  readersShare: false,
  pollMs: 0,
  waitTimeoutMs: null,
  leaseMs: null,
  ...parts,
});

const store = {
  name: "redis",
  knobs: withDefaults(partNamed(stateBackends, "redis", "state backend"), {
    roundTripMs: 0,
    operationMs: 0,
    perKibMs: 0,
  }),
};

interface Parts {
  readonly session?: Partial<Population["session"]>;
  readonly rules?: Partial<SessionRules>;
  readonly servers?: Parameters<typeof group>[0];
  readonly faults?: readonly Fault[];
  readonly durationMs?: number;
  readonly others?: readonly Population[];
}

/**
 * One user, who comes at 1000 ms, logs in, and 100 ms after the answer opens a page of three requests of 10 ms that all
 * change the session: they are sent at 1110 ms.
 */
function page({ session, rules, servers, faults = [], durationMs = 1900, others = [] }: Parts) {
  const base = population();
  const user = population({
    serviceMs: constant(10),
    session: {
      ...base.session,
      requests: constant(4),
      thinkMs: constant(100),
      writesFraction: 1,
      parallel: constant(3),
      ...session,
    },
  });
  const model = scenario([group({ count: 2, workers: 4, ...servers })], {
    durationMs,
    windowMs: durationMs,
    populations: [user, ...others],
    sessions: { ...plainSessionRules, ...rules },
    faults,
  });
  return new Simulation(model, strategy({ state: store }), 1);
}

function ended(simulation: Simulation) {
  simulation.advance(Infinity);
  const times = simulation.meter.responseTimeMs.record();
  const { ended: how, offered } = simulation.meter;
  return { answered: how[0], failed: how[2], offered, longestMs: times.maximum, totalMs: times.sum };
}

describe("the lock of a session on its servers", () => {
  it("has the requests of a page answered one after the other, on whatever server each of them is", () => {
    // 10 ms for the login, and 10, 20 and 30.
    expect(ended(page({ rules: { concurrency: locked() } }))).toMatchObject({
      answered: 4,
      totalMs: 70,
      longestMs: 30,
    });
    expect(ended(page({}))).toMatchObject({ answered: 4, totalMs: 40, longestMs: 10 });
  });

  it("keeps those who wait on their workers, so that others find none", () => {
    // Somebody else comes at 1115 ms to the one server, whose three workers one works and two wait on.
    const arrivals = { process: "renewal", gapMs: constant(1115) } as const;
    const others = [population({ name: "others", arrivals, serviceMs: constant(1) })];
    const servers = { count: 1, workers: 3 };
    // The first of the three is done at 1120 ms: the other one waits for 5 ms and is served in one.
    expect(ended(page({ rules: { concurrency: locked() }, servers, others }))).toMatchObject({ totalMs: 70 + 6 });
  });

  it("is looked at again at intervals where nobody is told", () => {
    // Free at 1120 ms, seen at 1134 by both, who wait for the next look of one of them: 24 + 10, and 48 + 10.
    const rules = { concurrency: locked({ pollMs: 24 }) };
    expect(ended(page({ rules }))).toMatchObject({ totalMs: 10 + 10 + 34 + 58, longestMs: 58 });
  });

  it.each([0, 5])("is waited for no longer than the rules have it, and then is an error (poll %i ms)", (pollMs) => {
    // The second has its turn after 10 ms; the third would after 20.
    const rules = { concurrency: locked({ pollMs, waitTimeoutMs: 15 }) };
    expect(ended(page({ rules }))).toMatchObject({ answered: 3, failed: 1 });
  });

  it("does not stop readers that share", () => {
    const rules = { concurrency: locked({ readersShare: true }) };
    expect(ended(page({ rules, session: { writesFraction: 0 } }))).toMatchObject({ totalMs: 40 });
  });

  it("ends with its server, unless it is a lease", () => {
    // Round robin: the login on the first server, the page's requests on second, first, second.
    const faults = [{ kind: "crash", atMs: 1115, servers: [1], restartAfterMs: null }] as const;
    // On the first, one waited from 1110 to 1115, and is served in 10.
    expect(ended(page({ rules: { concurrency: locked() }, faults }))).toMatchObject({
      answered: 2,
      failed: 2,
      longestMs: 15,
    });
    const leased = page({ rules: { concurrency: locked({ leaseMs: 200 }) }, faults });
    expect(ended(leased)).toMatchObject({ answered: 2, failed: 2, longestMs: 210 });
  });
});

describe("a write that meets another one", () => {
  it("is put upon the copy as it is now, as often as the rules allow, and is an error after that", () => {
    // All three write at one moment: one is first, the second of the others meets both.
    const within = page({ rules: { concurrency: { kind: "optimistic", retries: 2 } } });
    expect(ended(within)).toMatchObject({ answered: 4, failed: 0 });
    expect(within.ledger.counts).toMatchObject({ conflicts: 3, writesLost: 0 });
    const never = page({ rules: { concurrency: { kind: "optimistic", retries: 0 } } });
    expect(ended(never)).toMatchObject({ answered: 2, failed: 2 });
    expect(never.ledger.counts).toMatchObject({ conflicts: 2, writesLost: 0 });
  });

  it("adds to the other where only changes are written, and undoes it where all is", () => {
    const merged = page({ rules: { concurrency: { kind: "merge" } } });
    const overwritten = page({});
    for (const simulation of [merged, overwritten]) simulation.advance(Infinity);
    expect([merged.ledger.counts.writesLost, overwritten.ledger.counts.writesLost]).toEqual([0, 2]);
  });
});

describe("an id that the login replaces", () => {
  it("leads nowhere where it is deleted at once: the page's next request with it begins a session of its own", () => {
    // The first of the three logs in; all of them were sent with the old id, and are worked on one after the other.
    const session = { loginAt: 1, writesFraction: 1 };
    const rules = { regenerateId: { graceMs: 0 }, concurrency: locked() };
    const simulation = page({ session, rules });
    simulation.advance(Infinity);
    expect(simulation.ledger.counts).toMatchObject({ lost: 1, relogins: 1 });
    const kept = page({ session, rules: { ...rules, regenerateId: { graceMs: 1000 } } });
    kept.advance(Infinity);
    expect(kept.ledger.counts).toMatchObject({ lost: 0, completed: 1 });
  });

  it("is the one that the client carries until an answer brings it another", () => {
    const simulation = page({ session: { loginAt: 1 }, rules: { regenerateId: { graceMs: 1000 } } });
    const held = () => [simulation.sessions.idsGiven[0], simulation.sessions.idsHeld[0]];
    simulation.advance(1009);
    expect(held()).toEqual([0, 0]);
    simulation.advance(1011);
    expect(held()).toEqual([1, 1]);
    simulation.advance(1121);
    expect(held()).toEqual([2, 2]);
  });
});

describe("encoding", () => {
  it("is work of the server, for what is read and for what is written", () => {
    const encoding = { serialiseMsPerMib: 4096, deserialiseMsPerMib: 2048, compression: null };
    // 1 KiB: 4 ms to write, 2 ms to read. The login only writes; the three of the page do both.
    expect(ended(page({ rules: { encoding, concurrency: { kind: "merge" } } }))).toMatchObject({
      totalMs: 14 + 3 * 16,
    });
  });

  it("is less where only what changed is written", () => {
    const encoding = { serialiseMsPerMib: 4096, deserialiseMsPerMib: 2048, compression: null };
    const session = { changedBytesPerWrite: 256 };
    expect(ended(page({ session, rules: { encoding, concurrency: { kind: "merge" } } }))).toMatchObject({
      totalMs: 11 + 3 * 13,
    });
  });
});

describe("a page that is left", () => {
  it("ends when the last of its requests does, and its user thinks but once", () => {
    const simulation = page({ session: { requests: constant(7) }, rules: { concurrency: locked() } });
    // Login 1000–1010; three from 1110 to 1140; the next page from 1240 to 1270.
    simulation.advance(1239);
    expect(simulation.meter.offered).toBe(4);
    simulation.advance(1241);
    expect(simulation.meter.offered).toBe(7);
    simulation.advance(1271);
    expect(simulation.ledger.counts).toMatchObject({ completed: 1 });
    expect(simulation.sessions.open).toBe(0);
  });

  it("leaves its session behind until the limit, and its slot with it", () => {
    const simulation = page({ session: { logoutFraction: 0 }, rules: { idleTimeoutMs: 300 } });
    simulation.advance(1419);
    expect([simulation.ledger.live, simulation.sessions.open]).toEqual([1, 1]);
    simulation.advance(1421);
    expect([simulation.ledger.live, simulation.sessions.open]).toEqual([0, 0]);
    expect(simulation.ledger.counts).toMatchObject({ completed: 0, timedOut: 1, surpriseTimeouts: 0 });
  });
});
