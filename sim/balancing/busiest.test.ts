import { describe, expect, it } from "vitest";
import { Bench } from "./testing/bench.ts";

describe("the control", () => {
  it("sends everything where most already is", () => {
    const bench = new Bench("busiest", [1, 1, 1]);
    bench.bind(1);
    expect([bench.send(), bench.send(), bench.send()]).toEqual([1, 1, 1]);
    bench.set(1, false);
    const next = bench.send();
    expect([bench.send(), bench.send()]).toEqual([next, next]);
  });
});
