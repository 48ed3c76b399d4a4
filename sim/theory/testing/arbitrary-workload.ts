/** Any users: open, closed, in bursts; patient or not; behind shared addresses, on the move, without cookies. */
import fc from "fast-check";
import type { Population } from "../../index.ts";
import { countLaw, law, positiveLaw, share } from "./arbitrary-laws.ts";
import { constant, populationOf } from "./scenarios.ts";

/** About `perSec` sessions per second until `untilMs`, and none after that. */
function arrivalsUntil(untilMs: number): fc.Arbitrary<Population["arrivals"]> {
  const rate = fc.constantFrom(2, 10, 40);
  return fc.oneof(
    rate.map((perSec) => ({
      process: "phases" as const,
      phases: [
        { durationMs: untilMs, fromPerSec: perSec, toPerSec: perSec },
        { durationMs: 1, fromPerSec: 0, toPerSec: 0 },
      ],
    })),
    rate.map((perSec) => ({
      process: "phases" as const,
      phases: [{ durationMs: untilMs, fromPerSec: 2 * perSec, toPerSec: 0 }],
    })),
  );
}

const endlessArrivals: fc.Arbitrary<Population["arrivals"]> = fc
  .record({ rate: fc.constantFrom(2, 10, 40), gapMs: positiveLaw(50), users: fc.integer({ min: 1, max: 12 }) })
  .chain(({ rate, gapMs, users }) =>
    fc.constantFrom<Population["arrivals"]>(
      { process: "poisson", ratePerSec: rate },
      { process: "deterministic", ratePerSec: rate },
      { process: "renewal", gapMs },
      {
        process: "mmpp",
        states: [
          { ratePerSec: 0, meanMs: 500 },
          { ratePerSec: 3 * rate, meanMs: 200 },
        ],
      },
      { process: "diurnal", meanPerSec: rate, amplitudeFraction: 1, periodMs: 1000, peakAtMs: 300 },
      {
        process: "flash-crowd",
        basePerSec: 0,
        peakPerSec: 4 * rate,
        atMs: 300,
        rampMs: 100,
        holdMs: 200,
        decayMs: 300,
      },
      { process: "closed", users },
    ),
  );

const script = fc.record({
  requests: countLaw,
  // A think time that is always zero, and a cluster that fails at once, would never let time pass for a closed crowd.
  thinkMs: positiveLaw(200),
  writesFraction: share,
  stateBytes: law(3000),
  growthBytesPerWrite: fc.constantFrom(0, 500),
  transactions: fc.option(fc.record({ fraction: share, steps: fc.integer({ min: 2, max: 4 }) })),
  parallel: fc.option(countLaw, { freq: 1 }),
  polling: fc.option(fc.record({ intervalMs: fc.constantFrom(20, 150), writesFraction: share, renews: fc.boolean() }), {
    freq: 1,
  }),
  logoutFraction: fc.constantFrom(1, 1, 0, 0.5),
  loginAt: fc.constantFrom(0, 0, 2),
});

const clients = fc.record({
  natFraction: share,
  natAddresses: fc.integer({ min: 1, max: 3 }),
  natZipfExponent: fc.constantFrom(0, 1),
  mobileFraction: share,
  addressChangeMeanMs: fc.constantFrom(50, 1000),
  cookiesFraction: share,
});

const retry = fc.record({
  attempts: fc.integer({ min: 0, max: 3 }),
  backoffMs: fc.constantFrom(0, 5, 100),
  backoffCapMs: fc.constantFrom(5, 200),
  jitter: fc.constantFrom("none" as const, "full" as const),
});

function populationWith(arrivals: fc.Arbitrary<Population["arrivals"]>): fc.Arbitrary<Population> {
  return fc
    .record({
      arrivals,
      batch: fc.option(countLaw, { freq: 4 }),
      session: script,
      clients,
      urls: fc.record({ count: fc.constantFrom(1, 20), zipfExponent: fc.constantFrom(0, 1) }),
      bytes: fc.option(fc.record({ request: law(500), response: law(9000) }), { freq: 1 }),
      serviceMs: fc.option(law(15)),
      patienceMs: fc.option(fc.constantFrom(8, 60, 500)),
      retry,
      afterFailure: fc.constantFrom("continue" as const, "leave" as const),
    })
    .map((given) => populationOf(given));
}

const named = (populations: readonly Population[]) =>
  populations.map((population, index) => ({ ...population, name: `users-${index}` }));

/** Users who keep coming to the end of the run. */
export const endlessUsers = fc.array(populationWith(endlessArrivals), { minLength: 1, maxLength: 2 }).map(named);

/** Users who have all come by `untilMs`. */
export const usersUntil = (untilMs: number) =>
  fc.array(populationWith(arrivalsUntil(untilMs)), { minLength: 1, maxLength: 2 }).map(named);

/** What a recorded trace leaves to be said of its users. */
export const replayedUsers = populationWith(fc.constant({ process: "trace" as const })).map((population) =>
  populationOf({
    ...population,
    name: "replayed",
    batch: null,
    session: {
      ...population.session,
      requests: constant(1),
      thinkMs: constant(0),
      writesFraction: 0,
      parallel: null,
      polling: null,
    },
    clients: { cookiesFraction: population.clients.cookiesFraction },
  }),
);
