import { describe, expect, it } from "vitest";
import { expectShare } from "../../engine/testing/fit.ts";
import { VALID } from "./mechanism.ts";
import { Bench } from "./testing/bench.ts";

describe("a parameter that names the client", () => {
  it.each(["table", "hash"])("leads it whatever becomes of its cookies and its address: %s", (memory) => {
    const bench = new Bench("url-parameter", { knobs: { memory } });
    bench.refusesCookies.add(0);
    bench.answer(0, 2);
    const { server } = bench.look(0);
    expect(server).toBe(memory === "table" ? 2 : server);
    bench.address.set(0, 5);
    expect(bench.look(0).server).toBe(server);
    expect(server).toBeGreaterThanOrEqual(0);
  });

  it("is absent from a share of the requests, each for itself", () => {
    const bench = new Bench("url-parameter", { knobs: { missedFraction: 0.1 } });
    const requests = 10_000;
    for (let number = 0; number < requests; number++) {
      bench.requestNumber.set(0, number);
      bench.answer(0, 2);
    }
    let missed = 0;
    for (let number = 0; number < requests; number++) {
      bench.requestNumber.set(0, number);
      if (bench.look(0).server === 2) continue;
      missed++;
      expect(bench.mechanism.whyElsewhere(0, 0)).toBe("link-missed");
    }
    expectShare(missed, requests, 0.1);
  });

  it.each(["table", "hash"])(
    "is to blame as well where the request before lacked it, and was answered by another server: %s",
    (memory) => {
      const bench = new Bench("url-parameter", { knobs: { missedFraction: 0.5, memory } });
      const numbers = Array.from({ length: 40 }, (_, number) => number);
      for (const number of numbers) {
        bench.requestNumber.set(0, number);
        bench.answer(0, 2);
      }
      const lacks = (number: number) => {
        bench.requestNumber.set(0, number);
        return bench.look(0).server < 0;
      };
      const [has, misses] = [numbers.find((number) => !lacks(number))!, numbers.find(lacks)!];
      bench.requestNumber.set(0, has);
      bench.answer(0, 2);
      bench.requestNumber.set(0, misses);
      bench.answer(0, 1);
      bench.requestNumber.set(0, has);
      expect(bench.look(0).outcome).toBe(VALID);
      expect(bench.mechanism.whyElsewhere(0, 0)).toBe("link-missed");
    },
  );
});
