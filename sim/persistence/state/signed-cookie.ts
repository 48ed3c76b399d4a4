import type { Draws } from "../../engine/draws.ts";
import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { Backend, defineState, EXPIRED, FOUND, PENDING, type StateContext, UNAVAILABLE, WRITTEN } from "./backend.ts";
import { ClientCopies, NOTHING } from "./client-copies.ts";
import { base64Bytes, GCM_BYTES } from "./encoded-size.ts";
import { signedCookieKnobs } from "./signed-cookie-knobs.ts";

type Renewal = "on-change" | "half-window" | "every-request";

interface Settings {
  readonly isEncrypted: boolean;
  readonly nameBytes: number;
  readonly limitBytes: number;
  readonly overflow: "dropped" | "error";
  /** Value bytes of one cookie of several; null where there is only ever one. */
  readonly chunkBytes: number | null;
  readonly headerLimitBytes: number | null;
  readonly otherHeaderBytes: number;
  readonly assetRequests: number;
  readonly maxAgeMs: number | null;
  readonly renewal: Renewal;
  readonly hasOwnKeys: boolean;
  readonly keyLifeMs: number | null;
  readonly oldKeys: number;
  readonly replayFraction: number;
  readonly checksVersion: boolean;
  /** How long a server is busy with the cookie before and after its work, the look-up of its version included. */
  readonly openMs: number;
  readonly sealMs: number;
}

/** Between value and signature a dot, and the signature of HMAC-SHA256. */
const SIGNATURE_BYTES = 1 + base64Bytes(32);
/** A chunk's name has a suffix, `C1`. */
const CHUNK_SUFFIX_BYTES = 2;

/**
 * The client holds its session in a cookie that it cannot forge; servers keep nothing. A cookie above the limit is dropped
 * by the browser, which keeps the one it had. Whatever was once signed is good until it is too old: nobody can say that
 * there is a newer one, unless servers keep the number of the newest, which is a store again.
 */
class SignedCookie extends Backend implements SessionColumns {
  private readonly context: StateContext;
  private readonly settings: Settings;
  override readonly carried: ClientCopies;
  private readonly replays: Draws;
  /** 1 where the browser has dropped the last cookie that it was sent. */
  private isDropped = new Uint8Array(0);
  /** Where versions are checked, the newest. */
  private newest = new Int32Array(0);
  /** Requests of the session so far; they name the draws of replays. */
  private reads = new Int32Array(0);
  private isStoreUp = true;

  constructor(context: StateContext, settings: Settings) {
    super();
    this.context = context;
    this.settings = settings;
    this.replays = context.drawsOf("replay");
    this.carried = new ClientCopies({
      sessionOf: (request) => context.sessionOf(request),
      attach: (columns) => context.attach(columns),
      hasDates: settings.maxAgeMs !== null || settings.keyLifeMs !== null,
      hasStamps: settings.hasOwnKeys,
    });
    context.attach(this);
  }

  grow(capacity: number): void {
    this.isDropped = grown(this.isDropped, new Uint8Array(capacity));
    if (this.settings.checksVersion) this.newest = grown(this.newest, new Int32Array(capacity));
    if (this.settings.replayFraction > 0) this.reads = grown(this.reads, new Int32Array(capacity));
  }

  copies(): number {
    return 0;
  }

  read(request: number, server: number): number {
    const { settings, context, carried } = this;
    const session = context.sessionOf(request);
    const contains = carried.carriedBy(request);
    if (contains === NOTHING)
      return this.missing(context.returnsCookies(session) ? "cookie-overflow" : "cookie-refused");
    const bytes =
      settings.chunkBytes === null
        ? Math.min(this.bytesOnWire(session), settings.limitBytes)
        : this.bytesOnWire(session);
    context.countCookieBytes(bytes * (1 + settings.assetRequests));
    // The server's 431, or the 400 of a proxy before it: it does not even read who it is.
    if (settings.headerLimitBytes !== null && bytes + settings.otherHeaderBytes > settings.headerLimitBytes) {
      return UNAVAILABLE;
    }
    if (settings.hasOwnKeys && carried.stampOf(request) !== context.servers.lifeOf(server)) {
      const life = carried.stampOf(request);
      return this.missing(context.servers.isAlive(life) ? null : context.servers.causeOfEnd(life));
    }
    if (settings.keyLifeMs !== null && this.keysSince(carried.madeAt(request)) > settings.oldKeys) {
      return this.missing("token-expired");
    }
    if (settings.maxAgeMs !== null && context.nowMs - carried.madeAt(request) > settings.maxAgeMs) {
      this.cause = "token-expired";
      return EXPIRED;
    }
    if (settings.checksVersion) context.countStoreOperation();
    if (settings.openMs > 0) {
      context.scheduleRead(context.nowMs + settings.openMs, request);
      return PENDING;
    }
    return this.opened(session, contains);
  }

  override readDone(request: number): number {
    return this.opened(this.context.sessionOf(request), this.carried.carriedBy(request));
  }

  private opened(session: number, contains: number): number {
    const { settings } = this;
    const replayed = settings.replayFraction > 0 ? this.replayed(session, contains) : contains;
    if (settings.checksVersion && (!this.isStoreUp || replayed < this.newest[session]!)) return UNAVAILABLE;
    this.writesRead = replayed;
    if (replayed < contains) this.cause = "client-copy";
    else this.cause = this.isDropped[session] === 1 ? "cookie-overflow" : "concurrent-request";
    return FOUND;
  }

