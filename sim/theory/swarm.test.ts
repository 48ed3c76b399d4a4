/**
 * Swarms: whole scenarios drawn at random, every part of the catalogue with any values of its knobs, run for a few
 * virtual seconds. The engine checks conservation, Little's law and causes itself at the end of every run.
 *
 * SWARM_RUNS and SWARM_SEED widen the search; a failure is shrunk and prints the seed and path that repeat it.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Scenario, Strategy } from "../index.ts";
import { scenarioWith } from "./testing/arbitrary-scenario.ts";
import { arbitraryStrategy } from "./testing/arbitrary-strategy.ts";
import { endlessUsers, replayedUsers, usersUntil } from "./testing/arbitrary-workload.ts";
import { engine } from "./testing/engine.ts";
import { violations } from "./testing/invariants.ts";
import { run } from "./testing/scenarios.ts";
import { chunksOf, recordedSessions, replay } from "./testing/traces.ts";

const DURATION_MS = 2000;
/** Beyond the longest visit that the laws above make likely. */
const LONG_AFTER_MS = 5_000_000;
const TIMEOUT_MS = 600_000;

const settings = (runs: number): fc.Parameters<unknown> => ({
  numRuns: Number(process.env["SWARM_RUNS"] ?? runs),
  seed: Number(process.env["SWARM_SEED"] ?? 1),
});

const stops = fc
  .array(fc.double({ min: 0, max: DURATION_MS, maxExcluded: true, noNaN: true }), { maxLength: 8 })
  .map((times) => times.sort((a, b) => a - b));
const scenarios = scenarioWith(endlessUsers, DURATION_MS);
const replays = scenarioWith(
  replayedUsers.map((users) => [users]),
  DURATION_MS,
);

/** A session that its user left without a logout goes when its limit comes, if it has one and somebody looks. */
function withEnd(scenario: Scenario): Scenario {
  const { idleTimeoutMs, absoluteTimeoutMs, cleanup } = scenario.sessions;
  const ends = (idleTimeoutMs !== null || absoluteTimeoutMs !== null) && cleanup.kind !== "probabilistic";
  if (ends) return scenario;
  const populations = scenario.populations.map((each) => ({
    ...each,
    session: { ...each.session, logoutFraction: 1 },
  }));
  return { ...scenario, populations };
}

/** Others send a store's thread more slow commands than it can carry out, and never cease: it falls behind for ever. */
function isGivenTooMuch({ state }: Strategy): boolean {
  const everyMs = state.knobs["slowCommandEveryMs"] ?? null;
  return everyMs !== null && Number(state.knobs["slowCommandMs"]) >= Number(everyMs);
}

describe("any scenario under any strategy", () => {
  it(
    "keeps its books, and its record is the same at one go and in pieces",
    () => {
      fc.assert(
        fc.property(scenarios, arbitraryStrategy, fc.nat(1000), stops, (scenario, strategy, seed, cuts) => {
          const record = run(scenario, strategy, seed);
          expect(violations(record, scenario, strategy)).toEqual([]);
          const pieces = new engine.Simulation({ scenario, strategy, seed, scenarioHash: "" });
          for (const untilMs of cuts) expect(pieces.advance(untilMs)).toBe("more");
          expect(pieces.advance(Infinity)).toBe("done");
          expect(JSON.stringify(pieces.record())).toBe(JSON.stringify(record));
          expect(JSON.stringify(pieces.record())).toBe(JSON.stringify(record));
        }),
        settings(100),
      );
    },
    TIMEOUT_MS,
  );

  it(
    "does so for a trace, wherever it is cut into chunks",
    () => {
      const size = fc.integer({ min: 1, max: 60 });
      fc.assert(
        fc.property(replays, arbitraryStrategy, recordedSessions(DURATION_MS), size, stops, (...given) => {
          const [scenario, strategy, sessions, chunkRequests, cuts] = given;
          const input = { scenario, strategy, seed: 1, scenarioHash: "" };
          const record = replay(input, chunksOf(sessions, 1000));
          expect(violations(record, scenario, strategy)).toEqual([]);
          expect(replay(input, chunksOf(sessions, chunkRequests), cuts)).toEqual(record);
        }),
        settings(100),
      );
    },
    TIMEOUT_MS,
  );

  it(
    "leaves nothing behind once the users have stopped coming",
    () => {
      const fading = scenarioWith(usersUntil(DURATION_MS / 2), LONG_AFTER_MS, DURATION_MS).map(withEnd);
      fc.assert(
        fc.property(fading, arbitraryStrategy, (scenario, strategy) => {
          fc.pre(!isGivenTooMuch(strategy));
          const cluster = new engine.Cluster(scenario, strategy, 1);
          cluster.advance(Infinity);
          const { requests, sessions, servers, fleets, ledger, meter } = cluster;
          expect({
            slots: requests.slotsWhere(() => true),
            visits: sessions.open,
            live: ledger.live,
            held: [...ledger.held],
            bytes: Math.round(Math.abs(ledger.bytes)),
            waiting: meter.inFlight,
            believed: fleets.map(({ inFlight }) => [...inFlight]),
            onServers: servers.names.flatMap((_, server) => servers.requestsOn(server)),
          }).toEqual({
            slots: [],
            visits: 0,
            live: 0,
            held: servers.names.map(() => 0),
            bytes: 0,
            waiting: 0,
            believed: fleets.map(() => servers.names.map(() => 0)),
            onServers: [],
          });
        }),
        settings(100),
      );
    },
    TIMEOUT_MS,
  );
});
