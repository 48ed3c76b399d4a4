/** What begins visits: open arrivals, a fixed crowd of users, or a recorded trace. One source for each population. */

import { avalanche } from "../engine/hash.ts";
import type { Kernel } from "../engine/kernel.ts";
import { type ArrivalSource, arrivalSource } from "../workload/arrivals.ts";
import type { Sessions } from "../workload/sessions.ts";
import type { Users } from "../workload/users.ts";
import * as event from "./events.ts";
import type { VisitSource, Visits } from "./visits.ts";

/**
 * Numbers of visits: the k-th of a population is `first` + k, and `first` follows from the population's name alone, so
 * that one more visit or one more population shifts nobody's numbers.
 */
export interface Numbering {
  readonly population: number;
  readonly first: number;
}

const MOST_VISITS = 4_294_967_296;

/** Room for 2^32 visits. Should two of a million names ever meet, their visits share some draws, and nothing else. */
export function numberingOf(population: number, name: string): Numbering {
  let hash = 0;
  for (const character of name) hash = avalanche(hash ^ character.codePointAt(0)!);
  return { population, first: (hash & 0xfffff) * MOST_VISITS };
}

/** A visit's number among those of its population, from 0. */
export const numberInPopulation = (ordinal: number): number => ordinal % MOST_VISITS;

export class OpenSource implements VisitSource {
  private readonly kernel: Kernel;
  private readonly visits: Visits;
  private readonly users: Users;
  private readonly numbering: Numbering;
  private readonly arrivals: ArrivalSource;
  private readonly stream: number;
  private begun = 0;
  private arrived = 0;

  constructor(kernel: Kernel, visits: Visits, users: Users, numbering: Numbering, seed: number, horizonMs: number) {
    this.kernel = kernel;
    this.visits = visits;
    this.users = users;
    this.numbering = numbering;
    this.arrivals = arrivalSource(users.population.arrivals, seed, users.population.name, horizonMs);
    this.stream = kernel.addStream(event.ARRIVAL, numbering.population);
    this.scheduleNext();
  }

  private scheduleNext(): void {
    const atMs = this.arrivals.nextMs();
    if (atMs < Infinity) this.kernel.setNext(this.stream, atMs);
  }

  /** An arrival: its visits begin with their first request. */
  arrive(): void {
    this.scheduleNext();
    const size = this.users.batchSize(this.arrived++);
    for (let i = 0; i < size; i++) {
      const session = this.visits.begin(this.numbering.population, this.numbering.first + this.begun++);
      this.visits.issueAndSend(session);
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
  private readonly kernel: Kernel;
  private readonly visits: Visits;
  private readonly sessions: Sessions;
  private readonly users: Users;
  private readonly numbering: Numbering;
  private readonly count: number;

  constructor(kernel: Kernel, visits: Visits, sessions: Sessions, users: Users, numbering: Numbering, count: number) {
    this.kernel = kernel;
    this.visits = visits;
    this.sessions = sessions;
    this.users = users;
    this.numbering = numbering;
    this.count = count;
    for (let user = 0; user < count; user++) this.begin(user);
  }

  private begin(k: number): void {
    const ordinal = this.numbering.first + k;
    const session = this.visits.begin(this.numbering.population, ordinal);
    this.kernel.schedule(this.kernel.nowMs + this.users.thinkMs(ordinal, 0), event.THINK_OVER, session, 0);
  }

  /** The k-th visit of user u is number k × users + u, whoever finished first. */
  releases(session: number): boolean {
    this.begin(this.sessions.ordinal[session]! - this.numbering.first + this.count);
    return true;
  }

  requestEnded(): void {}
  paces(): boolean {
    return false;
  }
}
