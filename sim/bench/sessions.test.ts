import { expect, it } from "vitest";
import { runSessions } from "./sessions.ts";

it("both ways run the same visits, and lose nobody", () => {
  const [bound, unbound] = (["bound", "unbound"] as const).map((way) => runSessions(way, 50_000, 1));
  expect([bound!.lost, unbound!.lost]).toEqual([0, 0]);
  // A tenth is warm-up; what differs is what is under way at the end.
  expect(Math.abs(bound!.answered - 45_000)).toBeLessThan(3000);
  expect(Math.abs(bound!.answered / unbound!.answered - 1)).toBeLessThan(0.01);
});
