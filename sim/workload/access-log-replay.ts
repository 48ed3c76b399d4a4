/**
 * Turns the lines of an access log into a trace: lines in, chunks out, memory in proportion to the clients active within
 * the session gap.
 *
 * An access log tells time in whole seconds. Sent as they are written, all requests of a second would arrive at once and
 * queue behind each other as they never did; they are spread evenly over their second instead, in the order of the log.
 */
import { type AccessRequest, parseAccessLine } from "./access-log.ts";
import { addressOf, clientOf, hashOf, UrlNumbers } from "./access-log-names.ts";
import { TimeOrder } from "./access-log-order.ts";
import { AccessSessions, type EndedSession } from "./access-log-sessions.ts";
import { type TraceChunk, type TraceOptions, type TraceReport, traceDefaults } from "./trace.ts";
import { TraceWriter } from "./trace-writer.ts";

/** A longer line is no access log's; readers stop collecting at this length and call `overlongLine`. */
export const MAXIMUM_LINE_LENGTH = 65_536;

const MALFORMED_SHOWN = 10;
const writingMethods = ["POST", "PUT", "PATCH", "DELETE"];

/** What is kept of a line while it waits for its place in the order of time. */
interface HeldRequest {
  readonly client: number;
  readonly address: number;
  readonly url: number;
  readonly writes: boolean;
  readonly responseBytes: number;
}

export class AccessLogReplay {
  private readonly options: TraceOptions;
  private readonly writer: TraceWriter;
  private readonly urls = new UrlNumbers();
  private readonly sessions: AccessSessions;
  private readonly order = new TimeOrder<HeldRequest>((second, requests) => this.play(second, requests));
  private lines = 0;
  private requests = 0;
  private unclosed = 0;
  private malformed = 0;
  private readonly firstMalformed: { readonly line: number; readonly reason: string }[] = [];
  /** The trace begins here. */
  private firstSec = Number.NaN;
  private lastSec = Number.NaN;
  private lastAtMs = 0;

  /** @throws RangeError when an option is out of its range. */
  constructor(options: Partial<TraceOptions> = {}) {
    this.options = { ...traceDefaults, ...options };
    const { sessionGapMs, timeScale, chunkRequests } = this.options;
    if (!(sessionGapMs >= 1000)) throw new RangeError(`sessionGapMs must be at least 1000, got ${sessionGapMs}`);
    if (!(timeScale > 0 && timeScale < Infinity)) throw new RangeError(`timeScale must be > 0, got ${timeScale}`);
    if (!(chunkRequests >= 1)) throw new RangeError(`chunkRequests must be at least 1, got ${chunkRequests}`);
    this.writer = new TraceWriter(chunkRequests);
    // Whole seconds: the log knows no finer silence.
    this.sessions = new AccessSessions(Math.ceil(sessionGapMs / 1000), (ended) => this.sessionEnded(ended));
  }

  /** The next line, without its line break. */
  line(text: string): void {
    this.lines++;
    if (text.length > MAXIMUM_LINE_LENGTH) {
      this.refuse(overlong);
      return;
    }
    const parsed = parseAccessLine(text);
    if ("reason" in parsed) {
      this.refuse(parsed.reason);
      return;
    }
    this.requests++;
    if (parsed.isUnclosed) this.unclosed++;
    this.order.add(parsed.atSec, held(parsed));
  }

  /** The next line was longer than `MAXIMUM_LINE_LENGTH` and was not collected. */
  overlongLine(): void {
    this.lines++;
    this.refuse(overlong);
  }

  /** No more lines. */
  end(): void {
    this.order.end();
    this.sessions.endAll();
    this.writer.cut();
  }

  /** The next chunk, as soon as it is full; after `end` the rest, until there is none. */
  take(): TraceChunk | undefined {
    return this.writer.take();
  }

  report(): TraceReport {
    return {
      lines: this.lines,
      requests: this.requests,
      malformed: { count: this.malformed, first: this.firstMalformed },
      unclosed: this.unclosed,
      outOfOrder: this.order.outOfOrder,
      clamped: this.order.clamped,
      sessions: this.sessions.begun,
      clientsAtOnce: this.sessions.clientsAtOnce,
      spanMs: Number.isNaN(this.firstSec) ? null : (this.lastSec - this.firstSec) * 1000,
    };
  }

  private refuse(reason: string): void {
    if (this.malformed++ < MALFORMED_SHOWN) this.firstMalformed.push({ line: this.lines, reason });
  }

  private play(second: number, requests: readonly HeldRequest[]): void {
    if (Number.isNaN(this.firstSec)) this.firstSec = second;
    this.lastSec = second;
    this.sessions.expire(second);
    requests.forEach((request, index) => {
      const atMs = this.virtualMs(second - this.firstSec + index / requests.length);
      const slot = this.sessions.request(request.client, second, atMs);
      this.lastAtMs = atMs;
      this.writer.request({
        atMs,
        session: this.sessions.sessionOf(slot),
        isFirst: this.sessions.isFirst(slot),
        writes: request.writes,
        address: request.address,
        url: this.urls.numberOf(request.url),
        responseBytes: request.responseBytes,
      });
    });
  }

  private sessionEnded({ session, requests, lastAtMs, silentAtSec }: EndedSession): void {
    const knownAtMs = silentAtSec === null ? this.lastAtMs : this.virtualMs(silentAtSec - this.firstSec);
    this.writer.end({ session, requests, lastAtMs, knownAtMs });
  }

  private virtualMs(sinceFirstSec: number): number {
    return sinceFirstSec * 1000 * this.options.timeScale;
  }
}

const overlong = `the line is longer than 65,536 characters`;

function held({ host, agent, method, path, responseBytes }: AccessRequest): HeldRequest {
  return {
    client: clientOf(host, agent),
    address: addressOf(host),
    url: hashOf(path, 0),
    writes: writingMethods.includes(method),
    responseBytes,
  };
}
