/** What begins visits: open arrivals, a fixed crowd of users, or a recorded trace. One source for each population. */

import type { Kernel } from "../engine/kernel.ts";
import { type ArrivalSource, arrivalSource } from "../workload/arrivals.ts";
import type { Sessions } from "../workload/sessions.ts";
import type { Users } from "../workload/users.ts";
import * as event from "./events.ts";
import type { VisitSource, Visits } from "./visits.ts";

export class OpenSource implements VisitSource {
  private readonly kernel: Kernel;
  private readonly visits: Visits;
  private readonly users: Users;
  private readonly population: number;
  private readonly arrivals: ArrivalSource;
  private readonly stream: number;
  private begun = 0;
  private arrived = 0;

  constructor(kernel: Kernel, visits: Visits, users: Users, population: number, seed: number, horizonMs: number) {
    this.kernel = kernel;
    this.visits = visits;
    this.users = users;
    this.population = population;
    this.arrivals = arrivalSource(users.population.arrivals, seed, users.population.name, horizonMs);
    this.stream = kernel.addStream(event.ARRIVAL, population);
    this.scheduleNext();
  }

  private scheduleNext(): void {
    const { kernel } = this;
    kernel.due[0] = this.arrivals.nextMs();
    if (kernel.due[0] < Infinity) kernel.setNextDue(this.stream);
  }

  /** An arrival: its visits begin with their first request. */
  arrive(): void {
    this.scheduleNext();
    const size = this.users.batchSize(this.arrived++);
    for (let i = 0; i < size; i++) {
      const session = this.visits.begin(this.population, this.begun++);
      this.visits.issuing.send(session);
    }
  }

  requestEnded(): void {}
  paces(): boolean {
    return false;
  }
  releases(): boolean {
    return true;
  }
}

/** A fixed number of users. Each thinks before the first request of every visit; when one is over, the next begins. */
export class ClosedSource implements VisitSource {
  private readonly visits: Visits;
  private readonly sessions: Sessions;
  private readonly population: number;
  private readonly count: number;

  constructor(visits: Visits, sessions: Sessions, population: number, count: number) {
    this.visits = visits;
    this.sessions = sessions;
    this.population = population;
    this.count = count;
    for (let user = 0; user < count; user++) this.begin(user);
  }

  private begin(number: number): void {
    this.visits.think(this.visits.begin(this.population, number), 0);
  }

  /** The k-th visit of user u is number k × users + u, whoever finished first. */
  releases(session: number): boolean {
    this.begin(this.sessions.numberOf(session) + this.count);
    return true;
  }

  requestEnded(): void {}
  paces(): boolean {
    return false;
  }
}
