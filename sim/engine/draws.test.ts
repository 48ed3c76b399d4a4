import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Draws } from "./draws.ts";
import { expectEven, expectFits, expectFollows, expectMean, expectShare, normalCdf } from "./testing/fit.ts";

const entityNumber = fc.oneof(fc.nat(100), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));

/** All that one draw can give, in a fixed order. */
const everything = (draws: Draws, entity: number, k: number) => [
  draws.at(entity, k).uniform(),
  draws.uniform(),
  draws.at(entity, k).bits(),
  draws.bits(),
  draws.bits(),
  draws.at(entity, k).exponential(),
  draws.at(entity, k).normal(),
  draws.at(entity, k).below(7),
];

/** Counts pairs of uniforms in 16 × 16 cells. */
function pairs(count: number, pair: (i: number) => readonly [number, number]): number[] {
  const cells = new Array<number>(256).fill(0);
  for (let i = 0; i < count; i++) {
    const [x, y] = pair(i);
    cells[Math.floor(x * 16) * 16 + Math.floor(y * 16)]!++;
  }
  return cells;
}

describe("a draw", () => {
  it("is known by seed, purpose, entity and number, today as in any later version", () => {
    const draws = new Draws(1, "specification");
    expect([draws.at(0, 0).bits(), draws.bits(), draws.bits()]).toEqual([-204832598, -532031934, 984220607]);
    expect(draws.at(0, 1).uniform()).toBe(0.9136916191488977);
    expect(draws.at(1, 0).exponential()).toBe(1.6485001336036573);
    expect(draws.at(2 ** 40, 3).normal()).toBe(-0.11048510425631099);
  });

  it("depends on its place and on nothing that was drawn before, in whatever order", () => {
    const places = fc.array(fc.tuple(entityNumber, fc.nat(1000)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.integer(), places, fc.infiniteStream(fc.nat(3)), (seed, asked, noise) => {
        const draws = new Draws(seed, "order");
        const first = new Map(asked.map(([entity, k]) => [`${entity}/${k}`, everything(draws, entity, k)]));
        const again = new Draws(seed, "order");
        for (const [entity, k] of [...asked].reverse()) {
          for (let left = noise.next().value; left > 0; left--) again.at(left, k).exponential();
          expect(everything(again, entity, k)).toEqual(first.get(`${entity}/${k}`));
        }
      }),
    );
  });

  it("is the same one by one and in blocks", () => {
    const size = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(fc.integer(), entityNumber, fc.nat(0x7fffffff - 400), size, (seed, entity, first, size) => {
        const draws = new Draws(seed, "blocks");
        const [one, other, exponentials] = [new Int32Array(size), new Int32Array(size), new Float64Array(size)];
        draws.words(one, other, entity, first);
        draws.exponentials(exponentials, entity, first, 3);
        for (let i = 0; i < size; i++) {
          draws.at(entity, first + i);
          expect([one[i], other[i]]).toEqual([draws.bits(), draws.bits()]);
          expect(exponentials[i]).toBe(draws.at(entity, first + i).exponential() * 3);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("stays in its range", () => {
    fc.assert(
      fc.property(entityNumber, fc.nat(), fc.integer({ min: 1, max: 2 ** 32 }), (entity, k, count) => {
        const draws = new Draws(3, "range").at(entity, k);
        const u = draws.uniform();
        expect(u).toBeGreaterThanOrEqual(0);
        expect(u).toBeLessThan(1);
        expect(Number.isInteger(u * 2 ** 53)).toBe(true);
        const below = draws.below(count);
        expect(Number.isInteger(below)).toBe(true);
        expect(below).toBeGreaterThanOrEqual(0);
        expect(below).toBeLessThan(count);
        expect(draws.exponential()).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("uniform draws", () => {
  const count = 1 << 17;
  const draws = new Draws(1, "a");
  const other = new Draws(1, "b");
  const nextSeed = new Draws(2, "a");
  const evenly: readonly (readonly [name: string, at: (i: number) => number])[] = [
    ["over the numbers of one entity", (i) => draws.at(5, i).uniform()],
    ["over entities, each at its first", (i) => draws.at(i, 0).uniform()],
    ["over every third entity, as the visits of one population in three", (i) => draws.at(3 * i + 1, 0).uniform()],
    ["over entities far above 32 bits", (i) => draws.at(2 ** 40 + i * 2 ** 32, 0).uniform()],
    [
      "within one draw",
      (() => {
        const draws = new Draws(1, "a").at(0, 0);
        return () => draws.uniform();
      })(),
    ],
    ["in their last digits", (i) => (draws.at(i, 1).uniform() * 2 ** 45) % 1],
  ];
  it.each(evenly)("are even %s", (_name, at) => {
    const cells = new Array<number>(256).fill(0);
    for (let i = 0; i < count; i++) cells[Math.floor(at(i) * 256)]!++;
    expectEven(cells);
  });

  const apart: readonly (readonly [name: string, pair: (i: number) => readonly [number, number]])[] = [
    ["neighbours in number", (i) => [draws.at(9, i).uniform(), draws.at(9, i + 1).uniform()]],
    ["neighbours in entity", (i) => [draws.at(i, 0).uniform(), draws.at(i + 1, 0).uniform()]],
    ["an entity's first and second", (i) => [draws.at(i, 0).uniform(), draws.at(i, 1).uniform()]],
    [
      "draw k of entity e and draw e of entity k",
      (i) => [draws.at(i & 511, 600 + (i >> 9)).uniform(), draws.at(600 + (i >> 9), i & 511).uniform()],
    ],
    ["the first and the second number of a draw", (i) => [draws.at(i, 0).uniform(), draws.uniform()]],
    ["the two words of a draw", (i) => [(draws.at(i, 0).bits() >>> 0) / 2 ** 32, (draws.bits() >>> 0) / 2 ** 32]],
    [
      "the second and the third word",
      (i) => {
        draws.at(i, 0).bits();
        return [(draws.bits() >>> 0) / 2 ** 32, (draws.bits() >>> 0) / 2 ** 32];
      },
    ],
    ["a word and the number after it", (i) => [(draws.at(i, 0).bits() >>> 0) / 2 ** 32, draws.uniform()]],
    ["two purposes", (i) => [draws.at(i, 0).uniform(), other.at(i, 0).uniform()]],
    ["neighbouring seeds", (i) => [draws.at(i, 0).uniform(), nextSeed.at(i, 0).uniform()]],
  ];
  it.each(apart)("of %s have nothing to do with each other", (_name, pair) => {
    expectEven(pairs(count, pair));
  });

  it("of the first visit under many seeds are even, and apart from those of the next seed", () => {
    const first = Array.from({ length: 4097 }, (_, seed) => new Draws(seed, "shoppers/arrivals").at(0, 0).uniform());
    expectEven(pairs(4096, (seed) => [first[seed]!, first[seed + 1]!]));
  });

  it("change half of their bits with any bit of entity or number", () => {
    const trials = 400;
    const flips = [
      ...Array.from({ length: 53 }, (_, bit) => [2 ** bit, 0] as const),
      ...Array.from({ length: 31 }, (_, bit) => [0, 2 ** bit] as const),
    ];
    const places = new Draws(7, "places");
    for (const [entityBit, kBit] of flips) {
      const changed = new Array<number>(64).fill(0);
      for (let trial = 0; trial < trials; trial++) {
        const entity = Math.floor(places.at(trial, 0).uniform() * 2 ** 53);
        const k = places.at(trial, 1).bits() >>> 1;
        const flipped = Math.floor(entity / entityBit) % 2 === 0 ? entity + entityBit : entity - entityBit;
        const a = draws.at(entity, k).bits();
        const b = draws.bits();
        const differentA = a ^ draws.at(entityBit === 0 ? entity : flipped, k ^ kBit).bits();
        const differentB = b ^ draws.bits();
        for (let bit = 0; bit < 32; bit++) {
          changed[bit]! += (differentA >>> bit) & 1;
          changed[32 + bit]! += (differentB >>> bit) & 1;
        }
      }
      // 84 × 64 counts, each binomial: six standard deviations leave one set of places in 90,000.
      for (const count of changed) expect(Math.abs(count - trials / 2)).toBeLessThan((6 * Math.sqrt(trials)) / 2);
    }
  });
});

describe("whole numbers below a limit", () => {
  it.each([2, 3, 7, 10, 1000])("are even for %i", (limit) => {
    const draws = new Draws(4, "below");
    const cells = new Array<number>(limit).fill(0);
    for (let i = 0; i < limit * 500; i++) cells[draws.at(i, 0).below(limit)]!++;
    if (limit >= 6) expectEven(cells);
    else expectShare(cells[0]!, limit * 500, 1 / limit);
  });

  it("of one draw are apart, so that two choices are two", () => {
    const draws = new Draws(4, "below");
    expectEven(pairs(1 << 16, (i) => [draws.at(0, i).below(16) / 16, draws.below(16) / 16]));
  });
});

describe("exponential draws by the ziggurat", () => {
  const count = 400_000;
  const draws = new Draws(11, "exponential");
  const samples = Float64Array.from({ length: count }, (_, i) => draws.at(i, 0).exponential());

  it("follow 1 - e^-x", () => {
    expectFollows(samples, (x) => 1 - Math.exp(-x));
  });

  it("have the moments n!", () => {
    // Var X^n = (2n)! - (n!)².
    expectMean(samples, 1, 1);
    expectMean(
      samples.map((x) => x * x),
      2,
      Math.sqrt(24 - 4),
    );
    expectMean(
      samples.map((x) => x * x * x),
      6,
      Math.sqrt(720 - 36),
    );
  });

  it("go on beyond the base layer, where an exponential begins anew", () => {
    const edge = 7.69711747013105;
    const beyond = samples.filter((x) => x > edge).map((x) => x - edge);
    expectShare(beyond.length, count, Math.exp(-edge));
    expectFollows(beyond, (x) => 1 - Math.exp(-x));
  });

  it("have no seams between the layers: their density in fine cells is that of the law", () => {
    const cells = new Array<number>(513).fill(0);
    const probabilities = cells.map((_, i) =>
      i < 512 ? Math.exp(-i / 100) - Math.exp(-(i + 1) / 100) : Math.exp(-5.12),
    );
    for (const x of samples) cells[Math.min(512, Math.floor(x * 100))]!++;
    expectFits(cells, probabilities);
  });
});

describe("normal draws", () => {
  const draws = new Draws(12, "normal");
  const samples = Float64Array.from({ length: 200_000 }, (_, i) => draws.at(i, 0).normal());

  it("follow the normal law, with its first four moments", () => {
    expectFollows(samples, normalCdf);
    expectMean(samples, 0, 1);
    expectMean(
      samples.map((x) => x * x),
      1,
      Math.sqrt(2),
    );
    expectMean(
      samples.map((x) => x ** 4),
      3,
      Math.sqrt(105 - 9),
    );
  });
});
