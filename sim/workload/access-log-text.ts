/** A trace from a log that is already in memory, such as one that is bundled with a page. */
import { AccessLogReplay } from "./access-log-replay.ts";
import type { TraceChunk, TraceOptions, TraceReport } from "./trace.ts";

export interface TextTrace {
  /** Can be walked once. */
  readonly chunks: Generator<TraceChunk, void, undefined>;
  /** Complete once the chunks have been walked to the end. */
  report(): TraceReport;
}

/** Reads the lines of `text` as they are asked for. @throws RangeError when an option is out of its range. */
export function traceFromText(text: string, options: Partial<TraceOptions> = {}): TextTrace {
  const replay = new AccessLogReplay(options);
  return { chunks: walk(text, replay), report: () => replay.report() };
}

function* walk(text: string, replay: AccessLogReplay): Generator<TraceChunk, void, undefined> {
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    replay.line(text.slice(start, text[end - 1] === "\r" ? end - 1 : end));
    start = end + 1;
    for (let chunk = replay.take(); chunk !== undefined; chunk = replay.take()) yield chunk;
  }
  replay.end();
  for (let chunk = replay.take(); chunk !== undefined; chunk = replay.take()) yield chunk;
}
