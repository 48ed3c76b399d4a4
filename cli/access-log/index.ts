/** Reads an access log, plain or gzip, from a file or from standard input, and gives it to the engine as a trace. */
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { AccessLogReplay } from "../../sim/workload/access-log-replay.ts";
import type { TraceChunk, TraceOptions, TraceReport } from "../../sim/workload/trace.ts";
import { systemReason } from "../errors.ts";
import { LineCutter } from "./lines.ts";

/** The log cannot be used; the message says which, why, and what to do, in one line. */
export class AccessLogError extends Error {
  override readonly name = "AccessLogError";
}

export interface AccessLog {
  /**
   * Can be walked once. The log is read as chunks are asked for; to leave early closes it.
   * @throws AccessLogError when the log cannot be read or has no request in it.
   */
  readonly chunks: AsyncGenerator<TraceChunk, void, undefined>;
  /** What was found so far; complete once the chunks have been walked to the end. */
  report(): TraceReport;
}

/** After so many lines without a single request the file is taken for something else. */
const PATIENCE_LINES = 100_000;

/**
 * @param path of the log; `-` is standard input.
 * @throws RangeError when an option is out of its range.
 */
export function readAccessLog(path: string, options: Partial<TraceOptions> = {}): AccessLog {
  const replay = new AccessLogReplay(options);
  return { chunks: read(path, replay), report: () => replay.report() };
}

async function* read(path: string, replay: AccessLogReplay): AsyncGenerator<TraceChunk, void, undefined> {
  const lines = new LineCutter(replay);
  try {
    for await (const bytes of plainBytes(path)) {
      lines.bytes(bytes);
      yield* ready(replay);
      if (replay.report().lines > PATIENCE_LINES) refuseWithoutRequests(path, replay);
    }
  } catch (error) {
    throw readable(path, error);
  }
  lines.end();
  refuseWithoutRequests(path, replay);
  replay.end();
  yield* ready(replay);
}

function* ready(replay: AccessLogReplay): Generator<TraceChunk, void, undefined> {
  for (let chunk = replay.take(); chunk !== undefined; chunk = replay.take()) yield chunk;
}

/** The bytes of the file, unpacked when they begin as gzip does. */
async function* plainBytes(path: string): AsyncGenerator<Buffer, void, undefined> {
  const source: AsyncIterable<Buffer> = path === "-" ? process.stdin : createReadStream(path);
  const stream = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const { value, done } = await stream.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  const whole = async function* () {
    if (head.length > 0) yield head;
    yield* { [Symbol.asyncIterator]: () => stream };
  };
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  yield* isGzip ? unpacked(whole()) : whole();
}

function unpacked(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const gunzip = createGunzip();
  // A failure on either side destroys the stream, and whoever walks it meets the error there.
  pipeline(bytes, gunzip, () => {});
  return gunzip;
}

function refuseWithoutRequests(path: string, replay: AccessLogReplay): void {
  const { lines, requests, malformed } = replay.report();
  if (requests > 0) return;
  if (lines === 0)
    throw new AccessLogError(`${path}: the log is empty; expected lines in Apache's common or combined format`);
  const [first] = malformed.first;
  throw new AccessLogError(
    `${path}: none of ${lines} lines is in Apache's common or combined format; line ${first?.line}: ${first?.reason}`,
  );
}

/** Puts what node says of a file into a sentence; anything else is a bug and stays as it is. */
function readable(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  switch (error.code) {
    case "ENOENT":
      return new AccessLogError(`${path}: there is no such file; give the path of an access log, plain or gzip`);
    case "EISDIR":
      return new AccessLogError(`${path}: is a directory; give the path of one access log, plain or gzip`);
    case "EACCES":
      return new AccessLogError(`${path}: may not be read; check its permissions`);
    case "Z_BUF_ERROR":
    case "Z_DATA_ERROR":
      return new AccessLogError(
        `${path}: the gzip data is damaged or cut off (${error.message}); fetch the file again`,
      );
    default: {
      const reason = systemReason(error);
      return reason === null ? error : new AccessLogError(`${path}: cannot be read, ${reason}`);
    }
  }
}
