/** Which log a scenario replays, found, read once, and told of before anything runs. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { formatSpan, plainNumber } from "../reports/format.ts";
import type { LoadedScenario } from "../scenarios/index.ts";
import type { TraceReport } from "../sim/workload/trace.ts";
import { AccessLogError } from "./access-log/index.ts";
import { inputError } from "./errors.ts";
import { sha256 } from "./execute/cell.ts";
import { bundledLogText, openReplay, type ReplaySource } from "./execute/replay.ts";
import { safeText } from "./safe-text.ts";
import type { ScenarioText } from "./scenario-source.ts";

/** Beside the scenario file; a bundled log where the scenario is bundled too, or where no such file is. */
function locate(path: string, scenario: ScenarioText): ReplaySource["log"] {
  const file = isAbsolute(path) ? path : join(dirname(scenario.fileName), path);
  const isBundled = bundledLogText(path) !== undefined && (scenario.bundled || !existsSync(file));
  // Each run reads the log again, so `-` is a file of that name and never standard input.
  return isBundled ? { bundled: path } : { file: file === "-" ? "./-" : file };
}

async function hashOf(log: ReplaySource["log"]): Promise<string> {
  if ("bundled" in log) return sha256(bundledLogText(log.bundled) ?? "");
  const hash = createHash("sha256");
  await pipeline(createReadStream(log.file), hash);
  return hash.digest("hex");
}

const count = (value: number, one: string): string => `${plainNumber(value, 0)} ${one}${value === 1 ? "" : "s"}`;

interface Unit {
  readonly ms: number;
  /** For people, and in a scenario. */
  readonly names: readonly [string, string];
  readonly decimals: number;
}
const second: Unit = { ms: 1_000, names: ["s", "s"], decimals: 0 };
const longer: readonly Unit[] = [
  { ms: 3_600_000, names: ["h", "h"], decimals: 1 },
  { ms: 60_000, names: ["min", "m"], decimals: 1 },
];

/** The largest of which there are ten or more. */
const unitFor = (spanMs: number): Unit => longer.find(({ ms }) => spanMs >= 10 * ms) ?? second;

function roughSpan(spanMs: number): string {
  const { ms, names, decimals } = unitFor(spanMs);
  return `${plainNumber(spanMs / ms, decimals)} ${names[0]}`;
}

/** A run of this duration outlasts the log. */
function durationFor(virtualMs: number): string {
  const { ms, names } = unitFor(virtualMs);
  return `${Math.floor(virtualMs / ms) + 1}${names[1]}`;
}

/** What was found in the log, and what of it a reader should know. */
function notesOn(path: string, report: TraceReport, virtualMs: number, durationMs: number): readonly string[] {
  const { lines, requests, sessions, malformed, clamped, spanMs } = report;
  const [first] = malformed.first;
  return [
    `${safeText(path)}: ${count(requests, "request")} in ${count(sessions, "session")} over ${roughSpan(spanMs ?? 0)}`,
    ...(first === undefined
      ? []
      : [
          `${safeText(path)}: ${plainNumber(malformed.count, 0)} of ${count(lines, "line")} left out; line ${first.line}: ${safeText(first.reason)}`,
        ]),
    ...(clamped === 0
      ? []
      : [`${safeText(path)}: ${count(clamped, "request")} stamped far too early, taken as of the lines around`]),
    ...(virtualMs > durationMs
      ? [
          `${safeText(path)}: the run ends after ${formatSpan(durationMs)}, before the log does; --set duration=${durationFor(virtualMs)} replays all of it`,
        ]
      : []),
  ];
}

export interface FoundReplay {
  readonly source: ReplaySource;
  readonly notes: readonly string[];
}

/**
 * Reads the log of a scenario that replays one; null for the others.
 *
 * @throws UserError when the log cannot be used.
 */
export async function findReplay(scenario: LoadedScenario, text: ScenarioText): Promise<FoundReplay | null> {
  const [replay, ...others] = scenario.replays;
  if (replay === undefined) return null;
  if (others.length > 0) {
    throw inputError(
      `${safeText(text.fileName)}: ${scenario.replays.length} populations replay a log, at most one can; give the others arrivals of their own`,
    );
  }
  const { timeScale, sessionGapMs } = replay;
  const log = locate(replay.path, text);
  const open = openReplay({ log, timeScale, sessionGapMs });
  try {
    for await (const chunk of open.chunks) if (chunk.atMs.length === 0) continue;
    const report = open.report();
    const virtualMs = (report.spanMs ?? 0) * timeScale;
    return {
      source: { log, sha256: await hashOf(log), timeScale, sessionGapMs },
      notes: notesOn(replay.path, report, virtualMs, scenario.model.durationMs),
    };
  } catch (error) {
    if (error instanceof AccessLogError) throw inputError(safeText(error.message));
    throw error;
  }
}
