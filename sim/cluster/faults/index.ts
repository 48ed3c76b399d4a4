/** Every kind of fault, and the one place that knows them all. */
import type { Fault } from "../../scenario.ts";
import { balancerRestart } from "./balancer-restart.ts";
import { checksFail } from "./checks-fail.ts";
import { crash } from "./crash.ts";
import { drain } from "./drain.ts";
import type { FaultParts, Trouble } from "./fault.ts";
import { scaleIn } from "./scale-in.ts";
import { scaleOut } from "./scale-out.ts";
import { storeFault } from "./store-fault.ts";

export function troubleOf(fault: Fault, parts: FaultParts): Trouble {
  switch (fault.kind) {
    case "crash":
      return crash(fault, parts);
    case "scale-out":
      return scaleOut(fault, parts);
    case "drain":
      return drain(fault, parts);
    case "scale-in":
      return scaleIn(fault, parts);
    case "checks-fail":
      return checksFail(fault, parts);
    case "balancer-restart":
    case "balancer-reload":
      return balancerRestart(fault, parts);
    case "store-crash":
    case "store-hang":
    case "store-cut-off":
    case "store-flush":
      return storeFault(fault, parts);
  }
}
