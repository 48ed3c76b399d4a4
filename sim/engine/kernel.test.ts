import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Draws } from "./draws.ts";
import { Kernel, MAXIMUM_KIND, MAXIMUM_OPERAND, NO_EVENT } from "./kernel.ts";
import { KernelAndModel, LANES } from "./testing/kernel-and-model.ts";

/** Takes everything until `untilMs`, as entities in their order. */
function taken(kernel: Kernel, untilMs = Infinity): number[] {
  const entities: number[] = [];
  while (kernel.next(untilMs)) entities.push(kernel.entity);
  return entities;
}

// Few different delays, none among them, so that equal times are everywhere.
const delayMs = fc.constantFrom(0, 0, 1, 1, 2, 3, 10);
const step = fc.oneof(
  fc.record({ do: fc.constant("schedule" as const), delayMs }),
  fc.record({ do: fc.constant("timer" as const), delayMs }),
  fc.record({ do: fc.constant("lane" as const), delayMs, lane: fc.nat(LANES - 1) }),
  fc.record({ do: fc.constant("stream" as const), delayMs }),
  fc.record({ do: fc.constant("cancel" as const), which: fc.nat() }),
  fc.record({ do: fc.constant("next" as const), aheadMs: fc.constantFrom(0, 1, 5, Infinity) }),
  fc.record({ do: fc.constant("next" as const), aheadMs: fc.constantFrom(0, 1, 5, Infinity) }),
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function follow(pair: KernelAndModel, steps: readonly Step[]): void {
  for (const step of steps) {
    if (step.do === "schedule") pair.schedule(step.delayMs);
    else if (step.do === "timer") pair.scheduleTimer(step.delayMs);
    else if (step.do === "lane") pair.scheduleInLane(step.lane, step.delayMs);
    else if (step.do === "stream") pair.setNext(step.delayMs);
    else if (step.do === "cancel") pair.cancel(step.which);
    else pair.next(step.aheadMs);
  }
}

function drain(pair: KernelAndModel): void {
  while (pair.next(Infinity));
  expect(pair.model.pending).toEqual([]);
}

const steps = fc.array(step, { maxLength: 200, size: "max" });

describe("the kernel", () => {
  it("takes events in the order of (time, order of scheduling), whatever is scheduled, cancelled and taken between", () => {
    fc.assert(
      fc.property(steps, (steps) => {
        const pair = new KernelAndModel();
        follow(pair, steps);
        drain(pair);
      }),
      { numRuns: 200 },
    );
  });

  it("keeps the order when it runs out of order numbers and gives all pending events new ones", () => {
    fc.assert(
      fc.property(steps, fc.nat(40), steps, (before, left, after) => {
        const pair = new KernelAndModel();
        follow(pair, before);
        pair.nearlyOutOfOrders(left);
        follow(pair, after);
        drain(pair);
      }),
      { numRuns: 200 },
    );
  });

  it.each([1, 2, 3, 4])(
    "loses nothing when thousands of timers are called off and swept out, schedule %i",
    (schedule) => {
      const pair = new KernelAndModel();
      const draws = new Draws(schedule, "steps");
      let mostDead = 0;
      for (let i = 0; i < 12_000; i++) {
        const chance = draws.at(i, 0).uniform();
        const delayMs = draws.at(i, 1).below(400);
        if (chance < 0.45) pair.scheduleTimer(delayMs);
        else if (chance < 0.5) pair.schedule(delayMs);
        else if (chance < 0.95) pair.cancel(draws.at(i, 2).below(1_000_000));
        else pair.next(5);
        mostDead = Math.max(mostDead, pair.kernel["size"] - pair.model.pending.length);
      }
      // A sweep comes at 1,025 dead timers at the earliest, and no later here, where they outnumber the living.
      expect(mostDead).toBeGreaterThan(1000);
      expect(mostDead).toBeLessThanOrEqual(1026);
      drain(pair);
      expect(pair.kernel["cancelled"]).toBe(0);
    },
  );

  it("uses the handles of timers and lane events again, once they are over", () => {
    const kernel = new Kernel();
    const lane = kernel.addLane();
    let highest = 0;
    for (let i = 0; i < 5_000; i++) {
      const handles = [kernel.schedule(i, 0, 0, 0), kernel.scheduleInLane(lane, i, 0, 0, 0)];
      for (const handle of handles) if (i % 3 !== 0) kernel.cancel(handle);
      taken(kernel, i % 2 === 0 ? i : i - 1);
      highest = Math.max(highest, ...handles.map((handle) => (handle < 0 ? ~handle : handle)));
    }
    expect(highest).toBeLessThan(10);
  });

  it("puts equal times first in, first out, whether they wait in the heap, in a lane or in a stream", () => {
    const kernel = new Kernel();
    const lanes = [kernel.addLane(), kernel.addLane()];
    const stream = kernel.addStream(1, 4);
    kernel.schedule(5, 0, 0, 0);
    kernel.scheduleInLane(lanes[1]!, 5, 0, 1, 0);
    kernel.schedule(5, 0, 2, 0);
    kernel.scheduleInLane(lanes[0]!, 5, 0, 3, 0);
    kernel.setNext(stream, 5);
    kernel.scheduleInLane(lanes[1]!, 5, 0, 5, 0);
    kernel.schedule(5, 0, 6, 0);
    expect(taken(kernel)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("puts an event that is scheduled for now behind those that are due now already", () => {
    const kernel = new Kernel();
    for (const entity of [0, 1, 2]) kernel.schedule(5, 0, entity, 0);
    expect(kernel.next(5)).toBe(true);
    kernel.schedule(5, 0, 3, 0);
    expect(taken(kernel)).toEqual([1, 2, 3]);
  });

  it("hands back kind, entity and operand up to their limits", () => {
    const kernel = new Kernel();
    const lane = kernel.addLane();
    kernel.schedule(2, MAXIMUM_KIND, 0x7fffffff, MAXIMUM_OPERAND);
    kernel.scheduleInLane(lane, 3, MAXIMUM_KIND, 0x7fffffff, 0x7fffffff);
    const found: number[][] = [];
    while (kernel.next(Infinity)) found.push([kernel.kind, kernel.entity, kernel.operand]);
    expect(found).toEqual([
      [MAXIMUM_KIND, 0x7fffffff, MAXIMUM_OPERAND],
      [MAXIMUM_KIND, 0x7fffffff, 0x7fffffff],
    ]);
  });

  it("moves time to the events it takes, and to the end of what was asked for", () => {
    const kernel = new Kernel();
    kernel.schedule(3, 0, 0, 0);
    kernel.schedule(10, 0, 1, 0);
    expect(kernel.next(2)).toBe(false);
    expect(kernel.nowMs).toBe(2);
    expect(kernel.next(10)).toBe(true);
    expect(kernel.nowMs).toBe(3);
    expect(kernel.next(10)).toBe(true);
    expect(kernel.nowMs).toBe(10);
    expect(kernel.next(Infinity)).toBe(false);
    expect(kernel.nowMs).toBe(10);
  });

  it("gives the same events in pieces as at one go", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.array(fc.nat(50)), (times, ends) => {
        const scheduled = () => {
          const kernel = new Kernel();
          times.forEach((atMs, entity) => {
            kernel.schedule(atMs, 0, entity, 0);
          });
          return kernel;
        };
        const inPieces = scheduled();
        const pieces = [...ends].sort((a, b) => a - b).flatMap((untilMs) => taken(inPieces, untilMs));
        expect([...pieces, ...taken(inPieces)]).toEqual(taken(scheduled()));
      }),
    );
  });

  it("takes as far as it was told before, when it is not told each time", () => {
    const kernel = new Kernel();
    for (const atMs of [1, 2, 3]) kernel.schedule(atMs, 0, atMs, 0);
    kernel.untilMs = 2;
    expect([kernel.take(), kernel.entity, kernel.take(), kernel.entity, kernel.take()]).toEqual([
      true,
      1,
      true,
      2,
      false,
    ]);
    expect(kernel.nowMs).toBe(2);
    expect(taken(kernel, 3)).toEqual([3]);
  });

  it("is the same with room made in advance, however much is used of it", () => {
    fc.assert(
      fc.property(fc.nat(300), fc.array(fc.nat(50), { maxLength: 300, size: "max" }), (room, times) => {
        const entities = (kernel: Kernel) => {
          times.forEach((atMs, entity) => {
            kernel.schedule(atMs, 0, entity, 0);
          });
          return taken(kernel);
        };
        const roomy = new Kernel();
        roomy.reserve(room);
        expect(entities(roomy)).toEqual(entities(new Kernel()));
      }),
    );
  });

  it("never takes what lies at infinity", () => {
    const kernel = new Kernel();
    const lane = kernel.addLane();
    kernel.schedule(Infinity, 0, 0, 0);
    kernel.scheduleInLane(lane, Infinity, 0, 1, 0);
    kernel.schedule(1, 0, 2, 0);
    expect(taken(kernel)).toEqual([2]);
  });

  it("refuses the past and what is no time, and says both", () => {
    const kernel = new Kernel();
    const lane = kernel.addLane();
    const stream = kernel.addStream(0, 0);
    kernel.next(1500.25);
    const attempts: readonly ((atMs: number) => void)[] = [
      (atMs) => kernel.schedule(atMs, 0, 0, 0),
      (atMs) => {
        kernel.due[0] = atMs;
        kernel.scheduleDue(0, 0, 0);
      },
      (atMs) => kernel.schedule(atMs, 0, 0, 0),
      (atMs) => kernel.scheduleInLane(lane, atMs, 0, 0, 0),
      (atMs) => kernel.setNext(stream, atMs),
    ];
    for (const attempt of attempts) {
      expect(() => attempt(1500)).toThrow(
        new RangeError("schedule: the time must be a number at or after now, got 1500 ms at 1500.25 ms"),
      );
      expect(() => attempt(Number.NaN)).toThrow("got NaN ms at 1500.25 ms");
      expect(() => attempt(1500.25)).not.toThrow();
    }
  });

  it("refuses a time in a lane before that of the last event there", () => {
    const kernel = new Kernel();
    const lane = kernel.addLane();
    kernel.scheduleInLane(lane, 10, 0, 0, 0);
    expect(() => kernel.scheduleInLane(lane, 9, 0, 1, 0)).toThrow(
      new RangeError("lane 0: 9 ms lies before its last event at 10 ms"),
    );
    kernel.scheduleInLane(lane, 10, 0, 2, 0);
    expect(taken(kernel)).toEqual([0, 2]);
  });

  it("has no handle that is NO_EVENT", () => {
    const kernel = new Kernel();
    const lane = kernel.addLane();
    for (let i = 0; i < 1000; i++) {
      expect(kernel.schedule(1, 0, 0, 0)).not.toBe(NO_EVENT);
      expect(kernel.scheduleInLane(lane, 1, 0, 0, 0)).not.toBe(NO_EVENT);
    }
  });
});
