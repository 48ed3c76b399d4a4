import { bindingKnobs, bindingRules } from "./binding-rules.ts";
import { CarriedRoute, idBytesKnob, linksKnob, missedKnob, type RouteOptions } from "./carried-route.ts";
import { defineAffinity } from "./mechanism.ts";

export const routeSuffix = defineAffinity({
  name: "route-suffix",
  aliases: ["jvmRoute", "stickysession", "sticky route"],
  summary: "The application's session id ends with the name of its server, and the balancer follows it.",
  whenToUse: "Tomcat and its kin behind Apache or nginx; the balancer needs no memory.",
  knownFlaw:
    "Unless the application rewrites it, the route stays as long as the id: after a failover the user is sent back as soon as the old server is.",
  source:
    "Apache httpd 2.4 mod_proxy_balancer (stickysession, nofailover); Tomcat 10 jvmRoute and JvmRouteBinderValve; nginx ngx_http_upstream_sticky_module.c, 2026 (sticky route).",
  knobs: {
    carrier: {
      unit: "choice",
      choices: ["cookie", "either"],
      default: "either",
      summary: "The id comes back in a cookie only, or in links (;jsessionid=) from those who return no cookies.",
    },
    rewritesRoute: {
      unit: "flag",
      default: false,
      summary: "The server that takes over puts its own route behind the id (Tomcat JvmRouteBinderValve).",
    },
    missedFraction: missedKnob,
    linksPerPage: linksKnob,
    idBytes: idBytesKnob(50),
    ...bindingKnobs(),
  },
  create: (knobs, context) =>
    new CarriedRoute(context, { ...knobs, carrier: knobs.carrier as RouteOptions["carrier"] }, bindingRules(knobs)),
});
