import { bindingKnobs, bindingRules } from "./binding-rules.ts";
import { CarriedRoute, idBytesKnob, linksKnob, missedKnob } from "./carried-route.ts";
import { defineAffinity } from "./mechanism.ts";

export const urlRewriting = defineAffinity({
  name: "url-rewriting",
  aliases: ["jsessionid", "encodeURL"],
  summary: "Every link of every page carries the session's id and its server's name; no cookie is needed.",
  whenToUse: "Clients that refuse cookies.",
  knownFlaw:
    "One link without the id, and the session is gone; every page grows, and ids leak with the addresses of pages.",
  source:
    "Jakarta Servlet 6 HttpServletResponse.encodeURL; Apache httpd 2.4 mod_proxy_balancer (stickysession=JSESSIONID|jsessionid). A request without the id that happens to reach its server still finds the session here; a real application would begin a new one.",
  knobs: {
    missedFraction: { ...missedKnob, default: 0.02 },
    linksPerPage: linksKnob,
    idBytes: idBytesKnob(50),
    ...bindingKnobs(),
  },
  create: (knobs, context) =>
    new CarriedRoute(context, { ...knobs, carrier: "links", rewritesRoute: true }, bindingRules(knobs)),
});
