import type { Draws } from "../../engine/draws.ts";
import { grown } from "../../engine/grown.ts";
import { avalanche } from "../../engine/hash.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { bindingKnobs, bindingRules } from "./binding-rules.ts";
import { defaultTables, HashedFleet, type HashedFleetSettings, LARGEST_RING } from "./hashed-fleet.ts";
import {
  type AffinityContext,
  type BindingRules,
  defineAffinity,
  Mechanism,
  NONE,
  usualRules,
  VALID,
} from "./mechanism.ts";

interface Settings extends HashedFleetSettings {
  readonly rules: BindingRules;
  readonly cookie: "generated" | "application";
  /** 0 until the browser is closed. */
  readonly ttlMs: number;
  readonly cookieBytes: number;
}

/** The browser has had a cookie, and dropped it. */
const DROPPED = -1;

/**
 * A cookie that names nobody: its hash says which of the eligible servers it is, so that balancers need no memory and agree
 * as far as they see the same fleet. Its value is random, and so its hash is drawn instead of worked out.
 */
class CookieHash extends Mechanism implements SessionColumns {
  private readonly context: AffinityContext;
  private readonly settings: Settings;
  private readonly fleets: readonly HashedFleet[];
  private readonly draws: Draws;
  /** The request that brought the client its cookie, counted from 1 within the visit: it names the value. 0 for none. */
  private key = new Int32Array(0);
  private endsAtMs = new Float64Array(0);

  constructor(context: AffinityContext, settings: Settings) {
    super(settings.rules);
    this.context = context;
    this.settings = settings;
    this.fleets = context.views.map((view) => new HashedFleet(view, settings));
    this.draws = context.drawsOf("cookie-hash");
    context.attach(this);
  }

  grow(capacity: number): void {
    this.key = grown(this.key, new Int32Array(capacity));
    if (this.settings.ttlMs > 0) this.endsAtMs = grown(this.endsAtMs, new Float64Array(capacity));
  }

  lookup(request: number, balancer: number): number {
    const { requests } = this.context;
    const session = requests.sessionOf(request);
    if (this.settings.ttlMs > 0 && this.key[session]! > 0 && requests.nowMs > this.endsAtMs[session]!) {
      this.key[session] = DROPPED;
    }
    const key = this.key[session]!;
    const hasCookie = key > 0;
    this.outcome = hasCookie ? VALID : NONE;
    if (hasCookie) this.context.countCookieBytes(this.settings.cookieBytes);
    // The balancer makes a cookie before it chooses: the new client goes where its hash will lead it from now on.
    this.draws.at(requests.visitOf(session), hasCookie ? key : requests.numberOf(request) + 1);
    const high = this.draws.bits() >>> 0;
    return this.fleets[balancer]!.at(high, this.draws.bits() >>> 0);
  }

  override answered(request: number): void {
    const { requests } = this.context;
    const session = requests.sessionOf(request);
    if (this.key[session]! > 0) return;
    this.context.countCookieBytes(this.settings.cookieBytes);
    if (!requests.returnsCookies(session)) return;
    this.key[session] = requests.numberOf(request) + 1;
    if (this.settings.ttlMs > 0) this.endsAtMs[session] = requests.nowMs + this.settings.ttlMs;
  }

  whyElsewhere(request: number): Cause {
    const { requests } = this.context;
    const session = requests.sessionOf(request);
    if (!requests.returnsCookies(session)) return "cookie-refused";
    return this.key[session] === DROPPED ? "cookie-expired" : "rehash";
  }

  override forget(session: number): void {
    this.key[session] = 0;
  }
}

/**
 * The application's session id is the key. A client without one is balanced like anybody; its id's hash, once it has one,
 * leads wherever chance has it, and so does that of every id that replaces it.
 */
class ApplicationCookieHash extends Mechanism implements SessionColumns {
  private readonly context: AffinityContext;
  private readonly cookieBytes: number;
  private readonly fleets: readonly HashedFleet[];
  /** Low word of the hash of the id that came last, and whether no request with it has been answered yet. */
  private lastId = new Int32Array(0);
  private isNew = new Uint8Array(0);

  constructor(context: AffinityContext, settings: Settings) {
    super(settings.rules);
    this.context = context;
    this.cookieBytes = settings.cookieBytes;
    this.fleets = context.views.map((view) => new HashedFleet(view, settings));
    context.trackIds();
    context.attach(this);
  }

