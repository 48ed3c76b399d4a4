import type { BalancerFault } from "../../scenario.ts";
import { beginAndEnd, type FaultParts, type Trouble } from "./fault.ts";

/**
 * Balancers start anew. A restart breaks what they have under way and forgets their tables; a reload lets the old process finish
 * what it has begun, and whether the new one is taught is a matter of the affinity mechanism. What they believe of the servers'
 * health stays as it was, and so does what their algorithms remember.
 */
export function balancerRestart(fault: BalancerFault, { balancers, affinity }: FaultParts): Trouble {
  const { kind, atMs, endsAfterMs } = fault;
  const isReload = kind === "balancer-reload";
  return {
    stepsMs: beginAndEnd(atMs, endsAfterMs),
    take(step) {
      for (const balancer of fault.balancers) {
        if (step === 1) {
          balancers.setDown(balancer, false);
          continue;
        }
        if (endsAfterMs !== null) balancers.setDown(balancer, true);
        affinity.balancerRestarted(balancer, isReload);
        if (isReload) balancers.forgetCounts(balancer);
        else balancers.breakOff(balancer);
      }
    },
    records: () => [
      {
        atMs,
        untilMs: endsAfterMs === null ? null : atMs + endsAfterMs,
        kind,
        target: fault.balancers.map((balancer) => `balancer-${balancer + 1}`).join(", "),
      },
    ],
  };
}