  /** The version that the client really sends: now and then an older one, any of those it has had. */
  private replayed(session: number, contains: number): number {
    const draw = this.replays.at(this.context.visitOf(session), this.reads[session]!++);
    if (contains < 2 || draw.uniform() >= this.settings.replayFraction) return contains;
    return 1 + draw.below(contains - 1);
  }

  /** How often keys have changed since then. */
  private keysSince(madeAtMs: number): number {
    const keyLifeMs = this.settings.keyLifeMs!;
    return Math.floor(this.context.nowMs / keyLifeMs) - Math.floor(madeAtMs / keyLifeMs);
  }

  write(request: number, server: number, contains: number, changed: boolean): number {
    const { context, settings } = this;
    if (changed && contains === 1) this.carried.begin(request);
    if (!changed && !this.isRenewed(request)) return WRITTEN;
    if (settings.checksVersion) context.countStoreOperation();
    if (settings.sealMs === 0) return this.seal(request, server, contains, changed);
    context.scheduleWrite(context.nowMs + settings.sealMs, request);
    return PENDING;
  }

  override writeDone(request: number, server: number, contains: number, changed: boolean): number {
    return this.seal(request, server, contains, changed);
  }

  private isRenewed(request: number): boolean {
    const { renewal, maxAgeMs } = this.settings;
    if (renewal !== "half-window" || maxAgeMs === null) return renewal === "every-request";
    return this.context.nowMs - this.carried.madeAt(request) > maxAgeMs / 2;
  }

  private seal(request: number, server: number, contains: number, changed: boolean): number {
    const { context, settings } = this;
    const session = context.sessionOf(request);
    const bytes = this.bytesOnWire(session);
    const isTooLarge = settings.chunkBytes === null && bytes > settings.limitBytes;
    if (isTooLarge && settings.overflow === "error") return UNAVAILABLE;
    if (settings.checksVersion && changed) {
      // Another request has been faster, and what this one made is refused: 409.
      if (!this.isStoreUp || (contains > 1 && contains <= this.newest[session]!)) return UNAVAILABLE;
      this.newest[session] = contains;
    }
    context.countCookieBytes(bytes);
    if (context.returnsCookies(session)) {
      this.isDropped[session] = isTooLarge ? 1 : 0;
      if (!isTooLarge) this.carried.bring(request, contains, context.nowMs, context.servers.lifeOf(server));
    }
    this.writesWritten = contains;
    return WRITTEN;
  }

  override storeFaultBegins(): void {
    this.isStoreUp = false;
  }

  override storeFaultEnds(): void {
    this.isStoreUp = true;
  }

  forget(session: number): void {
    this.carried.forget(session);
    this.isDropped[session] = 0;
    if (this.settings.checksVersion) this.newest[session] = 0;
    if (this.settings.replayFraction > 0) this.reads[session] = 0;
  }

  /** Name, `=` and value, in as many cookies as it takes. */
  private bytesOnWire(session: number): number {
    const { isEncrypted, nameBytes, chunkBytes } = this.settings;
    const bytes = this.context.bytesOf(session);
    const value = isEncrypted ? base64Bytes(bytes + GCM_BYTES) : base64Bytes(bytes) + SIGNATURE_BYTES;
    const whole = nameBytes + 1 + value;
    if (chunkBytes === null || whole <= this.settings.limitBytes) return whole;
    // The first cookie says how many follow: `chunks-3`.
    const chunks = Math.ceil(value / chunkBytes);
    return nameBytes + 9 + chunks * (nameBytes + CHUNK_SUFFIX_BYTES + 1) + value;
  }
}

export const signedCookie = defineState({
  name: "signed-cookie",
  aliases: ["cookie-store", "cookie-session"],
  summary: "The client carries its session in a signed or encrypted cookie.",
  whenToUse: "Small sessions, any server, nothing to operate.",
  knownFlaw:
    "Every request carries the session up the line; above 4 KiB the browser drops it, silently; an old copy is as good as the newest.",
  source:
    "Rails 8 cookie_store.rb and cookies.rb; Django signed_cookies; ASP.NET Core ChunkingCookieManager; limits of RFC 6265bis and Chromium, of nginx, Apache and Tomcat. A replayed copy counts as made when the newest was.",
  knobs: signedCookieKnobs,
  create: (knobs, context) => {
    const versionMs = knobs.checksVersion ? knobs.versionCheckMs : 0;
    return new SignedCookie(context, {
      isEncrypted: knobs.protection === "encrypted",
      nameBytes: knobs.nameBytes,
      limitBytes: knobs.limitBytes,
      overflow: knobs.overflow === "error" ? "error" : "dropped",
      chunkBytes: knobs.chunkBytes,
      headerLimitBytes: knobs.headerLimitBytes,
      otherHeaderBytes: knobs.otherHeaderBytes,
      assetRequests: knobs.assetRequests,
      maxAgeMs: knobs.maxAgeMs,
      renewal: knobs.renewal as Renewal,
      hasOwnKeys: knobs.keys === "per-server",
      keyLifeMs: knobs.keyLifeMs,
      oldKeys: knobs.oldKeys,
      replayFraction: knobs.replayFraction,
      checksVersion: knobs.checksVersion,
      openMs: knobs.checkMs + versionMs,
      sealMs: knobs.signMs + versionMs,
    });
  },
});
