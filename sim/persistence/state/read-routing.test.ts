import { describe, expect, it } from "vitest";
import { Draws } from "../../engine/draws.ts";
import { expectEven } from "../../engine/testing/fit.ts";
import type { StateContext } from "./backend.ts";
import { ReadRouting } from "./read-routing.ts";

const routed = (routing: string, readable: readonly boolean[], nowMs = 10_000) => {
  const context = { nowMs, drawsOf: (purpose: string) => new Draws(1, purpose) } as unknown as StateContext;
  const nodes = { primary: 0, replicas: readable, isReadable: (node: number) => readable[node]! };
  return new ReadRouting(context, { routing, primaryAfterWriteMs: 2000 }, nodes);
};
const chosen = (routing: ReadRouting, nodes: number) => {
  const counts = new Array<number>(nodes).fill(0);
  for (let read = 0; read < 3000; read++) counts[routing.choose()]!++;
  return counts;
};

describe("a session is read", () => {
  it("on the primary, unless told otherwise", () => {
    expect(routed("primary", [true, true]).wantsReader(0)).toBe(false);
  });

  it("on the replicas alike", () => {
    const [primary, ...replicas] = chosen(routed("replica", [true, true, true, true]), 4);
    expect(primary).toBe(0);
    expectEven(replicas);
  });

  it("on all nodes alike, the primary included", () => {
    expectEven(chosen(routed("any", [true, true, true]), 3));
  });

  it("on the primary for a moment after it was written", () => {
    const routing = routed("read-your-writes", [true, true]);
    expect([7999, 8000, 8001].map((writtenAtMs) => routing.wantsReader(writtenAtMs))).toEqual([true, true, false]);
  });

  it("on no replica that is away, and on the primary when all are", () => {
    expect(chosen(routed("replica", [true, false, true]), 3)).toEqual([0, 0, 3000]);
    expect(routed("replica", [true, false, false]).wantsReader(0)).toBe(false);
    expect(routed("replica", [true, false, false]).choose()).toBe(0);
  });
});
