/** Plain worlds that several laws are looked for in. */
import type { Fault, Population, Scenario } from "../../index.ts";
import { constant, exponential, populationOf, scenarioOf, serversOf } from "./scenarios.ts";

/** Servers that crash and stay down. */
export const crashOf = (servers: readonly number[], atMs: number): Fault => ({
  kind: "crash",
  atMs,
  servers,
  restartAfterMs: null,
});

/** About so many users whose sessions outlast the run: logins in the first 200 ms, then a write every `thinkMs` on average. */
export const lastingUsers = (users: number, thinkMs: number): Population => {
  const perSec = users / 0.2;
  return populationOf({
    arrivals: {
      process: "phases",
      phases: [
        { durationMs: 200, fromPerSec: perSec, toPerSec: perSec },
        { durationMs: 1, fromPerSec: 0, toPerSec: 0 },
      ],
    },
    session: { requests: constant(1e9), thinkMs: exponential(thinkMs), writesFraction: 1 },
  });
};

/** Ten servers whose work takes no time, so that nothing but chance is measured. */
export const idealised = (population: Population, parts: Partial<Parameters<typeof scenarioOf>[0]> = {}): Scenario =>
  scenarioOf({
    durationMs: 20_000,
    warmUpMs: 0,
    serviceMs: constant(0),
    populations: [population],
    servers: serversOf({ count: 10, workers: 1000 }),
    ...parts,
  });
