/**
 * `npm run bench`: how fast and how lean, against stated references, side by side in one run. Prints ratios and goals and
 * never fails on a wall clock; wrong statistics do fail, so that nothing fast and wrong goes unnoticed.
 */
import { parseArgs } from "node:util";
import { balancingAlgorithms } from "../balancing/index.ts";
import { FLAPPING } from "./algorithms.ts";
import { type Rounds, wrongness } from "./compare.ts";
import { count, goalsOf, type Memory, type SessionRounds } from "./goals.ts";
import {
  compileReference,
  measure,
  measureAlgorithm,
  measureLive,
  measurePeak,
  measureSession,
  measureSessions,
  type Reference,
  type SystemName,
  systemNames,
} from "./measure.ts";
import { type Case, type Measurement, type Policy, policies, RHO } from "./model.ts";
import { sessionWays } from "./sessions.ts";
import { algorithmTable, goalTable, growthLine, speedTable } from "./table.ts";

const others = ["memory", "sessions", "algorithms"];

const usage = `Usage: npm run bench -- [--quick] [--only WORDS]

  --quick        shorter runs and fewer rounds: a first impression in a minute
  --only WORDS   of ${[...policies, ...systemNames.slice(1), ...others].join(", ")}; separated by commas
`;

function bench(isQuick: boolean, only: readonly string[]): number {
  const known: readonly string[] = [...policies, ...systemNames, ...others];
  const unknown = only.filter((word) => !known.includes(word));
  if (unknown.length > 0) {
    process.stderr.write(`--only: unknown ${unknown.join(", ")}; known: ${known.join(", ")}\n`);
    return 64;
  }
  const rounds = isQuick ? 3 : 5;
  const chosenPolicies = chosen(policies, only);
  const systems = systemNames.filter((name) => name === "reference" || chosen(systemNames, only).includes(name));
  const withSpeed = only.length === 0 || only.some((word) => !others.includes(word));
  const withMemory = only.length === 0 || only.includes("memory");

  const problems: string[] = [];
  let cases: readonly Rounds[] = [];
  if (withSpeed) {
    const reference = compileReference();
    try {
      process.stdout.write(
        `LB-1: Poisson arrivals, exponential service, rho ${RHO}. Node ${process.version}, ${reference.compiler}.\n` +
          `Million requests per processor second, medians of ${rounds} alternating rounds.\n\n`,
      );
      cases = fleets
        .filter(({ policy }) => chosenPolicies.includes(policy))
        .map((fleet) => measureCase(fleet, systems, rounds, isQuick ? 0.25 : 1, reference, problems));
    } finally {
      reference.remove();
    }
    process.stdout.write(`${speedTable(cases)}\n\n`);
    const growth = growthLine(cases);
    if (growth !== null) process.stdout.write(`${growth}\n\n`);
  }
  if (only.length === 0 || only.includes("algorithms")) process.stdout.write(`${algorithmCosts(rounds)}\n\n`);
  const memory = withMemory ? measureMemory(isQuick ? 2_000_000 : 10_000_000) : null;
  const withSessions = only.length === 0 || only.includes("sessions");
  const sessions = withSessions ? measureSessionRounds(rounds, isQuick ? 1e6 : 4e6) : null;
  process.stdout.write(`${goalTable(goalsOf(cases, memory, sessions))}\n`);
  for (const problem of problems) process.stdout.write(`WRONG STATISTICS: ${problem}\n`);
  return problems.length > 0 ? 1 : 0;
}

/** Those of `all` that were asked for; all of them when none was. */
function chosen<T extends string>(all: readonly T[], only: readonly string[]): readonly T[] {
  const found = all.filter((name) => only.includes(name));
  return found.length > 0 ? found : all;
}

interface Fleet {
  readonly policy: Policy;
  readonly servers: number;
  /** Requests in a full run, chosen so that a run takes a second or so; null leaves the system out. */
  readonly requests: Readonly<Record<SystemName, number | null>>;
}

