import type { Cause } from "../../metrics/causes.ts";
import { defineAffinity, Mechanism } from "./mechanism.ts";

class None extends Mechanism {
  lookup(): number {
    return -1;
  }
  whyElsewhere(): Cause {
    return "no-affinity";
  }
}

export const none = defineAffinity({
  name: "none",
  summary: "Nothing leads a request back; every request is balanced afresh.",
  whenToUse: "When session state is shared or travels with the client.",
  knownFlaw: "With sessions in server memory, n servers log a user out with probability 1 - 1/n at each request.",
  source: "Every product's default.",
  knobs: {},
  create: () => new None(),
});
