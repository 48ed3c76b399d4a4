/** The source of every population's visits, by what its arrivals are. */
import type { Users } from "../workload/users.ts";
import { ClosedSource, numberingOf, OpenSource } from "./sources.ts";
import { TraceSource } from "./trace-source.ts";
import type { VisitParts, Visits } from "./visits.ts";

type Parts = Pick<VisitParts, "kernel" | "balancers" | "sessions" | "requests" | "scenario">;

export function openSources(users: readonly Users[], visits: Visits, parts: Parts, seed: number): void {
  const { kernel, balancers, sessions, requests, scenario } = parts;
  for (const [population, those] of users.entries()) {
    const { arrivals, name } = those.population;
    const numbering = numberingOf(population, name);
    // A closed crowd's users begin at once, and what they do asks for the source: it has to be known first.
    if (arrivals.process === "closed") {
      visits.sources[population] = new ClosedSource(kernel, visits, sessions, those, numbering, arrivals.users);
    } else if (arrivals.process === "trace") {
      visits.sources[population] = new TraceSource(kernel, visits, balancers, sessions, requests, numbering);
    } else {
      visits.sources[population] = new OpenSource(kernel, visits, those, numbering, seed, scenario.durationMs);
    }
  }
}
