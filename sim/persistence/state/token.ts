import { type ValuesOf, withDefaults } from "../../catalogue.ts";
import { grown } from "../../engine/grown.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import {
  Backend,
  defineState,
  EXPIRED,
  FOUND,
  PENDING,
  type StateContext,
  type StoreFaultKind,
  UNAVAILABLE,
  WRITTEN,
} from "./backend.ts";
import { ClientCopies, NOTHING } from "./client-copies.ts";
import { type SigningAlgorithm, signingAlgorithms, tokenBytes } from "./encoded-size.ts";
import { createRedis, redis } from "./redis.ts";
import type { RedisSettings } from "./redis-knobs.ts";
import { Grants } from "./token-grants.ts";
import { tokenKnobs } from "./token-knobs.ts";

type Settings = ValuesOf<typeof tokenKnobs>;

/** `Authorization: Bearer ` before the token. */
const BEARER_BYTES = 22;

/** What an operation under way waits for. */
const CHECKED = 0;
const REFRESHED = 1;
const SIGNED = 2;
const STORED = 3;

/**
 * The client holds a token that any server can check alone: that is its price, for until it expires no server knows better.
 * A token that says who the user is leaves the session's data in a store, a database that forgets nothing.
 */
class Token extends Backend implements SessionColumns {
  private readonly context: StateContext;
  private readonly settings: Settings;
  private readonly algorithm: SigningAlgorithm;
  private readonly checkMs: number;
  private readonly signMs: number;
  override readonly carried: ClientCopies;
  private readonly grants: Grants;
  /** Where the data are that the token does not hold. */
  private readonly store: Backend | null;
  /** By server, what its clock is ahead. */
  private readonly skewMs: Float64Array;
  /** 1 where the browser has dropped the last token that it was sent. */
  private isDropped = new Uint8Array(0);
  /** By request. */
  private stage = new Uint8Array(0);
  private isListUp = true;
  /** What was revoked before is in the list no more. */
  private emptiedAtMs = Number.NEGATIVE_INFINITY;

  constructor(context: StateContext, settings: Settings) {
    super();
    this.context = context;
    this.settings = settings;
    this.algorithm = signingAlgorithms[settings.algorithm]!;
    this.checkMs = settings.checkMs ?? this.algorithm.checkMs;
    this.signMs = settings.signMs ?? this.algorithm.signMs;
    this.carried = new ClientCopies({
      sessionOf: (request) => context.sessionOf(request),
      attach: (columns) => context.attach(columns),
      hasDates: true,
      hasStamps: true,
    });
    this.grants = new Grants(settings, context.drawsOf("revocation"));
    context.attach(this.grants);
    context.attach(this);
    this.store = settings.holds === "session" ? null : createRedis(databaseSettings(settings), context);
    const skew = context.drawsOf("clock-skew");
    this.skewMs = Float64Array.from({ length: context.servers.count }, (_, server) =>
      settings.clockSkewMs > 0 ? skew.at(server, 0).normal() * settings.clockSkewMs : 0,
    );
  }

  grow(capacity: number): void {
    this.isDropped = grown(this.isDropped, new Uint8Array(capacity));
  }

  copies(n: number): number {
    return this.store === null ? 0 : this.store.copies(n);
  }

  read(request: number, server: number): number {
    const { context, settings, carried } = this;
    const session = context.sessionOf(request);
    if (carried.carriedBy(request) === NOTHING) return this.missing(this.whyNone(session));
    const bytes = this.bytesOnWire(session);
    context.countCookieBytes(bytes);
    const { headerLimitBytes, otherHeaderBytes, leewayMs } = settings;
    if (headerLimitBytes !== null && bytes + otherHeaderBytes > headerLimitBytes) return UNAVAILABLE;
    const ageMs = context.nowMs + this.skewMs[server]! - carried.madeAt(request);
    // Not yet valid, by a clock that is behind: 401.
    if (ageMs < -leewayMs) return UNAVAILABLE;
    const isExpired = ageMs > settings.lifeMs + leewayMs;
    if (isExpired && !settings.refreshes) return this.expired("token-expired");
    let busyMs = this.checkMs;
    if (isExpired) busyMs += settings.refreshMs + this.signMs;
    else if (settings.denylist) busyMs += settings.lookupMs;
    if (isExpired || settings.denylist) context.countStoreOperation();
    const stage = isExpired ? REFRESHED : CHECKED;
    if (busyMs === 0) return this.judge(request, server, stage);
    this.enter(request, stage);
    context.scheduleRead(context.nowMs + busyMs, request);
    return PENDING;
  }

  override readDone(request: number, server: number): number {
    const stage = this.stage[request]!;
    if (stage === STORED) return this.asStored(request, this.store!.readDone(request, server));
    return this.judge(request, server, stage);
  }

  /** The token is good as far as it says; what the issuer or the denylist says, and then the data. */
  private judge(request: number, server: number, stage: number): number {
    const { context, grants, carried } = this;
    const session = context.sessionOf(request);
    if (stage === REFRESHED) {
      const refused = grants.refresh(session, carried.stampOf(request), context.nowMs);
      if (refused !== null) return this.expired(refused);
      carried.bring(request, carried.carriedBy(request), context.nowMs, grants.generationOf(session));
      context.countCookieBytes(this.bytesOnWire(session));
    } else if (this.settings.denylist) {
      if (!this.isListUp && this.settings.denylistFails === "closed") return UNAVAILABLE;
      if (this.isListUp && this.isListed(session)) return this.expired("token-revoked");
    }
    if (this.store !== null) {
      this.enter(request, STORED);
      return this.asStored(request, this.store.read(request, server));
    }
    this.writesRead = carried.carriedBy(request);
    this.cause = this.isDropped[session] === 1 ? "cookie-overflow" : "concurrent-request";
    return this.found(session);
  }

