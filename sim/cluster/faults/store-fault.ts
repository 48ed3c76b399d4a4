import { ALL_NODES, type StoreFaultKind } from "../../persistence/state/backend.ts";
import type { StoreFault } from "../../scenario.ts";
import { beginAndEnd, type FaultParts, type Trouble } from "./fault.ts";

const befalls: Readonly<Record<StoreFault["kind"], StoreFaultKind>> = {
  "store-crash": "crash",
  "store-hang": "hang",
  "store-cut-off": "cut-off",
  "store-flush": "flush",
};

/** Something befalls the session store, or nodes of it; what that means is its backend's matter. */
export function storeFault({ kind, atMs, nodes, endsAfterMs }: StoreFault, { store }: FaultParts): Trouble {
  const stepsMs = beginAndEnd(atMs, endsAfterMs);
  return {
    stepsMs,
    take(step) {
      for (const node of nodes) {
        if (step === 0) store.begin(befalls[kind], node);
        else store.end(befalls[kind], node);
      }
    },
    records: () => [
      {
        atMs,
        untilMs: stepsMs[1] ?? null,
        kind,
        target: nodes.map((node) => (node === ALL_NODES ? "store" : `store-${node + 1}`)).join(", "),
      },
    ],
  };
}
