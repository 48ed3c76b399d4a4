/** The nodes of the session store: faults of one kind on one node that overlap end with the last of them. */
import { ALL_NODES, type StateBackend, type StoreFaultKind } from "../../persistence/state/backend.ts";

export class StoreNodes {
  private readonly state: StateBackend;
  /** By kind, and by node: how many are under way. */
  private readonly holds = new Map<StoreFaultKind, Map<number, number>>();

  constructor(state: StateBackend) {
    this.state = state;
  }

  begin(kind: StoreFaultKind, node: number): void {
    const holds = this.holdsOf(kind);
    holds.set(node, (holds.get(node) ?? 0) + 1);
    this.state.storeFaultBegins(kind, node);
  }

  end(kind: StoreFaultKind, node: number): void {
    const holds = this.holdsOf(kind);
    const left = (holds.get(node) ?? 0) - 1;
    holds.set(node, left);
    if (left > 0 || (node !== ALL_NODES && (holds.get(ALL_NODES) ?? 0) > 0)) return;
    this.state.storeFaultEnds(kind, node);
    if (node !== ALL_NODES) return;
    // All of them are well again but those that have a fault of their own.
    for (const [other, count] of holds) if (count > 0) this.state.storeFaultBegins(kind, other);
  }

  private holdsOf(kind: StoreFaultKind): Map<number, number> {
    const found = this.holds.get(kind) ?? new Map<number, number>();
    this.holds.set(kind, found);
    return found;
  }
}
