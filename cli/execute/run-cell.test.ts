import { expect, test } from "vitest";
import { preparePlan } from "../prepare-plan.ts";
import { smallScenario } from "../testing/scenario.ts";
import { worldFor } from "../testing/world.ts";
import { runCell, runDecisions } from "./run-cell.ts";

const cells = async () => (await preparePlan("-", { quiet: true }, worldFor({ input: smallScenario }))).cells;
const idle = async () => undefined;

test("a run that is made for some decisions is left soon after the last of them", async () => {
  const [cell] = await cells();
  const { digest } = await runCell(cell!, idle);
  const early = await runDecisions(cell!, { from: 3, to: 10 }, idle);
  expect(early.decisions.map(({ index }) => index)).toEqual([3, 4, 5, 6, 7, 8, 9]);
  // Slices begin at a thousandth of the run and at most double, so what is made too much is about what was needed.
  expect(early.digest.decisions).toBeLessThan(digest.decisions / 4);
  const late = await runDecisions(cell!, { from: digest.decisions - 2, to: digest.decisions + 5 }, idle);
  expect(late.decisions).toHaveLength(2);
  expect(late.digest).toEqual(digest);
});

test("what is thrown between two slices ends a run", async () => {
  const [cell] = await cells();
  const stop = async () => {
    throw new Error("enough");
  };
  await expect(runCell(cell!, stop)).rejects.toThrow("enough");
});
