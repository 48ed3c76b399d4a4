/** The same scenario in another unit of time. */
import type { Distribution, Fault, Population, Scenario, SessionRules, Strategy } from "../../index.ts";

/** Everything that takes time takes `factor` times as long; sizes, counts and shares stay. */
export function slowed(scenario: Scenario, factor: number): Scenario {
  const time = <T extends number | null>(value: T): T => (value === null ? value : value * factor) as T;
  const law = (given: Distribution) => slowedLaw(given, factor);
  const { balancers, network } = scenario.cluster;
  const { healthCheck, queue, reports } = balancers;
  return {
    ...scenario,
    durationMs: time(scenario.durationMs),
    warmUpMs: time(scenario.warmUpMs),
    windowMs: time(scenario.windowMs),
    populations: scenario.populations.map((population) => ({
      ...population,
      arrivals: slowedArrivals(population.arrivals, factor),
      session: {
        ...population.session,
        thinkMs: law(population.session.thinkMs),
        polling:
          population.session.polling === null
            ? null
            : { ...population.session.polling, intervalMs: time(population.session.polling.intervalMs) },
      },
      clients: { ...population.clients, addressChangeMeanMs: time(population.clients.addressChangeMeanMs) },
      serviceMs: population.serviceMs === null ? null : law(population.serviceMs),
      patienceMs: time(population.patienceMs),
      retry: {
        ...population.retry,
        backoffMs: time(population.retry.backoffMs),
        backoffCapMs: time(population.retry.backoffCapMs),
      },
    })),
    cluster: {
      ...scenario.cluster,
      serviceMs: law(scenario.cluster.serviceMs),
      balancers: {
        ...balancers,
        requestTimeoutMs: time(balancers.requestTimeoutMs),
        healthCheck:
          healthCheck === null
            ? null
            : { ...healthCheck, intervalMs: time(healthCheck.intervalMs), timeoutMs: time(healthCheck.timeoutMs) },
        queue: queue === null ? null : { ...queue, timeoutMs: time(queue.timeoutMs) },
        reports:
          reports === null ? null : { ...reports, intervalMs: time(reports.intervalMs), delayMs: law(reports.delayMs) },
      },
      network: {
        clientToBalancerMs: law(network.clientToBalancerMs),
        balancerToServerMs: law(network.balancerToServerMs),
      },
    },
    sessions: slowedRules(scenario.sessions, factor),
    faults: scenario.faults.map(
      (fault) =>
        Object.fromEntries(
          Object.entries(fault).map(([name, value]) => [
            name,
            name.endsWith("Ms") && typeof value === "number" ? time(value) : value,
          ]),
        ) as unknown as Fault,
    ),
  };
}

function slowedRules(rules: SessionRules, factor: number): SessionRules {
  const time = <T extends number | null>(value: T): T => (value === null ? value : value * factor) as T;
  const { cleanup, warning, concurrency, regenerateId, encoding } = rules;
  const compression = encoding?.compression ?? null;
  return {
    ...rules,
    idleTimeoutMs: time(rules.idleTimeoutMs),
    absoluteTimeoutMs: time(rules.absoluteTimeoutMs),
    cleanup: cleanup.kind === "periodic" ? { ...cleanup, intervalMs: time(cleanup.intervalMs) } : cleanup,
    warning:
      warning === null
        ? null
        : { ...warning, beforeMs: time(warning.beforeMs), reactionMs: slowedLaw(warning.reactionMs, factor) },
    concurrency:
      concurrency.kind !== "locked"
        ? concurrency
        : {
            ...concurrency,
            pollMs: time(concurrency.pollMs),
            waitTimeoutMs: time(concurrency.waitTimeoutMs),
            leaseMs: time(concurrency.leaseMs),
          },
    regenerateId: regenerateId === null ? null : { graceMs: time(regenerateId.graceMs) },
    encoding:
      encoding === null
        ? null
        : {
            serialiseMsPerMib: time(encoding.serialiseMsPerMib),
            deserialiseMsPerMib: time(encoding.deserialiseMsPerMib),
            compression:
              compression === null
                ? null
                : {
                    ...compression,
                    compressMsPerMib: time(compression.compressMsPerMib),
                    decompressMsPerMib: time(compression.decompressMsPerMib),
                  },
          },
  };
}

/** The same for the strategy's knobs: those named `…Ms`. */
export function slowedStrategy(strategy: Strategy, factor: number): Strategy {
  const part = (given: Strategy["state"]) => ({
    ...given,
    knobs: Object.fromEntries(
      Object.entries(given.knobs).map(([name, value]) => [
        name,
        name.endsWith("Ms") && typeof value === "number" ? value * factor : value,
      ]),
    ),
  });
  return {
    name: strategy.name,
    balancing: part(strategy.balancing),
    ...(strategy.placement === undefined ? {} : { placement: strategy.placement.map(part) }),
    affinity: part(strategy.affinity),
    state: part(strategy.state),
  };
}

function slowedLaw(law: Distribution, factor: number): Distribution {
  switch (law.law) {
    case "constant":
      return { ...law, value: law.value * factor };
    case "uniform":
      return { ...law, low: law.low * factor, high: law.high * factor };
    case "normal":
      return { ...law, mean: law.mean * factor, standardDeviation: law.standardDeviation * factor };
    case "pareto":
      return {
        ...law,
        minimum: law.minimum * factor,
        maximum: law.maximum === null ? null : law.maximum * factor,
      };
    case "weibull":
      return { ...law, scale: law.scale * factor };
    case "empirical":
      return { ...law, values: law.values.map((value) => value * factor) };
    case "zipf":
      throw new RangeError("a rank is not a time");
    default:
      return { ...law, mean: law.mean * factor };
  }
}

function slowedArrivals(arrivals: Population["arrivals"], factor: number): Population["arrivals"] {
  switch (arrivals.process) {
    case "poisson":
    case "deterministic":
      return { ...arrivals, ratePerSec: arrivals.ratePerSec / factor };
    case "renewal":
      return { ...arrivals, gapMs: slowedLaw(arrivals.gapMs, factor) };
    case "mmpp":
      return {
        ...arrivals,
        states: arrivals.states.map(({ ratePerSec, meanMs }) => ({
          ratePerSec: ratePerSec / factor,
          meanMs: meanMs * factor,
        })),
      };
    case "phases":
      return {
        ...arrivals,
        phases: arrivals.phases.map(({ durationMs, fromPerSec, toPerSec }) => ({
          durationMs: durationMs * factor,
          fromPerSec: fromPerSec / factor,
          toPerSec: toPerSec / factor,
        })),
      };
    case "diurnal":
      return {
        ...arrivals,
        meanPerSec: arrivals.meanPerSec / factor,
        periodMs: arrivals.periodMs * factor,
        peakAtMs: arrivals.peakAtMs * factor,
      };
    case "flash-crowd":
      return {
        ...arrivals,
        basePerSec: arrivals.basePerSec / factor,
        peakPerSec: arrivals.peakPerSec / factor,
        atMs: arrivals.atMs * factor,
        rampMs: arrivals.rampMs * factor,
        holdMs: arrivals.holdMs * factor,
        decayMs: arrivals.decayMs * factor,
      };
    default:
      return arrivals;
  }
}
