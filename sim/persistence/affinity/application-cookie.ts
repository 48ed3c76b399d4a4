import { grown } from "../../engine/grown.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { bindingKnobs, bindingRules } from "./binding-rules.ts";
import {
  type AffinityContext,
  type BindingRules,
  defineAffinity,
  IDLE_EXPIRED,
  Mechanism,
  NONE,
  VALID,
} from "./mechanism.ts";

interface Settings {
  readonly durationMs: number | null;
  readonly slides: boolean;
  readonly cookieBytes: number;
}

/**
 * AWS ALB's application-based stickiness: once the application has set its cookie, the balancer adds one that names the target.
 * The client holds it and must return both; every answer brings it anew, and with it a new life. The Classic Load Balancer's lives
 * as long as the application's, and comes when that does or when another instance has taken over.
 */
class ApplicationCookie extends Mechanism implements SessionColumns {
  private readonly context: AffinityContext;
  private readonly durationMs: number | null;
  private readonly slides: boolean;
  private readonly cookieBytes: number;
  /** The server in the client's cookie, or -1, and when it was written. */
  private server = new Int32Array(0);
  private writtenAtMs = new Float64Array(0);

  constructor(context: AffinityContext, settings: Settings, rules: BindingRules) {
    super(rules);
    this.context = context;
    this.durationMs = settings.durationMs;
    this.slides = settings.slides;
    this.cookieBytes = settings.cookieBytes;
    context.trackIds();
    context.attach(this);
  }

  grow(capacity: number): void {
    this.server = grown(this.server, new Int32Array(capacity));
    this.writtenAtMs = grown(this.writtenAtMs, new Float64Array(capacity));
  }

  lookup(request: number): number {
    const { requests } = this.context;
    const session = requests.sessionOf(request);
    const server = this.server[session]!;
    this.outcome = NONE;
    if (server < 0) return -1;
    this.context.countCookieBytes(this.cookieBytes);
    if (requests.sessionIdOf(request) < 0) return -1;
    this.outcome = this.isOver(session) ? IDLE_EXPIRED : VALID;
    return this.outcome === VALID ? server : -1;
  }

  private isOver(session: number): boolean {
    if (this.durationMs === null) return false;
    return this.context.requests.nowMs - this.writtenAtMs[session]! > this.durationMs;
  }

  override answered(request: number, _balancer: number, server: number): void {
    const { requests } = this.context;
    const given = requests.answeredIdOf(request);
    if (given < 0) return;
    const session = requests.sessionOf(request);
    if (!this.slides && this.server[session] === server && given === requests.sessionIdOf(request)) return;
    this.context.countCookieBytes(this.cookieBytes);
    if (!requests.returnsCookies(session)) return;
    this.server[session] = server;
    this.writtenAtMs[session] = requests.nowMs;
  }

  whyElsewhere(request: number): Cause {
    const { requests } = this.context;
    const session = requests.sessionOf(request);
    if (!requests.returnsCookies(session)) return "cookie-refused";
    return this.server[session]! >= 0 && this.isOver(session) ? "binding-expired" : "no-affinity";
  }

  override forget(session: number): void {
    this.server[session] = -1;
  }
}

export const applicationCookie = defineAffinity({
  name: "application-cookie",
  aliases: ["AWSALBAPP", "app_cookie"],
  summary: "Beside the application's own cookie the balancer sets one that names the server; the client returns both.",
  whenToUse: "Stickiness that begins with the application's session, without a table in the balancer.",
  knownFlaw: "A target that deregisters loses its users at once, and they stay away when it comes back.",
  source:
    "AWS Elastic Load Balancing, Application Load Balancers, sticky sessions: app_cookie.duration_seconds 86400, 1 to 604800, reset by each request; Classic Load Balancers, application-controlled stickiness.",
  knobs: {
    durationMs: {
      unit: "ms",
      default: 86_400_000 as number | null,
      minimum: 1000,
      maximum: 604_800_000,
      summary:
        "Life of the binding since it was set last; none: that of the application's cookie (Classic Load Balancer).",
    },
    slides: {
      unit: "flag",
      default: true,
      summary:
        "Set it with every answer (ALB); otherwise with the application's own, and when another server has taken over.",
    },
    cookieBytes: {
      unit: "bytes",
      default: 200,
      minimum: 1,
      summary:
        "Name and encrypted value on the wire, each way it travels; to be calibrated (shards of 4 KiB, 16 KiB at most).",
    },
    ...bindingKnobs({ whenDraining: "move" }),
  },
  create: (knobs, context) => new ApplicationCookie(context, knobs, bindingRules(knobs)),
});
