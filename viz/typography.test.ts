import { expect, test } from "vitest";
import { withMinus } from "./typography.ts";

test("hyphens before numbers become minus signs, hyphens in names stay", () => {
  expect(withMinus("-178 (-201 … -155) under server-3")).toBe("−178 (−201 … −155) under server-3");
});
