/** One affinity mechanism with clients, balancers and a clock around it that the test sets as it likes. */
import type { Fleet } from "../../../balancing/fleet.ts";
import { fleetOf, requestsOf } from "../../../balancing/testing/bench.ts";
import { type Knobs, partNamed, withDefaults } from "../../../catalogue.ts";
import { Draws } from "../../../engine/draws.ts";
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
  /** Sessions whose requests change something. */
  readonly posts = new Set<number>();
  /** By session: number of its request, the application's session id that it carries, and the one in its answer. */
  readonly requestNumber = new Map<number, number>();
  readonly carriedId = new Map<number, number>();
  readonly answeredId = new Map<number, number>();
  cookieBytes = 0;
  messages = 0;
  messageBytes = 0;
  tracksIds = false;
  private due: { readonly atMs: number; readonly entity: number; readonly operand: number }[] = [];
  private readonly life: number[];
  private lives: number;
  private readonly columns: SessionColumns[] = [];
  private capacity = INITIAL_SESSIONS;

  constructor(name: string, { weights = [1, 1, 1], balancers = 1, knobs = {} }: BenchParts = {}) {
    this.fleets = Array.from({ length: balancers }, () => fleetOf(weights));
    this.life = weights.map((_, server) => server);
    this.lives = weights.length;
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
        visitOf: (session) => session,
        changes: (request) => this.posts.has(request),
        numberOf: (request) => this.requestNumber.get(request) ?? 0,
        sessionIdOf: (request) => this.carriedId.get(request) ?? -1,
        answeredIdOf: (request) => this.answeredId.get(request) ?? this.carriedId.get(request) ?? 1000 + request,
        returnsCookies: (session) => !this.refusesCookies.has(session),
        addressChanged: (session) => this.movedSessions.has(session),
      },
      views: this.fleets,
      lifeOf: (server) => this.life[server]!,
      attach: (columns) => {
        this.columns.push(columns);
        columns.grow(this.capacity);
      },
      trackIds: () => {
        this.tracksIds = true;
      },
      countCookieBytes: (bytes) => {
        this.cookieBytes += bytes;
      },
      countReplication: (messages, bytes) => {
        this.messages += messages;
        this.messageBytes += bytes;
      },
      schedule: (atMs, entity, operand) => {
        this.due.push({ atMs, entity, operand });
      },
      drawsOf: (purpose) => new Draws(1, purpose),
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

  /** A server is started again: another process, maybe another address. */
  replace(server: number): void {
    this.life[server] = this.lives++;
    for (let balancer = 0; balancer < this.fleets.length; balancer++) this.mechanism.serverChanged(balancer, server);
  }

  /** A server is no longer in the balancers' configuration. */
  unlist(server: number): void {
    this.fleets.forEach((fleet, balancer) => {
      fleet.setListed(server, false);
      this.mechanism.serverChanged(balancer, server);
    });
  }

  /** Moves time, and with it the mechanism's own events. */
  to(atMs: number): void {
    for (;;) {
      const [next] = this.due.filter((event) => event.atMs <= atMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.due = this.due.filter((event) => event !== next);
      this.nowMs = next.atMs;
      this.mechanism.elapsed(next.entity, next.operand);
    }
    this.nowMs = atMs;
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
