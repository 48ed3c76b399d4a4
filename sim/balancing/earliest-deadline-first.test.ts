import { describe, expect, it } from "vitest";
import { Bench, letters } from "./testing/bench.ts";

const cycle = (weights: readonly number[], decisions: number, knobs = {}, seed = 1) =>
  letters(
    new Bench("earliest-deadline-first", weights, { knobs: { randomStart: false, ...knobs }, seed }).sequence(
      decisions,
    ),
  );

describe("earliest deadline first", () => {
  it("takes servers of equal weight in turn", () => {
    expect(cycle([1, 1, 1], 7)).toBe("abcabca");
    expect(cycle([2, 2, 2], 7)).toBe("abcabca");
  });

  it.each([
    // Deadlines of a: 1/2, 1, 3/2, 2; of b: 1, 2. At 1, b has waited since the start.
    [[2, 1], "abaaba"],
    // At 1 c has waited since the start, b since 1/2, a since 3/4.
    [[4, 2, 1], "abaacbaabaacba"],
    // Fifths do not come out even in binary, so that rounding decides whether the fifth a stands before b: here after.
    [[5, 1, 1], "aaaabca"],
    [[0.5, 1], "babbab"],
  ])("of weights %j gives the cycle %s", (weights, expected) => {
    expect(cycle(weights, expected.length)).toBe(expected);
  });

  it("serves each in every cycle as often as its weight says, wherever it starts", () => {
    const weights = [1, 4, 2, 5];
    for (let seed = 0; seed < 20; seed++) {
      const bench = new Bench("earliest-deadline-first", weights, { seed });
      bench.sequence(3);
      const counts = [0, 0, 0, 0];
      for (const server of bench.sequence(1200)) counts[server]!++;
      // Any 100 cycles hold each server 100 times its weight, and one turn more or less where the window cuts.
      counts.forEach((count, server) => {
        expect(Math.abs(count - 100 * weights[server]!)).toBeLessThanOrEqual(1);
      });
    }
  });

  it("starts anywhere in its cycle", () => {
    // The first cycle may take equals in the order of the fleet; from the second on it is the one that goes on for ever.
    const starts = new Set(
      Array.from({ length: 60 }, (_, seed) => cycle([4, 1], 10, { randomStart: true }, seed).slice(5)),
    );
    expect(starts).toEqual(new Set(["baaaa", "abaaa", "aabaa", "aaaba", "aaaab"]));
  });

  it("starts anew when a weight changes", () => {
    const bench = new Bench("earliest-deadline-first", [2, 1], { knobs: { randomStart: false } });
    expect(letters(bench.sequence(2))).toBe("ab");
    bench.weigh(1, 2);
    bench.weigh(0, 4);
    expect(letters(bench.sequence(6))).toBe("abaaba");
  });

  it("gives a turn to a server that refused, and the request to the next", () => {
    const bench = new Bench("earliest-deadline-first", [2, 1], { knobs: { randomStart: false } });
    expect(bench.serve(0, 0)).toBe(1);
    expect(letters(bench.sequence(4))).toBe("aaba");
  });
});
