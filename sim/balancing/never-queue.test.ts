import { describe, expect, it } from "vitest";
import { Bench } from "./testing/bench.ts";

// That it is the kernel's walk is specified with shortest expected delay.
describe("never queue", () => {
  it("never lets a request wait while any server is idle, however small its weight", () => {
    const bench = new Bench("never-queue", [100, 1, 10]);
    expect(new Set([bench.send(), bench.send(), bench.send()])).toEqual(new Set([0, 1, 2]));
    bench.end(1);
    expect(bench.send()).toBe(1);
  });

  it("takes the last of the fleet first while all are idle", () => {
    const bench = new Bench("never-queue", [1, 1, 1]);
    expect([bench.send(), bench.send(), bench.send()]).toEqual([2, 1, 0]);
  });
});
