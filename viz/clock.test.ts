import { expect, test } from "vitest";
import { formatClock } from "./clock.ts";

test.each([
  [0, "0:00"],
  [65_000, "1:05"],
  [3_600_000, "1:00:00"],
  [3_725_000, "1:02:05"],
  [250, "0:00.25"],
])("%i ms is %s", (atMs, text) => {
  expect(formatClock(atMs)).toBe(text);
});
