import { expect, test } from "vitest";
import mistakes from "./golden/mistakes.yaml?raw";
import { loadScenario } from "./load.ts";
import type { Problem } from "./problems.ts";
import { renderProblems } from "./render.ts";
import { withoutPartNames } from "./testing/part-names.ts";

const problemsOf = (text: string): readonly Problem[] => {
  const result = loadScenario(text, { fileName: "mistakes.yaml" });
  return result.ok ? [] : result.problems;
};

test("a file with every kind of mistake is answered with all of them, each with its line and a caret", async () => {
  const text = renderProblems(problemsOf(mistakes), { fileName: "mistakes.yaml", text: mistakes });
  await expect(withoutPartNames(text)).toMatchFileSnapshot("./golden/mistakes.txt");
});

test("a caret stands under the word that it speaks of", () => {
  const lines = mistakes.split("\n");
  for (const { line, column, endColumn } of problemsOf(mistakes)) {
    const word = lines[line - 1]?.slice(column - 1, endColumn - 1) ?? "";
    expect(word.trim()).toBe(word);
    expect(word.length).toBe(endColumn - column);
  }
});

test("a long line is cut around the mistake, and the caret stays under it", () => {
  const text = `name: x\nquestion: ${"why ".repeat(60)}\nduration: { ${"a: 1, ".repeat(40)}z: 1 }\n`;
  const rendered = renderProblems(
    [{ line: 2, column: 150, endColumn: 153, path: "question", message: "must be shorter" }],
    { fileName: "x.yaml", text },
  ).split("\n");
  const [, source = "", caret = ""] = rendered;
  expect(source.length).toBeLessThanOrEqual(110);
  expect(caret.indexOf("^")).toBeGreaterThan(0);
  expect(source.slice(caret.indexOf("^"), caret.indexOf("^") + 3)).toBe(text.split("\n")[1]?.slice(149, 152));
});

test("colour changes nothing but the colours", () => {
  const problems = problemsOf(mistakes);
  const options = { fileName: "mistakes.yaml", text: mistakes };
  const coloured = renderProblems(problems, { ...options, colour: true });
  expect(coloured).toContain("\u001b[31m");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours are what is taken out.
  expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(renderProblems(problems, options));
});

test("control characters in a file do not reach the terminal", () => {
  const text = 'name: "a\u0007b"\nduration: "\u001b[2J"\n';
  const rendered = renderProblems(problemsOf(text), { fileName: "\u001b[31m.yaml", text });
  expect(rendered).not.toContain("\u001b");
  expect(rendered).not.toContain("\u0007");
});
