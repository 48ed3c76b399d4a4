import { describe, expect, it } from "vitest";
import { Bench, letters } from "./testing/bench.ts";

function transfer(bench: Bench, server: number, bytes: number): void {
  bench.place(server);
  bench.fleet.receivedBytes[server]! += bytes;
  bench.end(server);
}

describe("least bandwidth", () => {
  it("takes the server with the fewest bytes for its weight", () => {
    const bench = new Bench("least-bandwidth", [1, 1, 4]);
    for (const [server, bytes] of [300, 200, 1000].entries()) transfer(bench, server, bytes);
    expect(bench.send()).toBe(1);
    bench.weigh(2, 10);
    expect(bench.send()).toBe(2);
  });

  it("counts bytes sent as well as received", () => {
    const bench = new Bench("least-bandwidth", [1, 1]);
    bench.fleet.sentBytes[0] = 100;
    bench.place(0);
    bench.end(0);
    expect(bench.send()).toBe(1);
  });

  it("forgets what is older than the window", () => {
    const bench = new Bench("least-bandwidth", [1, 1], { knobs: { windowMs: 1000 } });
    const wake = () => {
      bench.nowMs = bench.wakesAtMs.pop()!;
      bench.algorithm.woken();
    };
    const window = () => [0, 1].map((server) => bench.algorithm.signalOf(server, 0));
    transfer(bench, 0, 500);
    wake();
    expect(bench.nowMs).toBe(500);
    transfer(bench, 1, 300);
    expect(window()).toEqual([500, 300]);
    expect(bench.algorithm.pick(0, -1)).toBe(1);
    wake();
    // The running half and the one before it: from 500 ms on.
    expect(window()).toEqual([0, 300]);
    expect(bench.algorithm.pick(0, -1)).toBe(0);
    wake();
    expect(window()).toEqual([0, 0]);
    wake();
    expect(bench.wakesAtMs).toEqual([]);
  });

  it("takes servers without traffic in turn", () => {
    expect(letters(new Bench("least-bandwidth", [1, 1, 1]).sequence(6))).toBe("abcabc");
  });
});
