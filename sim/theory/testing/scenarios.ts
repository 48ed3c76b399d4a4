/**
 * Scenarios for tests, with the plainest default for everything that a test does not name: one balancer that never
 * probes, no network, one worker per server, endless patience, nothing retried, nothing breaks.
 *
 * Times are in ms and the mean service time is 1 ms unless stated, so that rates per ms are utilisations and results
 * compare with the tables of the literature as they stand.
 */
import type { BalancingDefinition } from "../../balancing/algorithm.ts";
import { type Described, type Knobs, partNamed, withDefaults } from "../../catalogue.ts";
import type {
  Cluster,
  Distribution,
  Fault,
  Population,
  RunRecord,
  Scenario,
  ServerGroup,
  SessionRules,
  Strategy,
} from "../../index.ts";
import { plainSessionRules } from "../../persistence/lifecycle/plain-rules.ts";
import { engine } from "./engine.ts";

export const constant = (value: number): Distribution => ({ law: "constant", value });
export const exponential = (mean: number): Distribution => ({ law: "exponential", mean });
/** H2 with balanced means and the squared coefficient of variation `cv2`. */
export const hyperexponential = (mean: number, cv2: number): Distribution => ({
  law: "hyperexponential",
  mean,
  cv: Math.sqrt(cv2),
});
export const lognormal = (mean: number, cv2: number): Distribution => ({ law: "lognormal", mean, cv: Math.sqrt(cv2) });
export const erlang = (mean: number, shape: number): Distribution => ({ law: "gamma", mean, shape });

export type SessionScript = Population["session"];

interface PopulationParts extends Partial<Omit<Population, "session" | "clients" | "retry">> {
  readonly session?: Partial<SessionScript>;
  readonly clients?: Partial<Population["clients"]>;
  readonly retry?: Partial<Population["retry"]>;
}

/** Users who send one request each at 1 per ms, unless told otherwise. */
export function populationOf({ session, clients, retry, ...rest }: PopulationParts = {}): Population {
  return {
    name: "users",
    arrivals: { process: "poisson", ratePerSec: 1000 },
    batch: null,
    session: {
      requests: constant(1),
      thinkMs: constant(0),
      writesFraction: 0,
      stateBytes: constant(1024),
      growthBytesPerWrite: 0,
      changedBytesPerWrite: null,
      transactions: null,
      parallel: null,
      polling: null,
      logoutFraction: 1,
      loginAt: 0,
      ...session,
    },
    clients: {
      natFraction: 0,
      natAddresses: 1,
      natZipfExponent: 0,
      mobileFraction: 0,
      addressChangeMeanMs: 1,
      cookiesFraction: 1,
      ...clients,
    },
    urls: { count: 1, zipfExponent: 0 },
    bytes: null,
    serviceMs: null,
    patienceMs: null,
    retry: { attempts: 0, backoffMs: 0, backoffCapMs: 0, jitter: "none", ...retry },
    afterFailure: "continue",
    ...rest,
  };
}

/** Poisson arrivals, given per ms. */
export const poisson = (ratePerMs: number): Population["arrivals"] => ({
  process: "poisson",
  ratePerSec: 1000 * ratePerMs,
});

export const serversOf = (parts: Partial<ServerGroup> = {}): ServerGroup => ({
  name: "server",
  count: 1,
  workers: 1,
  discipline: "fcfs",
  speed: 1,
  weight: 1,
  queueLimit: null,
  concurrencyLimit: null,
  maxConnections: null,
  tier: 0,
  zone: null,
  ...parts,
});

interface ScenarioParts {
  readonly durationMs: number;
  /** A tenth of the duration unless told otherwise. */
  readonly warmUpMs?: number;
  /** One window for the whole run unless told otherwise. */
  readonly windowMs?: number;
  readonly populations?: readonly Population[];
  readonly servers?: ServerGroup | readonly ServerGroup[];
  readonly serviceMs?: Distribution;
  readonly balancers?: Partial<Cluster["balancers"]>;
  readonly network?: Partial<Cluster["network"]>;
  readonly sessions?: Partial<SessionRules>;
  readonly faults?: readonly Fault[];
}

export function scenarioOf(parts: ScenarioParts): Scenario {
  const { durationMs, servers = serversOf() } = parts;
  return {
    name: "theory",
    durationMs,
    warmUpMs: parts.warmUpMs ?? durationMs / 10,
    windowMs: parts.windowMs ?? durationMs,
    populations: parts.populations ?? [populationOf()],
    cluster: {
      servers: "count" in servers ? [servers] : servers,
      serviceMs: parts.serviceMs ?? exponential(1),
      balancers: {
        count: 1,
        zones: [],
        choose: "per-request",
        redispatch: 0,
        requestTimeoutMs: null,
        cancelsAbandonedWork: false,
        healthCheck: null,
        queue: null,
        reports: null,
        ...parts.balancers,
      },
      network: { clientToBalancerMs: constant(0), balancerToServerMs: constant(0), ...parts.network },
    },
    sessions: { ...plainSessionRules, ...parts.sessions },
    faults: parts.faults ?? [],
  };
}

interface StrategyParts {
  readonly balancing?: string;
  readonly affinity?: string;
  readonly state?: string;
  /** For whichever of the three parts has them. */
  readonly knobs?: Knobs;
}

/** Round robin, no affinity, sessions in server memory, unless told otherwise; every knob not given has its default. */
export function strategyOf({
  balancing = "round-robin",
  affinity = "none",
  state = "server-memory",
  knobs = {},
}: StrategyParts = {}): Strategy {
  const { affinityMechanisms, balancingAlgorithms, stateBackends } = engine;
  const parts = [
    partNamed(balancingAlgorithms, balancing, "balancing algorithm"),
    partNamed(affinityMechanisms, affinity, "affinity mechanism"),
    partNamed(stateBackends, state, "state backend"),
  ] as const;
  for (const name of Object.keys(knobs)) {
    if (!parts.some((part) => name in part.knobs)) throw new RangeError(`no part of the strategy has a knob ${name}`);
  }
  const [first, second, third] = parts.map((part) => ({
    name: part.name,
    knobs: withDefaults(part, meantFor(part, knobs)),
  }));
  return { name: `${balancing}/${affinity}/${state}`, balancing: first!, affinity: second!, state: third! };
}

/** Where two parts have a knob of one name with choices, the value says whose it is. */
function meantFor(part: Described, knobs: Knobs): Knobs {
  const fits = ([name, value]: [string, Knobs[string]]) => {
    const knob = part.knobs[name];
    return knob?.unit !== "choice" || (value !== undefined && knob.choices.includes(String(value)));
  };
  return Object.fromEntries(Object.entries(knobs).filter(fits));
}

/** `algorithms` are balancing algorithms beside those of the catalogue. */
export function run(
  scenario: Scenario,
  strategy: Strategy = strategyOf(),
  seed = 1,
  algorithms: readonly BalancingDefinition[] = [],
): RunRecord {
  const own = { balancing: algorithms, affinity: [], state: [] };
  return engine.simulate({ scenario, strategy, seed, scenarioHash: "", own });
}
