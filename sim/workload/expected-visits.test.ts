import { describe, expect, it } from "vitest";
import { group, population, scenario } from "../cluster/testing/scenario.ts";
import type { Population } from "../scenario.ts";
import { expectedVisits } from "./expected-visits.ts";

/** Ten requests with a second between them: visits of nine seconds. */
const session: Population["session"] = {
  ...population().session,
  requests: { law: "constant", value: 10 },
  thinkMs: { law: "exponential", mean: 1000 },
};

const expected = (parts: Partial<Population>, durationMs = 60_000) =>
  expectedVisits(scenario([group()], { durationMs, populations: [population({ session, ...parts })] }));

describe("the visits to be expected", () => {
  it("are rate × length, by Little's law, and a twentieth more", () => {
    expect(expected({ arrivals: { process: "poisson", ratePerSec: 20 } })).toBe(189);
    expect(expected({ arrivals: { process: "renewal", gapMs: { law: "constant", value: 50 } } })).toBe(189);
  });

  it("count at the highest rate there will be", () => {
    const phases = [
      { durationMs: 1000, fromPerSec: 0, toPerSec: 20 },
      { durationMs: 1000, fromPerSec: 5, toPerSec: 0 },
    ];
    expect(expected({ arrivals: { process: "phases", phases } })).toBe(189);
    const diurnal = { meanPerSec: 10, amplitudeFraction: 1, periodMs: 1, peakAtMs: 0 };
    expect(expected({ arrivals: { process: "diurnal", ...diurnal } })).toBe(189);
  });

  it("are every user of a closed population, and every session of a batch", () => {
    expect(expected({ arrivals: { process: "closed", users: 100 } })).toBe(105);
    const batch = { law: "constant", value: 3 } as const;
    expect(expected({ arrivals: { process: "poisson", ratePerSec: 20 }, batch })).toBe(567);
  });

  it("last no longer than the run", () => {
    expect(expected({ arrivals: { process: "poisson", ratePerSec: 20 } }, 2000)).toBe(42);
  });
});
