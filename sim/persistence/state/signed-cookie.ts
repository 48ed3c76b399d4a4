import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { Backend, defineState, FOUND, MISSING, type StateContext, WRITTEN } from "./backend.ts";

/** Name, signature and separators of the cookie. */
const OVERHEAD_BYTES = 64;

/**
 * The client holds its session in a signed cookie; servers keep nothing. Signing and checking are counted as no time
 * (microseconds for HMAC). A cookie above the limit is dropped by the browser, which keeps the one it had.
 */
class SignedCookie extends Backend implements SessionColumns {
  private readonly context: StateContext;
  private readonly limitBytes: number;
  /** Acknowledged writes in the client's cookie; -1 where it has none. */
  private contains = new Int32Array(0);

  constructor(context: StateContext, limitBytes: number) {
    super();
    this.context = context;
    this.limitBytes = limitBytes;
    context.attach(this);
  }

  grow(capacity: number): void {
    this.contains = grown(this.contains, new Int32Array(capacity));
  }

  copies(): number {
    return 0;
  }

  read(request: number): number {
    const session = this.context.sessionOf(request);
    const contains = this.contains[session]!;
    if (contains < 0) {
      this.cause = this.context.returnsCookies(session) ? "cookie-overflow" : "cookie-refused";
      return MISSING;
    }
    this.context.countCookieBytes(this.cookieBytes(session));
    this.writesRead = contains;
    return FOUND;
  }

  write(request: number, _server: number, contains: number, changed: boolean): number {
    if (!changed) return WRITTEN;
    const session = this.context.sessionOf(request);
    const bytes = this.cookieBytes(session);
    this.context.countCookieBytes(bytes);
    if (this.context.returnsCookies(session) && bytes <= this.limitBytes) this.contains[session] = contains;
    this.writesWritten = contains;
    return WRITTEN;
  }

  forget(session: number): void {
    this.contains[session] = -1;
  }

  /** Base64 of the state, plus what surrounds it. */
  private cookieBytes(session: number): number {
    return Math.ceil((this.context.bytesOf(session) * 4) / 3) + OVERHEAD_BYTES;
  }
}

export const signedCookie = defineState({
  name: "signed-cookie",
  aliases: ["cookie-store", "cookie-session"],
  summary: "The client carries its session in a signed cookie.",
  whenToUse: "Small sessions, any server, nothing to operate.",
  knownFlaw: "Every request carries the session up the line; above 4 KiB the browser drops it, silently.",
  source: "Rails and Django cookie sessions; limit of RFC 6265bis and Chromium.",
  knobs: {
    limitBytes: {
      unit: "bytes",
      default: 4096,
      minimum: 256,
      summary: "Largest cookie, name and value, that the browser keeps.",
    },
  },
  create: ({ limitBytes }, context) => new SignedCookie(context, limitBytes),
});
