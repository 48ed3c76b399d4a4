import { bindingKnobs, bindingRules } from "./binding-rules.ts";
import { defineAffinity } from "./mechanism.ts";
import { ServerCookie } from "./server-cookie.ts";

export const endpointToken = defineAffinity({
  name: "endpoint-token",
  aliases: ["stateful-session", "STRONG_COOKIE_AFFINITY"],
  summary: "The client holds its endpoint's address, in a cookie or a header, and the balancer obeys it.",
  whenToUse: "Meshes and gateways whose endpoints come and go while hashes would move clients about.",
  knownFlaw:
    "Strict, a client whose endpoint is gone gets 503 until its token is over; not signed, it lets clients choose their server.",
  source:
    "Envoy stateful_session filter, 2026 (cookie.cc: set when the host has changed, with the time to live inside; `strict`: both whenDraining and whenDown refuse; CommonLbConfig.override_host_status, by default unknown, healthy and degraded); Google Cloud STRONG_COOKIE_AFFINITY.",
  knobs: {
    bearer: {
      unit: "choice",
      choices: ["cookie", "header"],
      default: "cookie",
      summary: "How the client sends it back. A header needs a client that was programmed to.",
    },
    ttlMs: {
      unit: "ms",
      default: 0,
      minimum: 0,
      summary:
        "The token is good for so long after it was set, and is not renewed by use; 0: until the browser is closed.",
    },
    tokenBytes: {
      unit: "bytes",
      default: 44,
      minimum: 1,
      summary: "Name and base64 of the address on the wire, each way it travels (to be calibrated).",
    },
    ...bindingKnobs({ whenDraining: "move" }),
  },
  create: (knobs, context) =>
    new ServerCookie(context, {
      rules: bindingRules(knobs),
      bearer: knobs.bearer === "header" ? "header" : "cookie",
      setBy: "balancer",
      names: "address",
      secrets: "shared",
      postOnly: false,
      rebinds: true,
      slides: false,
      maxIdleMs: null,
      maxLifeMs: null,
      dateResolutionMs: 0,
      browserLifeMs: knobs.ttlMs > 0 ? knobs.ttlMs : null,
      cachedFraction: 0,
      cacheLifeMs: 0,
      // Envoy passes it on to the server.
      upBytes: 2 * knobs.tokenBytes,
      downBytes: knobs.tokenBytes,
    }),
});
