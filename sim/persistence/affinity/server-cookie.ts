/** What a client holds that names its server: the ground that the balancer's cookie and the endpoint token share. */
import type { Draws } from "../../engine/draws.ts";
import { grown } from "../../engine/grown.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import {
  type AffinityContext,
  type BindingRules,
  GONE,
  IDLE_EXPIRED,
  INVALID,
  Mechanism,
  NONE,
  OLD_EXPIRED,
  VALID,
} from "./mechanism.ts";

export interface ServerCookieSettings {
  readonly rules: BindingRules;
  /** A header that the client sends back does not depend on its taste for cookies. */
  readonly bearer: "cookie" | "header";
  /** The application: its own cookie carries the name along, so that there is one only where it sets one. */
  readonly setBy: "balancer" | "application";
  /** An address is gone with the server that is replaced; a name in the configuration stays. */
  readonly names: "server" | "address";
  /** "own": no balancer can read what another one has made. */
  readonly secrets: "shared" | "own";
  readonly postOnly: boolean;
  /** Whether another server that answers takes the place of the one in the cookie. */
  readonly rebinds: boolean;
  /** Every answer brings it anew. */
  readonly slides: boolean;
  readonly maxIdleMs: number | null;
  readonly maxLifeMs: number | null;
  /** Dates are rounded up to multiples of it; 0 for none. */
  readonly dateResolutionMs: number;
  /** How long the browser keeps it, null until it is closed. */
  readonly browserLifeMs: number | null;
  /** Share of clients behind a shared cache that keeps answers with their cookies for a while; 0 for none. */
  readonly cachedFraction: number;
  readonly cacheLifeMs: number;
  /** On the wire, to the balancer and beyond, and back. */
  readonly upBytes: number;
  readonly downBytes: number;
}

/** What was the matter with what the client's last request brought. */
const FINE = 0;
const PAST_LIMIT = 1;
const DROPPED = 2;
const FOREIGN = 3;
const REPLACED = 4;

const causes: readonly Cause[] = [
  "no-affinity",
  "binding-expired",
  "cookie-expired",
  "unsynchronised-balancer",
  "no-affinity",
];

/** The answer that a shared cache keeps, and what is in its cookie. */
class CachedCookie {
  untilMs = Number.NEGATIVE_INFINITY;
  server = -1;
  life = -1;
  maker = 0;
  private readonly draws: Draws;

  constructor(draws: Draws) {
    this.draws = draws;
  }

  /** Whether the visit's client is behind it. */
  serves(visit: number, fraction: number): boolean {
    return this.draws.at(visit, 0).uniform() < fraction;
  }
}

/**
 * The client keeps the name, so every balancer reads the same binding, and a restart of one forgets nothing. What nobody
 * asked for has neither a column nor a look: most runs need the server's number, four bytes a session.
 */
export class ServerCookie extends Mechanism implements SessionColumns {
  private readonly context: AffinityContext;
  private readonly settings: ServerCookieSettings;
  private readonly hasDates: boolean;
  /** Nothing but a server that no limit touches: then a look-up is one look. */
  private isPlain: boolean;
  /** The server that the client's cookie names, or -1. */
  private server = new Int32Array(0);
  /** The server's life when it was named, standing for its address. */
  private life = new Int32Array(0);
  /** The balancer whose secret made it. */
  private maker = new Uint16Array(0);
  /** The dates in it. */
  private seenAtMs = new Float64Array(0);
  private setAtMs = new Float64Array(0);
  /** When the browser drops it. */
  private endsAtMs = new Float64Array(0);
  private fault = new Uint8Array(0);
  /** Who is behind the cache, and the session whose cookie it keeps, as it was then; null where nobody is. */
  private readonly cached: CachedCookie | null;

  constructor(context: AffinityContext, settings: ServerCookieSettings) {
    super(settings.rules);
    this.context = context;
    this.settings = settings;
    this.cached = settings.cachedFraction > 0 ? new CachedCookie(context.drawsOf("shared-cache")) : null;
    this.hasDates = settings.maxIdleMs !== null || settings.maxLifeMs !== null;
    this.isPlain =
      !this.hasDates &&
      settings.setBy === "balancer" &&
      settings.names === "server" &&
      settings.secrets === "shared" &&
      settings.browserLifeMs === null &&
      this.cached === null &&
      settings.rebinds &&
      !settings.postOnly &&
      !settings.slides;
    if (settings.setBy === "application") context.trackIds();
    context.attach(this);
  }

