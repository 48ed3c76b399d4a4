import { bindingKnobs, bindingRules } from "./binding-rules.ts";
import { defineAffinity } from "./mechanism.ts";
import { ServerCookie } from "./server-cookie.ts";

/** A date in HAProxy's cookie: a bar and 30 bits in base64. A cookie with a limit has the last one, one with maxlife both. */
const DATE_BYTES = 6;

const dateBytes = (maxIdleMs: number | null, maxLifeMs: number | null): number => {
  if (maxLifeMs !== null) return 2 * DATE_BYTES;
  return maxIdleMs !== null ? DATE_BYTES : 0;
};

export const balancerCookie = defineAffinity({
  name: "balancer-cookie",
  aliases: ["sticky-cookie", "cookie insert", "AWSALB"],
  summary: "A cookie set by the balancer names the server.",
  whenToUse: "Browsers, sessions in server memory.",
  knownFlaw: "A server that is added gets only new users; one that dies takes its users' sessions with it.",
  source:
    "HAProxy `cookie` (configuration manual 3.5; http_ana.c for the dates and when they are renewed). The application of the model never sets or ends the balancer's own cookie, so that `preserve` has nothing to do.",
  knobs: {
    mode: {
      unit: "choice",
      choices: ["insert", "rewrite", "prefix"],
      default: "insert",
      summary:
        "A cookie of the balancer's own; or the application's, whose value it replaces or puts the server's name before: none then until the application gives out an id, and none anew when another server takes over.",
    },
    names: {
      unit: "choice",
      choices: ["server", "address"],
      default: "server",
      summary:
        "What the value is made from: the name in the configuration, or the address (HAProxy dynamic, nginx, Caddy), which is another one when the server is started again, as a pod's is.",
    },
    secrets: {
      unit: "choice",
      choices: ["shared", "own"],
      default: "shared",
      summary: "Whether balancers can read each other's cookies; not where keys or servers' names differ between them.",
    },
    indirect: {
      unit: "flag",
      default: true,
      summary: "Take the cookie out before the request goes on to the server; otherwise it travels that leg as well.",
    },
    postOnly: {
      unit: "flag",
      default: false,
      summary: "Set it in answers to requests that change something only, which caches do not keep.",
    },
    noCache: {
      unit: "flag",
      default: true,
      summary: "Answers that set it tell shared caches not to keep them (HAProxy nocache).",
    },
    cachedFraction: {
      unit: "fraction",
      default: 0,
      minimum: 0,
      maximum: 1,
      summary:
        "Share of clients behind a shared cache: where it may keep such answers, they come with the cookie of the client that fetched the page for all.",
    },
    cacheLifeMs: { unit: "ms", default: 60_000, minimum: 0, summary: "How long that cache keeps a page." },
    slides: {
      unit: "flag",
      default: false,
      summary:
        "Set it with every answer, so that its times begin anew (AWS ALB, nginx); otherwise when it must change.",
    },
    rebinds: {
      unit: "flag",
      default: true,
      summary:
        "Another server that answers takes its place; otherwise the client keeps the old one until it is over, and goes wherever the algorithm sends it meanwhile (Classic ELB).",
    },
    maxIdleMs: {
      unit: "ms",
      default: null,
      minimum: 0,
      summary:
        "Ignore a cookie not used for so long (HAProxy maxidle; ALB duration). It then carries a date, and comes anew with every answer that finds the date in the past.",
    },
    maxLifeMs: {
      unit: "ms",
      default: null,
      minimum: 0,
      summary: "Ignore a cookie set longer ago, however often it was used (HAProxy maxlife).",
    },
    dateResolutionMs: {
      unit: "ms",
      default: 4000,
      minimum: 0,
      summary: "Dates are rounded up to a multiple of this, and clocks have whole seconds (HAProxy: 4 s); 0 is exact.",
    },
    browserLifeMs: {
      unit: "ms",
      default: null,
      minimum: 0,
      summary: "The browser drops it after so long (Max-Age, Expires); without, when it is closed.",
    },
    cookieBytes: {
      unit: "bytes",
      default: 16,
      minimum: 1,
      summary: "Name and value on the wire, each way it travels; dates come on top, 6 or 12 bytes.",
    },
    attributesBytes: {
      unit: "bytes",
      default: 8,
      minimum: 0,
      summary: "What stands behind the value when it is set: `; path=/`.",
    },
    ...bindingKnobs(),
  },
  create: (knobs, context) => {
    const bytes = knobs.cookieBytes + dateBytes(knobs.maxIdleMs, knobs.maxLifeMs);
    return new ServerCookie(context, {
      rules: bindingRules(knobs),
      bearer: "cookie",
      setBy: knobs.mode === "insert" ? "balancer" : "application",
      names: knobs.names === "address" ? "address" : "server",
      secrets: knobs.secrets === "own" ? "own" : "shared",
      postOnly: knobs.postOnly,
      rebinds: knobs.rebinds,
      slides: knobs.slides,
      maxIdleMs: knobs.maxIdleMs,
      maxLifeMs: knobs.maxLifeMs,
      dateResolutionMs: knobs.dateResolutionMs,
      browserLifeMs: knobs.browserLifeMs,
      // Caches keep no answers to POST either.
      cachedFraction: knobs.noCache || knobs.postOnly ? 0 : knobs.cachedFraction,
      cacheLifeMs: knobs.cacheLifeMs,
      upBytes: knobs.indirect ? bytes : 2 * bytes,
      downBytes: bytes + knobs.attributesBytes,
    });
  },
});
