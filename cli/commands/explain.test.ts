import { expect, test } from "vitest";
import { smallScenario } from "../testing/scenario.ts";
import { evenkeel } from "../testing/world.ts";

const explain = (...words: string[]) => evenkeel(["explain", "-", ...words], { input: smallScenario });

test("explains a decision by its number in the stream, in 80 columns", async () => {
  const { code, out, err } = await evenkeel(["explain", "-", "--request", "12", "--strategy", "redis-sessions"], {
    input: smallScenario,
    terminal: true,
  });
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^decision 12 of small under redis-sessions, seed 1\n {2}server-\d/);
  expect(out).toMatch(/^ {2}> {2}server-\d /m);
  expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("explains the same decision by whose it is, and as JSON", async () => {
  const document = JSON.parse((await explain("--request", "12", "--seed", "7", "--json")).out);
  const { population, visit, request, attempt } = document.decision;
  expect(document).toMatchObject({ schemaVersion: 1, scenario: "small", strategy: "sticky-cookie", seed: 7 });
  expect(document.decision.index).toBe(12);
  const named = `${population}/${visit}/${request}`;
  const again = JSON.parse((await explain("--request", named, "--seed", "7", "--json")).out);
  expect(again).toEqual(document);
  const inFull = JSON.parse((await explain("--request", `${named}/${attempt}`, "--seed", "7", "--json")).out);
  expect(inFull).toEqual(document);
});

test.each([
  [["--request", "99999999"], "the run makes 643", "decisions, counted from 0"],
  [["--request", "users/99999/0"], "users makes ", "visits, counted from 0"],
  [["--request", "users/0/500"], "that visit makes ", "counted from 0"],
  [["--request", "users/0/0/9"], "that request is not attempted so often", ""],
  [["--request", "user/0/0"], 'unknown population "user"', 'did you mean "users"?'],
  [["--request", "users/0"], "Expected the number of a decision", "POPULATION/VISIT/REQUEST"],
  [["--request", "1", "--strategy", "stiky-cookie"], 'did you mean "sticky-cookie"?', ""],
  [[], "required option '--request <which>' not specified", ""],
])("%j is wrong usage: says what there is", async (words, message, more) => {
  const { code, out, err } = await explain(...words);
  expect([code, out]).toEqual([64, ""]);
  expect(err).toContain(message);
  expect(err).toContain(more);
  expect(err).not.toMatch(/^ +at /m);
});