  private isListed(session: number): boolean {
    const revokedAtMs = this.grants.revokedAt(session);
    return revokedAtMs > this.emptiedAtMs && this.context.nowMs >= revokedAtMs + this.settings.denylistDelayMs;
  }

  private asStored(request: number, outcome: number): number {
    this.writesRead = this.store!.writesRead;
    this.cause = this.store!.cause;
    return outcome === FOUND ? this.found(this.context.sessionOf(request)) : outcome;
  }

  private found(session: number): number {
    if (this.context.nowMs >= this.grants.revokedAt(session)) this.context.countRevokedRead();
    return FOUND;
  }

  private expired(cause: Cause): number {
    this.cause = cause;
    return EXPIRED;
  }

  private whyNone(session: number): Cause | null {
    if (this.settings.bearer === "header") return null;
    return this.context.returnsCookies(session) ? "cookie-overflow" : "cookie-refused";
  }

  write(request: number, server: number, contains: number, changed: boolean): number {
    if (!changed) return WRITTEN;
    const { context } = this;
    const isLogin = contains === 1;
    if (isLogin) {
      this.carried.begin(request);
      const session = context.sessionOf(request);
      this.grants.grant(session, context.visitOf(session), context.nowMs);
    }
    if (!isLogin && this.store !== null) return this.writeData(request, server, contains);
    if (this.signMs === 0) return this.issue(request, server, contains);
    this.enter(request, SIGNED);
    context.scheduleWrite(context.nowMs + this.signMs, request);
    return PENDING;
  }

  override writeDone(request: number, server: number, contains: number, changed: boolean): number {
    if (this.stage[request] === SIGNED) return this.issue(request, server, contains);
    return this.asWritten(this.store!.writeDone(request, server, contains, changed));
  }

  /** The answer brings a new token. */
  private issue(request: number, server: number, contains: number): number {
    const { context, settings } = this;
    const session = context.sessionOf(request);
    const bytes = this.bytesOnWire(session);
    context.countCookieBytes(bytes);
    const isCookie = settings.bearer === "cookie";
    this.isDropped[session] = isCookie && bytes > settings.limitBytes ? 1 : 0;
    if (!isCookie || (context.returnsCookies(session) && bytes <= settings.limitBytes)) {
      this.carried.bring(request, contains, context.nowMs, this.grants.generationOf(session));
    }
    if (this.store !== null) return this.writeData(request, server, contains);
    this.writesWritten = contains;
    return WRITTEN;
  }

  private writeData(request: number, server: number, contains: number): number {
    this.enter(request, STORED);
    return this.asWritten(this.store!.write(request, server, contains, true));
  }

  private asWritten(outcome: number): number {
    this.writesWritten = this.store!.writesWritten;
    this.writeCause = this.store!.writeCause;
    return outcome;
  }

  private enter(request: number, stage: number): void {
    if (request >= this.stage.length) this.stage = grown(this.stage, new Uint8Array(Math.max(64, 2 * request)));
    this.stage[request] = stage;
  }

  override elapsed(entity: number, operand: number): void {
    this.store?.elapsed(entity, operand);
  }

  override storeFaultBegins(kind: StoreFaultKind, node: number): void {
    if (kind === "flush") this.emptiedAtMs = this.context.nowMs;
    else this.isListUp = false;
    // A database is not emptied by whoever empties a cache.
    if (kind !== "flush") this.store?.storeFaultBegins(kind, node);
  }

  override storeFaultEnds(kind: StoreFaultKind, node: number): void {
    if (kind === "flush") return;
    this.isListUp = true;
    this.store?.storeFaultEnds(kind, node);
  }

  forget(session: number): void {
    this.carried.forget(session);
    this.isDropped[session] = 0;
    this.store?.forget(session);
  }

  private bytesOnWire(session: number): number {
    const { settings } = this;
    const payload = settings.holds === "session" ? this.context.bytesOf(session) : settings.claimsBytes;
    const before = settings.bearer === "cookie" ? settings.nameBytes + 1 : BEARER_BYTES;
    return before + tokenBytes(payload, this.algorithm);
  }
}

/** A store of one primary that has every write on disk, and keys without an end. */
const databaseSettings = ({ roundTripMs, operationMs, perKibMs }: Settings): RedisSettings => ({
  ...(withDefaults(redis, {
    roundTripMs,
    operationMs,
    perKibMs,
    persistence: "always",
    touches: false,
  }) as RedisSettings),
  ttlMs: Number.POSITIVE_INFINITY,
});

export const token = defineState({
  name: "token",
  aliases: ["jwt", "JWT"],
  summary:
    "A signed token with an end tells any server who the user is; the rest of the session is in a store, or in the token.",
  whenToUse: "Many services that must know the user without asking anybody, and a store for what changes.",
  knownFlaw:
    "A token that was revoked is good until it expires, half its life on average, unless every request asks a denylist, which is a session store again.",
  source:
    "RFC 7519, 7515 and 9700 (refresh token rotation); lives of Keycloak 26 and Amazon Cognito; OWASP JSON Web Token cheat sheet on denylists. The data's store takes every write to disk and has no replica; the issuer itself never fails.",
  knobs: tokenKnobs,
  create: (knobs, context) => new Token(context, knobs),
});