  grow(capacity: number): void {
    this.lastId = grown(this.lastId, new Int32Array(capacity));
    this.isNew = grown(this.isNew, new Uint8Array(capacity));
  }

  lookup(request: number, balancer: number): number {
    const { requests } = this.context;
    const session = requests.sessionOf(request);
    const id = requests.returnsCookies(session) ? requests.sessionIdOf(request) : -1;
    if (id < 0) {
      this.outcome = NONE;
      return -1;
    }
    this.outcome = VALID;
    this.context.countCookieBytes(this.cookieBytes);
    const high = avalanche(Math.floor(id / 4_294_967_296));
    const low = avalanche(high ^ (id | 0));
    if (this.lastId[session] !== (low | 0)) this.isNew[session] = 1;
    this.lastId[session] = low;
    return this.fleets[balancer]!.at(high >>> 0, low >>> 0);
  }

  override answered(request: number): void {
    const { requests } = this.context;
    const session = requests.sessionOf(request);
    if (requests.sessionIdOf(request) >= 0) this.isNew[session] = 0;
  }

  whyElsewhere(request: number): Cause {
    const { requests } = this.context;
    const session = requests.sessionOf(request);
    if (!requests.returnsCookies(session)) return "cookie-refused";
    return this.isNew[session] === 1 ? "no-affinity" : "rehash";
  }

  override forget(session: number): void {
    this.lastId[session] = 0;
    this.isNew[session] = 1;
  }
}

const { strictness, boundedWaitMs } = bindingKnobs();

export const cookieHash = defineAffinity({
  name: "cookie-hash",
  aliases: ["hash-cookie", "GENERATED_COOKIE", "HTTP_COOKIE"],
  summary: "A cookie names nobody; its consistent hash over the servers that are eligible now does.",
  whenToUse: "Caches on servers that clients should come back to, where a lost session is no harm.",
  knownFlaw:
    "Every change of the fleet moves clients, on Envoy's ring nearly twice as many as it must, and a server that comes back moves its own a second time.",
  source:
    "Envoy and Istio hash policy `cookie` with `ttl`, ring_hash_lb.cc and maglev_lb.cc, 2026; Google Cloud GENERATED_COOKIE and HTTP_COOKIE. A `ttl` that is absent makes no cookie: that is the application's.",
  knobs: {
    cookie: {
      unit: "choice",
      choices: ["generated", "application"],
      default: "generated",
      summary:
        "Made by the balancer for who brings none, or the application's session id, made by a server that was chosen without it.",
    },
    ttlMs: {
      unit: "ms",
      default: 0,
      minimum: 0,
      summary: "How long the browser keeps a generated cookie, which use does not renew; 0: until it is closed.",
    },
    table: {
      unit: "choice",
      choices: ["ring", "maglev"],
      default: "ring",
      summary: "What the hash points into: a ring of servers' points, or Maglev's table.",
    },
    ringSize: {
      unit: "count",
      default: defaultTables.ringSize,
      minimum: 1,
      maximum: LARGEST_RING,
      summary: "Points on the ring, at least.",
    },
    pointsPerServer: {
      unit: "count",
      default: defaultTables.pointsPerServer,
      minimum: 1,
      maximum: 10_000,
      summary: "Points for each server instead, on a ring that grows with the fleet (lua-resty-chash: 160).",
    },
    tableSize: {
      unit: "count",
      default: defaultTables.tableSize,
      minimum: 2,
      maximum: 2_097_143,
      summary: "Slots of Maglev's table; the next prime is taken.",
    },
    cookieBytes: {
      unit: "bytes",
      default: 28,
      minimum: 1,
      summary: "Name and value on the wire, each way it travels (to be calibrated).",
    },
    strictness,
    boundedWaitMs,
  },
  create: (knobs, context) => {
    const settings: Settings = {
      rules: bindingRules({ ...usualRules, strictness: knobs.strictness, boundedWaitMs: knobs.boundedWaitMs }),
      cookie: knobs.cookie === "application" ? "application" : "generated",
      ttlMs: knobs.ttlMs,
      table: knobs.table === "maglev" ? "maglev" : "ring",
      ringSize: knobs.ringSize,
      tableSize: knobs.tableSize,
      pointsPerServer: knobs.pointsPerServer,
      cookieBytes: knobs.cookieBytes,
    };
    return settings.cookie === "application"
      ? new ApplicationCookieHash(context, settings)
      : new CookieHash(context, settings);
  },
});
