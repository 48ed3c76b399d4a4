import { bindingKnobs, bindingRules } from "./binding-rules.ts";
import { AddressKey, prefixKnob } from "./key.ts";
import { KeyedTable } from "./keyed-table.ts";
import { defineAffinity } from "./mechanism.ts";
import { tableKnobs, tableOptions } from "./table-knobs.ts";

/**
 * A layer 4 balancer's memory of whom it sent a client's flows to. What it does without one, a hash of the flow, is the
 * business of the balancing beside it (`flow-hash`).
 */
export const flowTable = defineAffinity({
  name: "flow-table",
  aliases: ["source_ip", "connection-tracking"],
  summary:
    "The balancer keeps a client's flows on one server while they follow each other, and forgets when servers change.",
  whenToUse: "Protocols without cookies on a cloud's layer 4 balancer.",
  knownFlaw:
    "Any server whose health changes, or that is registered or deregistered, may reset the stickiness of everybody.",
  source:
    "AWS Network Load Balancer guide, sticky sessions (stickiness.type source_ip) and connection idle timeout; Google Cloud connectionTrackingPolicy: rows go with a VM that is unhealthy. Both guides say what may happen, not how often; here every change does it.",
  knobs: {
    prefixBits: prefixKnob,
    ...tableKnobs({
      entries: 1_000_000,
      expireMs: 350_000,
      whenFull: "drop-oldest",
      whenServersChange: "reset",
    }),
    ...bindingKnobs({ whenDraining: "move" }),
  },
  create: (knobs, context) =>
    new KeyedTable(context, new AddressKey(context, knobs.prefixBits), tableOptions(knobs), bindingRules(knobs)),
});