  grow(capacity: number): void {
    const { settings } = this;
    this.server = grown(this.server, new Int32Array(capacity));
    if (settings.names === "address") this.life = grown(this.life, new Int32Array(capacity));
    if (settings.secrets === "own") this.maker = grown(this.maker, new Uint16Array(capacity));
    if (this.hasDates) this.seenAtMs = grown(this.seenAtMs, new Float64Array(capacity));
    if (settings.maxLifeMs !== null) this.setAtMs = grown(this.setAtMs, new Float64Array(capacity));
    if (settings.browserLifeMs !== null) this.endsAtMs = grown(this.endsAtMs, new Float64Array(capacity));
    if (!this.isPlain) this.fault = grown(this.fault, new Uint8Array(capacity));
  }

  lookup(request: number, balancer: number): number {
    const session = this.context.requests.sessionOf(request);
    const server = this.server[session]!;
    if (server < 0) {
      if (this.cached !== null && this.takeCached(request, session)) return this.lookup(request, balancer);
      this.outcome = NONE;
      return -1;
    }
    if (!this.isPlain) return this.lookUpWithCare(session, server, balancer);
    this.context.countCookieBytes(this.settings.upBytes);
    this.outcome = VALID;
    return server;
  }

  private lookUpWithCare(session: number, server: number, balancer: number): number {
    if (this.settings.browserLifeMs !== null && this.context.requests.nowMs > this.endsAtMs[session]!) {
      this.server[session] = -1;
      this.fault[session] = DROPPED;
      this.outcome = NONE;
      return -1;
    }
    this.context.countCookieBytes(this.settings.upBytes);
    const fault = this.faultOf(session, server, balancer);
    this.outcome = fault === FINE ? this.age(session) : INVALID;
    this.fault[session] = fault !== FINE || this.outcome === VALID ? fault : PAST_LIMIT;
    if (this.outcome === VALID) return server;
    return fault === REPLACED ? GONE : -1;
  }

  /** A page from the shared cache, which came before the client's first request here, has brought somebody else's cookie. */
  private takeCached(request: number, session: number): boolean {
    const { context, settings } = this;
    const { requests } = context;
    const cached = this.cached!;
    if (requests.numberOf(request) > 0 || requests.nowMs >= cached.untilMs || !this.isKept(session)) return false;
    if (!cached.serves(requests.visitOf(session), settings.cachedFraction)) return false;
    this.server[session] = cached.server;
    this.fault[session] = FINE;
    if (settings.names === "address") this.life[session] = cached.life;
    if (settings.secrets === "own") this.maker[session] = cached.maker;
    const madeAtMs = cached.untilMs - settings.cacheLifeMs;
    if (this.hasDates) this.seenAtMs[session] = madeAtMs;
    if (settings.maxLifeMs !== null) this.setAtMs[session] = madeAtMs;
    if (settings.browserLifeMs !== null) this.endsAtMs[session] = requests.nowMs + settings.browserLifeMs;
    return true;
  }

  /** Why this balancer knows no server by what the cookie says, or FINE. A server that is merely down is known. */
  private faultOf(session: number, server: number, balancer: number): number {
    const { context, settings } = this;
    if (settings.secrets === "own" && this.maker[session] !== balancer) return FOREIGN;
    if (context.views[balancer]!.isListed[server] === 0) return REPLACED;
    if (settings.names === "server") return FINE;
    const life = context.lifeOf(server);
    return life >= 0 && life !== this.life[session] ? REPLACED : FINE;
  }

  /** Too old comes before idle for too long, as in HAProxy. */
  private age(session: number): number {
    if (!this.hasDates) return VALID;
    const { maxIdleMs, maxLifeMs } = this.settings;
    const nowMs = this.clockMs();
    if (maxLifeMs !== null && nowMs - this.setAtMs[session]! > maxLifeMs) return OLD_EXPIRED;
    return maxIdleMs !== null && nowMs - this.seenAtMs[session]! > maxIdleMs ? IDLE_EXPIRED : VALID;
  }

