/** One affinity mechanism with clients, balancers and a clock around it that the test sets as it likes. */
import type { Fleet } from "../../../balancing/fleet.ts";
import { fleetOf, requestsOf } from "../../../balancing/testing/bench.ts";
import { type Knobs, partNamed, withDefaults } from "../../../catalogue.ts";
import type { SessionColumns } from "../../../workload/sessions.ts";
import { affinityMechanisms } from "../index.ts";
import type { AffinityContext, AffinityMechanism } from "../mechanism.ts";

/** Room for so many sessions at first; one more makes the columns grow. */
const INITIAL_SESSIONS = 4;

export interface BenchParts {
  readonly weights?: readonly number[];
  readonly balancers?: number;
  readonly knobs?: Knobs;
}

/** Every request is the client's only one under way, so that a session's number is its request's too. */
export class Bench {
  nowMs = 0;
  readonly fleets: readonly Fleet[];
  readonly mechanism: AffinityMechanism;
  /** By session; where nothing is set, clients have an address of their own and return cookies. */
  readonly address = new Map<number, number>();
  readonly refusesCookies = new Set<number>();
  readonly movedSessions = new Set<number>();
  cookieBytes = 0;
  private readonly columns: SessionColumns[] = [];
  private capacity = INITIAL_SESSIONS;

  constructor(name: string, { weights = [1, 1, 1], balancers = 1, knobs = {} }: BenchParts = {}) {
    this.fleets = Array.from({ length: balancers }, () => fleetOf(weights));
    const definition = partNamed(affinityMechanisms, name, "affinity mechanism");
    this.mechanism = definition.create(withDefaults(definition, knobs), this.context());
  }

  private context(): AffinityContext {
    const bench = this;
    return {
      requests: {
        get nowMs() {
          return bench.nowMs;
        },
        ...requestsOf({ addressOf: (request) => this.address.get(request) ?? 0xc0000000 + request, urlOf: () => 1 }),
        sessionOf: (request) => request,
        returnsCookies: (session) => !this.refusesCookies.has(session),
        addressChanged: (session) => this.movedSessions.has(session),
      },
      views: this.fleets,
      attach: (columns) => {
        this.columns.push(columns);
        columns.grow(this.capacity);
      },
      countCookieBytes: (bytes) => {
        this.cookieBytes += bytes;
      },
    };
  }

  /** A visit begins in the slot. */
  begin(session: number): void {
    while (session >= this.capacity) {
      this.capacity *= 2;
      for (const columns of this.columns) columns.grow(this.capacity);
    }
    this.mechanism.forget(session);
  }

  /** The server that a request is led to, or -1, and how the look-up came out. */
  look(session: number, balancer = 0): { readonly server: number; readonly outcome: number } {
    const server = this.mechanism.lookup(session, balancer);
    return { server, outcome: this.mechanism.outcome };
  }

  /** A request that `server` answers, wherever it was to go by its binding. */
  answer(session: number, server: number, balancer = 0): void {
    this.mechanism.lookup(session, balancer);
    this.mechanism.answered(session, balancer, server);
  }
}
