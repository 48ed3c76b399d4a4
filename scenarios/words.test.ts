import { expect, test } from "vitest";
import { nearestWord, printable, quoted } from "./words.ts";

test.each([
  ["durration", "duration"],
  ["idleTimeuot", "idleTimeout"],
  ["least_connections", "least-connections"],
  ["Sessions", "sessions"],
])("for %s, %s was meant", (word, meant) => {
  expect(nearestWord(word, ["name", "duration", "idleTimeout", "least-connections", "sessions"])).toBe(meant);
});

test("no word is suggested where none is near", () => {
  expect(nearestWord("banana", ["name", "duration"])).toBeNull();
  expect(nearestWord("ps", ["fcfs"])).toBeNull();
});

test("of two words that are equally near, the earlier one is suggested", () => {
  expect(nearestWord("bat", ["cat", "hat"])).toBe("cat");
});

test("what was found is shown on one line, cut when long, without control characters", () => {
  expect(quoted({ a: 1, b: 2, c: 3, d: 4 })).toBe("a map of a, b, c, …");
  expect(quoted([1, 2])).toBe("a list of 2");
  expect(quoted(undefined)).toBe("nothing");
  expect(quoted("a\u001b[31m")).toBe('"a\\u001b[31m"');
  expect(printable("\u001b[2Jx\u202ey")).toBe("\u{fffd}[2Jx\u{fffd}y");
  expect(printable("x".repeat(100))).toHaveLength(60);
});
