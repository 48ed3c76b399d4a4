/** The source of every population's visits, by what its arrivals are. */
import type { Users } from "../workload/users.ts";
import { ClosedSource, OpenSource } from "./sources.ts";
import { TraceSource } from "./trace-source.ts";
import type { VisitParts, Visits } from "./visits.ts";

type Parts = Pick<VisitParts, "kernel" | "balancers" | "sessions" | "requests" | "scenario">;

export function openSources(users: readonly Users[], visits: Visits, parts: Parts, seed: number): void {
  const { kernel, balancers, sessions, requests, scenario } = parts;
  for (const [population, those] of users.entries()) {
    const { arrivals } = those.population;
    // A closed crowd's users begin at once, and what they do asks for the source: it has to be known first.
    if (arrivals.process === "closed") {
      visits.sources[population] = new ClosedSource(visits, sessions, population, arrivals.users);
    } else if (arrivals.process === "trace") {
      visits.sources[population] = new TraceSource(kernel, visits, balancers, sessions, requests, population);
    } else {
      visits.sources[population] = new OpenSource(kernel, visits, those, population, seed, scenario.durationMs);
    }
  }
}
