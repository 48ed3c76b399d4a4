/** Starts the programs that are measured, one at a time, and reads what they print. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { COMPILER_FLAG } from "../../cli/compiler.ts";
import type { AlgorithmCost } from "./algorithms.ts";
import type { Case, Measurement } from "./model.ts";
import referenceSource from "./reference.cpp?raw";
import type { SessionWay } from "./sessions.ts";

export const systemNames = ["reference", "bare-kernel", "public-path", "simjs"] as const;
export type SystemName = (typeof systemNames)[number];

const child = fileURLToPath(new URL("child.js", import.meta.url));

export interface Reference {
  readonly path: string;
  readonly compiler: string;
  remove(): void;
}

/** Compiles the C++ reference into a folder of its own. @throws Error when there is no g++. */
export function compileReference(): Reference {
  let compiler: string;
  try {
    compiler = execFileSync("g++", ["--version"], { encoding: "utf8" }).split("\n")[0]!;
  } catch {
    throw new Error("g++ is needed for the reference; install it (apt-get install g++) and run this again");
  }
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const source = join(folder, "reference.cpp");
  const path = join(folder, "reference");
  writeFileSync(source, referenceSource);
  execFileSync("g++", ["-O2", "-std=c++17", "-o", path, source], { stdio: ["ignore", "ignore", "inherit"] });
  return { path, compiler, remove: () => rmSync(folder, { recursive: true }) };
}

export function measure(system: SystemName, given: Case, reference: Reference): Measurement {
  const { policy, servers, requests, seed } = given;
  const model = [policy, servers, requests, seed].map(String);
  if (system !== "reference")
    return JSON.parse(run(process.execPath, [COMPILER_FLAG, child, system, ...model])) as Measurement;
  const printed = JSON.parse(run(reference.path, model)) as Record<"R" | "mean" | "p99" | "cpu" | "rssMB", number>;
  const { R, mean, p99, cpu, rssMB } = printed;
  return { requests: R, mean, p99, cpuSec: cpu, peakMegabytes: rssMB };
}

/** What decisions of one algorithm cost. */
export function measureAlgorithm(name: string, rounds: number): AlgorithmCost {
  return JSON.parse(run(process.execPath, [child, "algorithm", name, String(rounds)])) as AlgorithmCost;
}

/** Peak megabytes of a run of so many requests. */
export function measurePeak(requests: number): number {
  return Number(run(process.execPath, [COMPILER_FLAG, child, "peak", String(requests)]));
}

/** Bytes for each of so many live sessions. */
export function measureSession(sessions: number): number {
  return Number(run(process.execPath, ["--expose-gc", child, "session", String(sessions)]));
}

/** Peak megabytes of a run with so many live sessions. */
export function measureLive(sessions: number): number {
  return Number(run(process.execPath, [COMPILER_FLAG, child, "live", String(sessions)]));
}

/** Processor seconds of a run with sessions, or without. */
export function measureSessions(way: SessionWay, requests: number, seed: number): number {
  return Number(run(process.execPath, [COMPILER_FLAG, child, "sessions", way, String(requests), String(seed)]));
}

function run(program: string, given: readonly string[]): string {
  return execFileSync(program, given, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
