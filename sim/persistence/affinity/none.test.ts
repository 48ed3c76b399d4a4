import { expect, it } from "vitest";
import { NONE } from "./mechanism.ts";
import { Bench } from "./testing/bench.ts";

it("no affinity leads nobody anywhere, whoever answered before, and is itself the cause of a loss", () => {
  const bench = new Bench("none");
  bench.begin(0);
  bench.answer(0, 2);
  expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
  expect(bench.mechanism.whyElsewhere(0, 0)).toBe("no-affinity");
  expect(bench.cookieBytes).toBe(0);
});