  /** Where dates are coarse, the clock has seconds only. */
  private clockMs(): number {
    const { nowMs } = this.context.requests;
    return this.settings.dateResolutionMs > 0 ? Math.floor(nowMs / 1000) * 1000 : nowMs;
  }

  private dateMs(): number {
    const { dateResolutionMs } = this.settings;
    const clockMs = this.clockMs();
    return dateResolutionMs > 0 ? Math.ceil(clockMs / dateResolutionMs) * dateResolutionMs : clockMs;
  }

  override answered(request: number, balancer: number, server: number): void {
    const session = this.context.requests.sessionOf(request);
    if (!this.isPlain) {
      this.answerWithCare(request, session, balancer, server);
    } else if (this.server[session] !== server) {
      this.context.countCookieBytes(this.settings.downBytes);
      if (this.isKept(session)) this.server[session] = server;
    }
  }

  private answerWithCare(request: number, session: number, balancer: number, server: number): void {
    const { context, settings } = this;
    const hasOne = this.server[session]! >= 0 && this.fault[session] === FINE;
    const isLed = hasOne && this.server[session] === server;
    if (!this.isSent(request, session, hasOne, isLed)) return;
    context.countCookieBytes(settings.downBytes);
    if (this.cached !== null) this.fillCache(session, balancer, server);
    if (!this.isKept(session)) return;
    this.server[session] = server;
    this.fault[session] = FINE;
    if (settings.names === "address") this.life[session] = context.lifeOf(server);
    if (settings.secrets === "own") this.maker[session] = balancer;
    if (this.hasDates) this.seenAtMs[session] = this.dateMs();
    // The first date is kept, even when another server takes over, until the cookie is too old or idle for too long.
    if (settings.maxLifeMs !== null && !hasOne) this.setAtMs[session] = this.dateMs();
    if (settings.browserLifeMs !== null) this.endsAtMs[session] = context.requests.nowMs + settings.browserLifeMs;
  }

  /** The cache has nothing that is fresh, and this answer passes it. */
  private fillCache(session: number, balancer: number, server: number): void {
    const { context, settings } = this;
    const cached = this.cached!;
    const { nowMs } = context.requests;
    if (nowMs < cached.untilMs || !cached.serves(context.requests.visitOf(session), settings.cachedFraction)) return;
    cached.untilMs = nowMs + settings.cacheLifeMs;
    cached.server = server;
    cached.life = context.lifeOf(server);
    cached.maker = balancer;
  }

  /** Whether the answer brings a cookie. */
  private isSent(request: number, session: number, hasOne: boolean, isLed: boolean): boolean {
    const { settings } = this;
    const { requests } = this.context;
    // The application sets its cookie when it gives out an id, whoever answers.
    if (settings.setBy === "application") return requests.answeredIdOf(request) !== requests.sessionIdOf(request);
    if (settings.postOnly && !requests.changes(request)) return false;
    if (settings.slides) return true;
    if (!isLed) return settings.rebinds || !hasOne;
    return this.hasDates && this.seenAtMs[session]! < this.clockMs();
  }

  private isKept(session: number): boolean {
    return this.settings.bearer === "header" || this.context.requests.returnsCookies(session);
  }

  whyElsewhere(request: number): Cause {
    const session = this.context.requests.sessionOf(request);
    if (!this.isKept(session)) return "cookie-refused";
    return this.isPlain ? "no-affinity" : causes[this.fault[session]!]!;
  }

  override serverChanged(balancer: number, server: number): void {
    // A cookie that names a server which is no longer configured is not known any more, and worth a look from now on.
    if (!this.isPlain || this.context.views[balancer]!.isListed[server] === 1) return;
    this.isPlain = false;
    this.fault = new Uint8Array(this.server.length);
  }

  override forget(session: number): void {
    this.server[session] = -1;
    if (!this.isPlain) this.fault[session] = FINE;
  }
}
