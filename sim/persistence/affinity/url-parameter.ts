import { missedKnob } from "./carried-route.ts";
import { byClientValue, clientValueKnobs } from "./client-value.ts";
import { defineAffinity } from "./mechanism.ts";

export const urlParameter = defineAffinity({
  name: "url-parameter",
  aliases: ["stick on url_param", "balance url_param"],
  summary: "A parameter of the URL that names the client leads it to its server by a table or by a hash.",
  whenToUse: "Clients that are given their links, such as partners, campaigns and devices.",
  knownFlaw: "A request whose URL lacks the parameter goes anywhere.",
  source: "HAProxy 2.6 balance url_param, stick on url_param(name); Istio consistentHash httpQueryParameterName.",
  knobs: { missedFraction: missedKnob, ...clientValueKnobs },
  create: (knobs, context) =>
    byClientValue(context, { clientsFraction: 0, requestsFraction: knobs.missedFraction }, knobs),
});