const usual = { reference: 4e6, "bare-kernel": 4e6, "public-path": 4e6, simjs: 1e5 } as const;
const fleets: readonly Fleet[] = [
  { policy: "random", servers: 10, requests: usual },
  { policy: "random", servers: 1000, requests: usual },
  // The reference scans every server at each arrival.
  { policy: "jsq", servers: 10, requests: usual },
  { policy: "jsq", servers: 1000, requests: { ...usual, reference: 1e6 } },
  { policy: "p2c", servers: 10, requests: usual },
  { policy: "p2c", servers: 100, requests: { ...usual, simjs: null } },
  { policy: "p2c", servers: 1000, requests: usual },
  // Long enough that building the fleet does not count.
  { policy: "p2c", servers: 10_000, requests: { ...usual, "public-path": 8e6, simjs: null } },
];

function measureCase(
  { policy, servers, requests }: Fleet,
  systems: readonly SystemName[],
  rounds: number,
  share: number,
  reference: Reference,
  problems: string[],
): Rounds {
  const given = (system: SystemName, seed: number): Case => ({
    policy,
    servers,
    requests: Math.round(requests[system]! * share),
    seed,
  });
  const present = systems.filter((system) => requests[system] !== null);
  const bySystem: Partial<Record<SystemName, Measurement[]>> = {};
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`${policy}, ${count(servers)} servers, round ${round + 1} of ${rounds}\n`);
    // There and back, so that a machine that grows slower or faster favours nobody.
    for (const system of round % 2 === 0 ? present : present.toReversed()) {
      const measurement = measure(system, given(system, round + 1), reference);
      (bySystem[system] ??= []).push(measurement);
    }
  }
  for (const system of present) {
    const run = given(system, 1);
    const expected = measure("reference", { ...run, seed: 1000 }, reference);
    const wrong = wrongness(run, bySystem[system]![0]!, expected);
    if (wrong !== null) problems.push(`${system}, ${policy}, ${count(servers)} servers: ${wrong}`);
  }
  return { policy, servers, bySystem };
}

function algorithmCosts(rounds: number): string {
  const costs = balancingAlgorithms.map(({ name }) => {
    process.stderr.write(`decisions of ${name}\n`);
    return measureAlgorithm(name, rounds);
  });
  return [
    `Nanoseconds of processor time for a decision (pick, sent, ended), medians of ${rounds} rounds, by servers with mixed`,
    `weights; how it grows from 10 to 10,000; a change of one server of ${count(FLAPPING)} and the decision after it.`,
    "",
    algorithmTable(costs),
  ].join("\n");
}

function measureMemory(requests: number): Memory {
  const sessions = 1_000_000;
  process.stderr.write(`memory of ${count(requests)} requests and of ${count(sessions)} live sessions\n`);
  const live = requests;
  process.stderr.write(`memory of ${count(live)} live sessions with cookies\n`);
  return {
    requests,
    peakMegabytes: measurePeak(requests),
    sessions,
    bytesPerSession: measureSession(sessions),
    live,
    liveMegabytes: measureLive(live),
  };
}

/** With and without in turn, there and back. */
function measureSessionRounds(rounds: number, requests: number): SessionRounds {
  return Array.from({ length: rounds }, (_, round) => {
    process.stderr.write(`sessions, round ${round + 1} of ${rounds}\n`);
    const ways = round % 2 === 0 ? sessionWays : sessionWays.toReversed();
    const seconds = new Map(ways.map((way) => [way, measureSessions(way, requests, round + 1)]));
    return seconds.get("bound")! / seconds.get("unbound")!;
  });
}

const { values } = parseArgs({
  options: { quick: { type: "boolean" }, only: { type: "string" }, help: { type: "boolean" } },
});
if (values.help) {
  process.stdout.write(usage);
} else {
  process.exitCode = bench(values.quick ?? false, values.only?.split(",") ?? []);
}
