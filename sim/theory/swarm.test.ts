import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scenarioWith } from "./testing/arbitrary-scenario.ts";
import { arbitraryStrategy } from "./testing/arbitrary-strategy.ts";
import { endlessUsers, replayedUsers } from "./testing/arbitrary-workload.ts";
import { violations } from "./testing/invariants.ts";
import { run } from "./testing/scenarios.ts";
import { chunksOf, recordedSessions, replay } from "./testing/traces.ts";

const RUNS = Number(process.env["SWARM_RUNS"] ?? 50);
const given = process.env["SWARM_SEED"];
const settings = { numRuns: RUNS, ...(given === undefined ? { seed: 1 } : { seed: Number(given) }) };
const DURATION_MS = 2000;

describe("any scenario under any strategy", () => {
  it("keeps its books", () => {
    fc.assert(
      fc.property(
        scenarioWith(endlessUsers, DURATION_MS),
        arbitraryStrategy,
        fc.nat(1000),
        (scenario, strategy, seed) => {
          const record = run(scenario, strategy, seed);
          expect(violations(record, scenario, strategy)).toEqual([]);
          expect(JSON.stringify(run(scenario, strategy, seed))).toBe(JSON.stringify(record));
        },
      ),
      settings,
    );
  }, 300_000);
  it("keeps its books when it replays a trace, cut into chunks anyhow", () => {
    fc.assert(
      fc.property(
        scenarioWith(
          replayedUsers.map((users) => [users]),
          DURATION_MS,
        ),
        arbitraryStrategy,
        recordedSessions(DURATION_MS),
        fc.integer({ min: 1, max: 60 }),
        (scenario, strategy, sessions, size) => {
          const input = { scenario, strategy, seed: 1, scenarioHash: "" };
          const record = replay(input, chunksOf(sessions, 1000));
          expect(violations(record, scenario, strategy)).toEqual([]);
          expect(replay(input, chunksOf(sessions, size))).toEqual(record);
        },
      ),
      settings,
    );
  }, 300_000);
});
