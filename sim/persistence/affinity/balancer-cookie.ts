import { grown } from "../../engine/grown.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import {
  type AffinityContext,
  defineAffinity,
  IDLE_EXPIRED,
  Mechanism,
  NONE,
  OLD_EXPIRED,
  VALID,
} from "./mechanism.ts";

interface Limits {
  readonly maxIdleMs: number | null;
  readonly maxLifeMs: number | null;
  readonly cookieBytes: number;
}

/**
 * The balancer hands the client a cookie that names the server (HAProxy `cookie NAME insert`). The client keeps it, so
 * every balancer reads the same binding, and a restart forgets nothing.
 */
class BalancerCookie extends Mechanism implements SessionColumns {
  private readonly context: AffinityContext;
  private readonly limits: Limits;
  /** The server in the client's cookie, or -1. */
  private server = new Int32Array(0);
  /** The dates in it; only kept where a limit reads them. */
  private seenAtMs = new Float64Array(0);
  private setAtMs = new Float64Array(0);
  /** 1 where the client's last request came with a cookie past a limit, so that its answer brings a new one. */
  private isExpired = new Uint8Array(0);

  constructor(context: AffinityContext, limits: Limits) {
    super();
    this.context = context;
    this.limits = limits;
    context.attach(this);
  }

  grow(capacity: number): void {
    this.server = grown(this.server, new Int32Array(capacity));
    if (this.limits.maxIdleMs !== null) this.seenAtMs = grown(this.seenAtMs, new Float64Array(capacity));
    if (this.limits.maxLifeMs !== null) this.setAtMs = grown(this.setAtMs, new Float64Array(capacity));
    this.isExpired = grown(this.isExpired, new Uint8Array(capacity));
  }

  lookup(request: number): number {
    const { requests } = this.context;
    const session = requests.sessionOf(request);
    const server = this.server[session]!;
    if (server < 0) {
      this.outcome = NONE;
      return -1;
    }
    this.context.countCookieBytes(this.limits.cookieBytes);
    this.outcome = this.outcomeOf(session);
    if (this.outcome === VALID) return server;
    this.isExpired[session] = 1;
    return -1;
  }

  private outcomeOf(session: number): number {
    const { maxIdleMs, maxLifeMs } = this.limits;
    const { nowMs } = this.context.requests;
    if (maxIdleMs !== null && nowMs - this.seenAtMs[session]! > maxIdleMs) return IDLE_EXPIRED;
    if (maxLifeMs !== null && nowMs - this.setAtMs[session]! > maxLifeMs) return OLD_EXPIRED;
    return VALID;
  }

  override answered(request: number, _balancer: number, server: number): void {
    const { requests } = this.context;
    const { maxIdleMs, maxLifeMs, cookieBytes } = this.limits;
    const session = requests.sessionOf(request);
    const isNew = this.server[session] !== server || this.isExpired[session] === 1;
    // A cookie with an idle limit is sent anew with each answer, to carry the date.
    if (isNew || maxIdleMs !== null) this.context.countCookieBytes(cookieBytes);
    if (!requests.returnsCookies(session)) return;
    if (isNew) {
      this.server[session] = server;
      this.isExpired[session] = 0;
      if (maxLifeMs !== null) this.setAtMs[session] = requests.nowMs;
    }
    if (maxIdleMs !== null) this.seenAtMs[session] = requests.nowMs;
  }

  whyElsewhere(request: number): Cause {
    const { requests } = this.context;
    return requests.returnsCookies(requests.sessionOf(request)) ? "binding-expired" : "cookie-refused";
  }

  override forget(session: number): void {
    this.server[session] = -1;
    this.isExpired[session] = 0;
  }
}

export const balancerCookie = defineAffinity({
  name: "balancer-cookie",
  aliases: ["sticky-cookie", "cookie insert", "AWSALB"],
  summary: "A cookie set by the balancer names the server.",
  whenToUse: "Browsers, sessions in server memory.",
  knownFlaw: "A server that is added gets only new users; one that dies takes its users' sessions with it.",
  source: "HAProxy cookie NAME insert (configuration manual 3.5): value, maxidle, maxlife.",
  knobs: {
    maxIdleMs: {
      unit: "ms",
      default: null,
      minimum: 0,
      summary: "Ignore a cookie not used for so long (HAProxy maxidle).",
    },
    maxLifeMs: { unit: "ms", default: null, minimum: 0, summary: "Ignore a cookie set longer ago (HAProxy maxlife)." },
    cookieBytes: {
      unit: "bytes",
      default: 16,
      minimum: 1,
      summary: "Name and value on the wire, each way it travels.",
    },
  },
  create: ({ maxIdleMs, maxLifeMs, cookieBytes }, context) =>
    new BalancerCookie(context, { maxIdleMs, maxLifeMs, cookieBytes }),
});
