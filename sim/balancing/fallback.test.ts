import { describe, expect, it } from "vitest";
import { Bench, letters } from "./testing/bench.ts";

describe("fallback", () => {
  it("sends everything to the first server in use", () => {
    const bench = new Bench("fallback", [1, 1, 1]);
    expect(letters(bench.sequence(3))).toBe("aaa");
    bench.set(0, false);
    expect(letters(bench.sequence(2))).toBe("bb");
    bench.set(1, false);
    expect(letters(bench.sequence(2))).toBe("cc");
    bench.set(0, true);
    expect(letters(bench.sequence(2))).toBe("aa");
  });

  it("sticky, stays with the current one until that goes, and then takes the next, round the end", () => {
    const bench = new Bench("fallback", [1, 1, 1], { knobs: { sticky: true } });
    bench.set(0, false);
    expect(letters(bench.sequence(1))).toBe("b");
    bench.set(0, true);
    expect(letters(bench.sequence(2))).toBe("bb");
    bench.set(1, false);
    expect(letters(bench.sequence(1))).toBe("c");
    bench.set(1, true);
    bench.set(2, false);
    expect(letters(bench.sequence(1))).toBe("a");
  });

  it("does not look at load or weight", () => {
    const bench = new Bench("fallback", [1, 9]);
    for (let i = 0; i < 20; i++) expect(bench.send()).toBe(0);
  });
});
