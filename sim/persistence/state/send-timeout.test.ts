import { expect, it } from "vitest";
import { givenUpMs } from "./send-timeout.ts";

it("gives a dead member up after the timeout, and tries again only while it is believed in", () => {
  const setting = { timeoutMs: 3000, retries: 1 };
  expect(givenUpMs(0, 4000, setting)).toBe(6000);
  expect(givenUpMs(1000, 4000, setting)).toBe(4000);
  expect(givenUpMs(3900, 4000, setting)).toBe(6900);
  expect(givenUpMs(0, 1e9, { timeoutMs: 3000, retries: 0 })).toBe(3000);
});
