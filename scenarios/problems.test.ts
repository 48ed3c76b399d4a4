import { describe, expect, it } from "vitest";
import { unknownWord } from "./problems.ts";

const many = Array.from({ length: 30 }, (_, i) => `algorithm-${i}`);

describe("what is told of an unknown word", () => {
  it("names the nearest known one, and all where they are few", () => {
    expect(unknownWord("colour", "blu", ["red", "blue"])).toEqual({
      message: 'unknown colour "blu"',
      hint: 'did you mean "blue"? known: red, blue',
    });
    expect(unknownWord("algorithm", "algoritm-7", many).hint).toBe('did you mean "algorithm-7"?');
  });

  it("may mean another name for one of them, which is not listed", () => {
    expect(unknownWord("algorithm", "leastcon", ["least-connections"], ["leastconn"]).hint).toBe(
      'did you mean "leastconn"? known: least-connections',
    );
  });

  it("lists the first of many where nothing is near, and says how many more there are", () => {
    expect(unknownWord("algorithm", "xyzzy", many).hint).toBe(`known: ${many.slice(0, 20).join(", ")} and 10 more`);
  });
});
