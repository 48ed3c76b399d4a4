import { bindingKnobs, bindingRules } from "./binding-rules.ts";
import { AddressKey, prefixKnob } from "./key.ts";
import { KeyedTable } from "./keyed-table.ts";
import { defineAffinity } from "./mechanism.ts";
import { tableKnobs, tableOptions } from "./table-knobs.ts";

export const sourceTable = defineAffinity({
  name: "source-table",
  aliases: ["stick on src", "stick-table", "ClientIP"],
  summary: "The balancer remembers which server answered a client's address.",
  whenToUse: "Clients without cookies; survives changes of the set of servers.",
  knownFlaw:
    "Without peers each balancer has a table of its own, and a restart loses it; clients behind one address share one server.",
  source:
    "HAProxy 2.6 stick_table.c and peers.c, stick-table type ip with stick on src; Kubernetes Service sessionAffinity ClientIP; Linux IPVS persistence.",
  knobs: {
    prefixBits: prefixKnob,
    ...tableKnobs({ entries: 100_000, expireMs: null }),
    ...bindingKnobs(),
  },
  create: (knobs, context) =>
    new KeyedTable(context, new AddressKey(context, knobs.prefixBits), tableOptions(knobs), bindingRules(knobs)),
});
