import { expect, it } from "vitest";
import { MersenneTwister } from "./mersenne-twister.ts";

it("MT19937 from seed 5489 begins and goes on as its reference code", () => {
  // mt19937ar.out of Matsumoto and Nishimura is seeded by an array; these are the default-seeded values of the C++ standard,
  // whose [rand.predef] names the 10,000th.
  const twister = new MersenneTwister().seed(5489);
  const values = Array.from({ length: 10_000 }, () => twister.bits());
  expect(values.slice(0, 3)).toEqual([3499211612, 581869302, 3890346734]);
  expect(values[9999]).toBe(4123659995);
});
