/** A small scenario made at random: what an affinity or a state backend is put through, and what is shown when it fails. */
import fc from "fast-check";

export interface Situation {
  readonly servers: number;
  readonly balancers: number;
  readonly ratePerSec: number;
  readonly requests: number;
  readonly thinkMs: number;
  readonly writesPercent: number;
  readonly cookiesPercent: number;
  readonly natPercent: number;
  readonly mobilePercent: number;
  readonly idleTimeoutMs: number | null;
  readonly crashes: readonly {
    readonly server: number;
    readonly atMs: number;
    readonly restartAfterMs: number | null;
  }[];
  readonly storeCrashAtMs: number | null;
  readonly addedAtMs: number | null;
  readonly seed: number;
}

const percent = fc.constantFrom(0, 20, 50, 100);

export const situation: fc.Arbitrary<Situation> = fc.record({
  servers: fc.integer({ min: 1, max: 4 }),
  balancers: fc.integer({ min: 1, max: 2 }),
  ratePerSec: fc.integer({ min: 1, max: 8 }),
  requests: fc.integer({ min: 1, max: 8 }),
  thinkMs: fc.constantFrom(0, 100, 700, 3000),
  writesPercent: percent,
  cookiesPercent: fc.constantFrom(100, 80, 0),
  natPercent: fc.constantFrom(0, 50),
  mobilePercent: fc.constantFrom(0, 50),
  idleTimeoutMs: fc.constantFrom(null, 2000),
  crashes: fc.array(
    fc.record({
      server: fc.nat(3),
      atMs: fc.integer({ min: 100, max: 9000 }),
      restartAfterMs: fc.constantFrom(null, 500, 3000),
    }),
    { maxLength: 2 },
  ),
  storeCrashAtMs: fc.option(fc.integer({ min: 100, max: 9000 }), { freq: 3 }),
  addedAtMs: fc.option(fc.integer({ min: 100, max: 9000 }), { freq: 3 }),
  seed: fc.nat(1000),
});

/** Nobody fails, one server, every client plain: nothing may be lost here. */
export const calm = (given: Situation): Situation => ({
  ...given,
  servers: 1,
  cookiesPercent: 100,
  natPercent: 0,
  mobilePercent: 0,
  idleTimeoutMs: null,
  crashes: [],
  storeCrashAtMs: null,
  addedAtMs: null,
});

/** As a scenario file that `strategy` runs in. */
export function scenarioText(given: Situation, strategy: string): string {
  const faults = [
    ...given.crashes
      .filter(({ server }) => server < given.servers)
      .map(({ server, atMs, restartAfterMs }) => {
        const back = restartAfterMs === null ? "none" : `${restartAfterMs}ms`;
        return `{ at: ${atMs}ms, crash: server-${server + 1}, restartAfter: ${back} }`;
      }),
    ...(given.storeCrashAtMs === null ? [] : [`{ at: ${given.storeCrashAtMs}ms, crash: store, restartAfter: 1s }`]),
    ...(given.addedAtMs === null ? [] : [`{ at: ${given.addedAtMs}ms, scaleOut: added }`]),
  ];
  const added = given.addedAtMs === null ? "" : "\n    - { name: added, count: 1, workers: 2 }";
  return `name: made-up
duration: 10s
workload:
  users:
    arrivals: { process: poisson, rate: ${given.ratePerSec}/s }
    session:
      requests: { geometric: ${given.requests} }
      think: ${given.thinkMs === 0 ? "0ms" : `{ exponential: ${given.thinkMs}ms }`}
      writes: ${given.writesPercent}%
      size: 1KiB
    clients:
      cookies: ${given.cookiesPercent}%
      addresses: { nat: { share: ${given.natPercent}%, addresses: 5 }, mobile: { share: ${given.mobilePercent}%, changeEvery: 2s } }
    retry: { attempts: 1, backoff: { exponential: 50ms } }
cluster:
  balancers: { count: ${given.balancers}, healthCheck: { interval: 500ms, rise: 1, fall: 1 } }
  servers:
    - { name: server, count: ${given.servers}, workers: 2 }${added}
  service: { exponential: 20ms }
  network: { clientToBalancer: 5ms, balancerToServer: 0.5ms }
sessions: { idleTimeout: ${given.idleTimeoutMs === null ? "none" : `${given.idleTimeoutMs}ms`} }
faults: [${faults.join(", ")}]
strategies: [${strategy}]
runs: 1
seed: ${given.seed}
`;
}
