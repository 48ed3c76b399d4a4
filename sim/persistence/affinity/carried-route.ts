/** The application puts the name of its server, the route, behind the session's id; balancers only read it. */
import type { Draws } from "../../engine/draws.ts";
import { grown } from "../../engine/grown.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { type AffinityContext, type BindingRules, INVALID, Mechanism, NONE, VALID } from "./mechanism.ts";

export interface RouteOptions {
  /** What brings the id back: a cookie; every link of a page; or links for those who return no cookies. */
  readonly carrier: "cookie" | "links" | "either";
  /** The server that answers writes its own route behind an id that named another. */
  readonly rewritesRoute: boolean;
  /** Share of the requests by links that carry no id. */
  readonly missedFraction: number;
  readonly linksPerPage: number;
  readonly idBytes: number;
}

export class CarriedRoute extends Mechanism implements SessionColumns {
  private readonly context: AffinityContext;
  private readonly options: RouteOptions;
  private readonly misses: Draws;
  /** The server that the client's id names, or -1; and the one that answered last. */
  private route = new Int32Array(0);
  private answeredBy = new Int32Array(0);

  constructor(context: AffinityContext, options: RouteOptions, rules: BindingRules) {
    super(rules);
    this.context = context;
    this.options = options;
    this.misses = context.drawsOf("links");
    context.trackIds();
    context.attach(this);
  }

  grow(capacity: number): void {
    this.route = grown(this.route, new Int32Array(capacity));
    this.answeredBy = grown(this.answeredBy, new Int32Array(capacity));
  }

  lookup(request: number, balancer: number): number {
    const session = this.context.requests.sessionOf(request);
    const server = this.route[session]!;
    this.outcome = NONE;
    if (server < 0 || this.whyMissed(request, session) !== null) return -1;
    this.context.countCookieBytes(this.options.idBytes);
    this.outcome = this.context.views[balancer]!.isListed[server] === 1 ? VALID : INVALID;
    return this.outcome === VALID ? server : -1;
  }

  private usesLinks(session: number): boolean {
    const { carrier } = this.options;
    return carrier === "links" || (carrier === "either" && !this.context.requests.returnsCookies(session));
  }

  /** Why the request does not bring the id that its client was given. */
  private whyMissed(request: number, session: number): Cause | null {
    const { requests } = this.context;
    if (!this.usesLinks(session)) return requests.returnsCookies(session) ? null : "cookie-refused";
    const { missedFraction } = this.options;
    if (missedFraction <= 0) return null;
    const draw = this.misses.at(requests.visitOf(session), requests.numberOf(request));
    return draw.uniform() < missedFraction ? "link-missed" : null;
  }

  override answered(request: number, _balancer: number, server: number): void {
    const { requests } = this.context;
    const { idBytes, linksPerPage, rewritesRoute } = this.options;
    const session = requests.sessionOf(request);
    const isNew = this.route[session]! < 0 || requests.answeredIdOf(request) !== requests.sessionIdOf(request);
    const isWritten = isNew || (rewritesRoute && this.route[session] !== server);
    if (isWritten) this.route[session] = server;
    this.answeredBy[session] = server;
    if (this.usesLinks(session)) this.context.countCookieBytes(linksPerPage * idBytes);
    else if (isWritten) this.context.countCookieBytes(idBytes);
  }

  whyElsewhere(request: number): Cause {
    const session = this.context.requests.sessionOf(request);
    const missed = this.whyMissed(request, session);
    if (missed !== null) return missed;
    return this.route[session] === this.answeredBy[session] ? "no-affinity" : "old-route";
  }

  override forget(session: number): void {
    this.route[session] = -1;
    this.answeredBy[session] = -1;
  }
}

export const missedKnob = {
  unit: "fraction",
  default: 0,
  minimum: 0,
  maximum: 1,
  summary: "Share of the requests by links that carry no id, such as those of a static page; to be calibrated.",
} as const;

export const linksKnob = {
  unit: "count",
  default: 30,
  minimum: 0,
  summary: "Links on a page, each with the id; to be calibrated.",
} as const;

export const idBytesKnob = (bytes: number) =>
  ({
    unit: "bytes",
    default: bytes,
    minimum: 1,
    summary: "Id and route with their name, wherever they stand once.",
  }) as const;
