import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { skewOf } from "./skew.ts";

const server = fc.record({ load: fc.nat(1e6), share: fc.integer({ min: 1, max: 100 }) });
const servers = fc.array(server, { minLength: 1, maxLength: 40 }).filter((all) => all.some(({ load }) => load > 0));

const skew = (all: readonly { readonly load: number; readonly share: number }[]) =>
  skewOf(
    all.map(({ load }) => load),
    all.map(({ share }) => share),
  );

describe("load skew", () => {
  it("of 1, 2 and 3 at equal shares is as by hand", () => {
    const { peakToMean, cv, jain } = skewOf([1, 2, 3], [1, 1, 1]);
    expect(peakToMean).toBe(1.5);
    // The population's standard deviation, sqrt(2/3), over the mean of 2.
    expect(cv).toBeCloseTo(Math.sqrt(2 / 3) / 2, 14);
    expect(jain).toBeCloseTo(36 / (3 * 14), 14);
  });

  it("is that of all load on one server: n, sqrt(n - 1) and 1/n", () => {
    for (const n of [1, 2, 5, 64]) {
      const { peakToMean, cv, jain } = skewOf(
        Array.from({ length: n }, (_, i) => (i === 0 ? 7 : 0)),
        new Array<number>(n).fill(1),
      );
      expect(peakToMean).toBeCloseTo(n, 12);
      expect(cv).toBeCloseTo(Math.sqrt(n - 1), 12);
      expect(jain).toBeCloseTo(1 / n, 12);
    }
  });

  it("is perfect when load follows share", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 9 }),
        (shares, load) => {
          const { peakToMean, cv, jain } = skewOf(
            shares.map((share) => share * load),
            shares,
          );
          expect(peakToMean).toBeCloseTo(1, 12);
          expect(cv).toBeCloseTo(0, 6);
          expect(jain).toBeCloseTo(1, 12);
        },
      ),
    );
  });

  it("stays within its bounds, and Jain's index is 1 / (1 + cv²)", () => {
    fc.assert(
      fc.property(servers, (all) => {
        const { peakToMean, cv, jain } = skew(all);
        const slack = 1e-9;
        expect(peakToMean).toBeGreaterThanOrEqual(1 - slack);
        expect(peakToMean).toBeLessThanOrEqual(all.length + slack);
        expect(cv).toBeGreaterThanOrEqual(0);
        expect(cv).toBeLessThanOrEqual(Math.sqrt(all.length - 1) + slack);
        expect(jain).toBeCloseTo(1 / (1 + cv! * cv!), 9);
      }),
    );
  });

  it("depends neither on the order of servers nor on the unit of load", () => {
    fc.assert(
      fc.property(servers, fc.integer({ min: 1, max: 50 }), (all, unit) => {
        const before = skew(all);
        const after = skew([...all].reverse().map(({ load, share }) => ({ load: load * unit, share })));
        expect(after.peakToMean).toBeCloseTo(before.peakToMean!, 9);
        expect(after.cv).toBeCloseTo(before.cv!, 6);
        expect(after.jain).toBeCloseTo(before.jain!, 9);
      }),
    );
  });

  it("leaves out servers without a share", () => {
    fc.assert(
      fc.property(servers, fc.nat(100), (all, load) => {
        expect(skew([...all, { load, share: 0 }])).toEqual(skew(all));
      }),
    );
  });

  it("is absent where there is no load or no server", () => {
    const absent = { peakToMean: null, cv: null, jain: null };
    expect(skewOf([0, 0], [1, 1])).toEqual(absent);
    expect(skewOf([], [])).toEqual(absent);
    expect(skewOf([5], [0])).toEqual(absent);
  });
});
