import { type AffinityMechanism, defineAffinity, NONE } from "./mechanism.ts";

const unbound: AffinityMechanism = {
  outcome: NONE,
  lookup: () => -1,
  answered() {},
  whyElsewhere: () => "no-affinity",
  forget() {},
};

export const none = defineAffinity({
  name: "none",
  summary: "Nothing leads a request back; every request is balanced afresh.",
  whenToUse: "When session state is shared or travels with the client.",
  knownFlaw: "With sessions in server memory, n servers log a user out with probability 1 - 1/n at each request.",
  source: "Every product's default.",
  knobs: {},
  create: () => unbound,
});
