/** The recorded workload of a run: chunks for the engine, from a file or from a log that comes with the lab. */
import { bundledLogs } from "../../scenarios/bundled.ts";
import { AccessLogReplay } from "../../sim/workload/access-log-replay.ts";
import type { TraceChunk, TraceReport } from "../../sim/workload/trace.ts";
import { readAccessLog } from "../access-log/index.ts";

/** Plain data: each thread opens the log for itself. */
export interface ReplaySource {
  /** A file, or the name of a bundled log. */
  readonly log: { readonly file: string } | { readonly bundled: string };
  /** Of the log's bytes, in hexadecimal; the same name with other bytes is another run. */
  readonly sha256: string;
  readonly timeScale: number;
  readonly sessionGapMs: number;
}

export interface OpenReplay {
  readonly chunks: AsyncGenerator<TraceChunk, void, undefined>;
  /** Complete once the chunks have been walked to the end. */
  report(): TraceReport;
}

export const bundledLogText = (name: string): string | undefined => bundledLogs.find((log) => log.name === name)?.text;

async function* chunksOfText(text: string, replay: AccessLogReplay): AsyncGenerator<TraceChunk, void, undefined> {
  for (const line of text.trimEnd().split(/\r?\n/)) replay.line(line);
  replay.end();
  for (let chunk = replay.take(); chunk !== undefined; chunk = replay.take()) yield chunk;
}

/** @throws AccessLogError, while the chunks are walked, when the log cannot be used. */
export function openReplay({ log, timeScale, sessionGapMs }: Omit<ReplaySource, "sha256">): OpenReplay {
  const options = { timeScale, sessionGapMs };
  if ("file" in log) return readAccessLog(log.file, options);
  const text = bundledLogText(log.bundled);
  if (text === undefined) throw new Error(`there is no bundled log ${log.bundled}`);
  const replay = new AccessLogReplay(options);
  return { chunks: chunksOfText(text, replay), report: () => replay.report() };
}
