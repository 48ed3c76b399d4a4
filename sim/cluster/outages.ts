/** The scripted timeline: what breaks, comes back or joins, and when. */
import type { Kernel } from "../engine/kernel.ts";
import type { StateBackend } from "../persistence/state/backend.ts";
import type { FaultRecord } from "../record.ts";
import type { Fault } from "../scenario.ts";
import * as event from "./events.ts";
import type { FaultParts, Trouble } from "./faults/fault.ts";
import { troubleOf } from "./faults/index.ts";
import { StoreNodes } from "./faults/store-nodes.ts";

export class Outages {
  private readonly kernel: Kernel;
  private readonly troubles: readonly Trouble[];

  constructor(
    kernel: Kernel,
    faults: readonly Fault[],
    parts: Omit<FaultParts, "store"> & { readonly state: StateBackend },
  ) {
    this.kernel = kernel;
    const store = new StoreNodes(parts.state);
    this.troubles = faults.map((fault) => troubleOf(fault, { ...parts, store }));
    this.troubles.forEach(({ stepsMs }, index) => {
      // One that befalls nobody has no steps.
      if (stepsMs.length > 0) kernel.schedule(stepsMs[0]!, event.FAULT_STEP, index, 0);
    });
  }

  step(index: number, step: number): void {
    const { stepsMs, take } = this.troubles[index]!;
    take(step);
    if (step > 0) return;
    stepsMs.forEach((atMs, later) => {
      if (later > 0 && atMs < Infinity) this.kernel.schedule(atMs, event.FAULT_STEP, index, later);
    });
  }

  record(endMs: number): FaultRecord[] {
    return this.troubles
      .flatMap((trouble) => trouble.records())
      .filter(({ atMs }) => atMs <= endMs)
      .sort((a, b) => a.atMs - b.atMs);
  }
}
