import { byClientValue, clientValueKnobs } from "./client-value.ts";
import { defineAffinity } from "./mechanism.ts";

export const header = defineAffinity({
  name: "header",
  aliases: ["stick on hdr", "balance hdr", "HEADER_FIELD"],
  summary: "A header that names the client, such as an API key, leads it to its server by a table or by a hash.",
  whenToUse: "API clients, which keep no cookies and share addresses.",
  knownFlaw:
    "Clients that do not send the header are balanced anew with every request, and a hash moves clients with every change of the fleet.",
  source: "HAProxy 2.6 balance hdr(name), stick on req.hdr(name); Google Cloud HEADER_FIELD; Envoy hash_policy header.",
  knobs: {
    absentFraction: {
      unit: "fraction",
      default: 0,
      minimum: 0,
      maximum: 1,
      summary: "Share of clients that never send the header; to be calibrated.",
    },
    ...clientValueKnobs,
  },
  create: (knobs, context) =>
    byClientValue(context, { clientsFraction: knobs.absentFraction, requestsFraction: 0 }, knobs),
});
