/**
 * Measures one thing in a process of its own and prints it as a line of JSON.
 *
 * Usage: child.js SYSTEM POLICY SERVERS REQUESTS SEED | peak REQUESTS | session SESSIONS
 *   | live SESSIONS | sessions WAY REQUESTS SEED | algorithm NAME ROUNDS
 */
import { cpuUsage, resourceUsage } from "node:process";
import { type AlgorithmCost, algorithmCost } from "./algorithms.ts";
import { runBareKernel } from "./bare-kernel.ts";
import { bytesPerSession, peakMegabytes, peakMegabytesOfLive } from "./memory.ts";
import { type Case, type Measurement, type Outcome, policies } from "./model.ts";
import { runPublicPath } from "./public-path.ts";
import { runSessions, type SessionWay } from "./sessions.ts";
import { runSimJs } from "./simjs.ts";

const systems: Readonly<Record<string, (given: Case) => Outcome>> = {
  "bare-kernel": runBareKernel,
  "public-path": runPublicPath,
  simjs: runSimJs,
};

function measured(run: (given: Case) => Outcome, given: Case): Measurement {
  // A shorter run before it lets the compiler settle: a sweep runs hundreds of cases in one process.
  run({ ...given, requests: Math.ceil(given.requests / 5), seed: given.seed + 1 });
  const before = cpuUsage();
  const outcome = run(given);
  const spent = cpuUsage(before);
  return { ...outcome, cpuSec: (spent.user + spent.system) / 1e6, peakMegabytes: resourceUsage().maxRSS / 1024 };
}

/** Processor seconds of a run of sessions, once the compiler has settled. */
function sessionSeconds(way: SessionWay, requests: number, seed: number): number {
  runSessions(way, Math.ceil(requests / 5), seed + 1);
  const before = cpuUsage();
  runSessions(way, requests, seed);
  const spent = cpuUsage(before);
  return (spent.user + spent.system) / 1e6;
}

function answer([what = "", ...given]: readonly string[]): Measurement | AlgorithmCost | number {
  if (what === "algorithm") return algorithmCost(given[0]!, Number(given[1]));
  if (what === "peak") return peakMegabytes(Number(given[0]));
  if (what === "live") return peakMegabytesOfLive(Number(given[0]));
  if (what === "sessions") return sessionSeconds(given[0] as SessionWay, Number(given[1]), Number(given[2]));
  if (what === "session") return bytesPerSession(Number(given[0]));
  const run = systems[what];
  const policy = policies.find((name) => name === given[0]);
  if (run === undefined || policy === undefined) throw new Error(`unknown system or policy: ${what} ${given[0]}`);
  const [servers, requests, seed] = given.slice(1).map(Number);
  return measured(run, { policy, servers: servers!, requests: requests!, seed: seed! });
}

process.stdout.write(`${JSON.stringify(answer(process.argv.slice(2)))}\n`);
