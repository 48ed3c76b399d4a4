import { expect } from "vitest";
import { Kernel, MAXIMUM_OPERAND } from "../kernel.ts";
import { type PendingEvent, SortedQueue } from "./sorted-queue.ts";

export const LANES = 3;
const STREAM = 3;

/** A kernel and the slow model side by side: every step is asked of both, and every answer compared. */
export class KernelAndModel {
  readonly kernel = new Kernel();
  readonly model = new SortedQueue();
  private readonly lanes: readonly number[];
  private readonly stream: number;
  private readonly laneEndsMs = new Float64Array(LANES);
  private readonly cancellable: { readonly event: PendingEvent; readonly handle: number }[] = [];
  private scheduled = 0;

  constructor() {
    this.lanes = Array.from({ length: LANES }, () => this.kernel.addLane());
    this.stream = this.kernel.addStream(7, 1_000_000);
  }

  schedule(delayMs: number): void {
    const atMs = this.kernel.nowMs + delayMs;
    if (this.scheduled % 2 === 0) {
      this.kernel.schedule(atMs, this.scheduled % 200, this.scheduled, this.scheduled % MAXIMUM_OPERAND);
    } else {
      this.kernel.due[0] = atMs;
      this.kernel.scheduleDue(this.scheduled % 200, this.scheduled, this.scheduled % MAXIMUM_OPERAND);
    }
    this.model.schedule(atMs, this.scheduled++, -1);
  }

  scheduleTimer(delayMs: number): void {
    const atMs = this.kernel.nowMs + delayMs;
    const handle = this.kernel.schedule(atMs, this.scheduled % 200, this.scheduled, this.scheduled % MAXIMUM_OPERAND);
    this.cancellable.push({ event: this.model.schedule(atMs, this.scheduled++, -1), handle });
  }

  scheduleInLane(lane: number, delayMs: number): void {
    const atMs = Math.max(this.kernel.nowMs, this.laneEndsMs[lane]!) + delayMs;
    this.laneEndsMs[lane] = atMs;
    const handle = this.kernel.scheduleInLane(
      this.lanes[lane]!,
      atMs,
      this.scheduled % 200,
      this.scheduled,
      this.scheduled,
    );
    this.cancellable.push({ event: this.model.schedule(atMs, this.scheduled++, lane), handle });
  }

  setNext(delayMs: number): void {
    if (this.model.pending.some((event) => event.lane === STREAM)) return;
    const atMs = this.kernel.nowMs + delayMs;
    this.kernel.setNext(this.stream, atMs);
    this.model.schedule(atMs, 1_000_000, STREAM);
  }

  cancel(which: number): void {
    if (this.cancellable.length === 0) return;
    const [{ event, handle }] = this.cancellable.splice(which % this.cancellable.length, 1) as [
      { event: PendingEvent; handle: number },
    ];
    // A handle that was taken may name another event by now; only the model knows.
    if (this.model.cancel(event)) this.kernel.cancel(handle);
  }

  next(aheadMs: number): boolean {
    const untilMs = this.kernel.nowMs + aheadMs;
    const expected = this.model.next(untilMs);
    const { kernel } = this;
    const found = kernel.next(untilMs) ? `${kernel.kind} ${kernel.entity} ${kernel.operand}` : "nothing";
    expect(`${found} at ${kernel.nowMs}`).toBe(`${this.told(expected)} at ${this.model.nowMs}`);
    return expected !== null;
  }

  private told(event: PendingEvent | null): string {
    if (event === null) return "nothing";
    if (event.lane === STREAM) return `7 ${event.entity} 0`;
    return `${event.entity % 200} ${event.entity} ${event.entity}`;
  }

  /** As if the kernel had come close to the end of its order numbers. */
  nearlyOutOfOrders(left: number): void {
    this.kernel["nextOrder"] = Math.max(this.kernel["nextOrder"], 0x20000000 - left);
  }
}
