/** Runs driven by a handful of requests at known times, so that a test can say what has to become of each. */
import type { Cluster, Fault, Population, ServerGroup, Strategy } from "../../scenario.ts";
import { TraceWriter } from "../../workload/trace-writer.ts";
import { Simulation } from "../simulation.ts";
import { constant, group, population, scenario, strategy } from "./scenario.ts";

export interface Line {
  readonly atMs: number;
  readonly session: number;
  readonly isFirst?: boolean;
  readonly writes?: boolean;
  readonly address?: number;
}

export interface ReplayParts {
  readonly servers?: readonly ServerGroup[];
  /** Every request takes so long. */
  readonly serviceMs?: number;
  readonly balancers?: Partial<Cluster["balancers"]>;
  readonly strategy?: Partial<Strategy>;
  readonly faults?: readonly Fault[];
  readonly users?: Partial<Population>;
}

/** A run of a second over a trace whose sessions are known to be over at the given times; `prepare` sees it at its start. */
export function replay(
  lines: readonly Line[],
  ends: readonly (readonly [session: number, knownAtMs: number])[],
  parts: ReplayParts = {},
  prepare: (simulation: Simulation) => void = () => {},
) {
  const trace = population({ arrivals: { process: "trace" }, ...parts.users });
  const { cluster, ...rest } = scenario(parts.servers ?? [group({ count: 2 })], { faults: parts.faults ?? [] });
  const simulation = new Simulation(
    {
      ...rest,
      populations: [trace],
      cluster: {
        ...cluster,
        serviceMs: constant(parts.serviceMs ?? 10),
        balancers: { ...cluster.balancers, ...parts.balancers },
      },
    },
    strategy(parts.strategy),
    1,
  );
  const decisions = simulation.logDecisions({ from: 0, to: 1000 });
  const writer = new TraceWriter(1000);
  for (const { atMs, session, isFirst = false, writes = false, address = 0 } of lines) {
    writer.request({ atMs, session, isFirst, writes, address, url: 1, responseBytes: 0 });
  }
  for (const [session, knownAtMs] of ends) {
    const own = lines.filter((line) => line.session === session);
    writer.end({ session, requests: own.length, lastAtMs: own.at(-1)?.atMs ?? 0, knownAtMs });
  }
  writer.cut();
  simulation.advance(0);
  simulation.feed(writer.take() ?? null);
  prepare(simulation);
  while (simulation.advance(Infinity) === "trace") simulation.feed(null);
  const { counts, live } = simulation.ledger;
  return { decisions, counts, live, simulation };
}
