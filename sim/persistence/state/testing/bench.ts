/** One state backend with servers, clients and a clock around it that the test moves as it likes. */
import { type Knobs, partNamed, withDefaults } from "../../../catalogue.ts";
import { Draws } from "../../../engine/draws.ts";
import type { Cause } from "../../../metrics/causes.ts";
import type { SessionRules } from "../../../scenario.ts";
import type { SessionColumns } from "../../../workload/sessions.ts";
import { plainSessionRules } from "../../lifecycle/plain-rules.ts";
import {
  CONFLICT,
  EXPIRED,
  FOUND,
  MISSING,
  PENDING,
  type StateBackend,
  type StateContext,
  UNAVAILABLE,
  WRITTEN,
} from "../backend.ts";
import { stateBackends } from "../index.ts";

/** Room for so many sessions at first; one more makes the columns grow. */
const INITIAL_SESSIONS = 2;

/** A read or a write under way or done. */
export interface Operation {
  readonly request: number;
  readonly session: number;
  readonly server: number;
  readonly isRead: boolean;
  readonly contains: number;
  readonly changed: boolean;
  outcome: number;
  /** When it was done; while it is pending, when it will be. */
  atMs: number;
  /** Writes in the copy that was read, or in the newest one after a write; -1 for none. */
  found: number;
  cause: Cause | null;
}

interface Scheduled {
  readonly atMs: number;
  readonly run: () => void;
}

/** What a backend may look at on its creation already. */
export interface Setting {
  readonly seed?: number;
  readonly rules?: Partial<SessionRules>;
  /** By server; nowhere in particular where nothing is said. */
  readonly zones?: readonly string[];
}

export class Bench {
  nowMs = 0;
  readonly backend: StateBackend;
  readonly bytes = new Map<number, number>();
  readonly refusesCookies = new Set<number>();
  /** Users who have yet to log in. */
  readonly anonymous = new Set<number>();
  changedBytes = 256;
  seed = 1;
  rules: SessionRules = plainSessionRules;
  /** What becomes of two changes of one copy; the last write wins unless a test says otherwise. */
  contentOf: StateContext["contentOf"] = (held, contains, changed) => (changed ? contains : held);
  replicationMessages = 0;
  replicationBytes = 0;
  storeOperations = 0;
  revokedReads = 0;
  cookieBytes = 0;
  private readonly zones: readonly string[];
  private readonly life: number[];
  private lives: number;
  private readonly serverOfLife: number[] = [];
  private readonly stoppedLives = new Set<number>();
  private scheduled: Scheduled[] = [];
  /** Whether answers wait on their way to the client until `deliver`, instead of being there at once. */
  holdsAnswers = false;
  private readonly sessionOfRequest: number[] = [];
  /** By request; those that are gone are taken out. */
  private readonly underWay = new Map<number, Operation>();
  private requests = 0;
  private readonly columns: SessionColumns[] = [];
  private capacity = INITIAL_SESSIONS;

  constructor(name: string, servers: number, knobs: Knobs = {}, { seed, rules, zones }: Setting = {}) {
    if (seed !== undefined) this.seed = seed;
    if (rules !== undefined) this.rules = { ...this.rules, ...rules };
    this.zones = zones ?? [];
    this.life = Array.from({ length: servers }, (_, server) => server);
    this.serverOfLife.push(...this.life);
    this.lives = servers;
    const definition = partNamed(stateBackends, name, "state backend");
    this.backend = definition.create(withDefaults(definition, knobs), this.context());
  }

  private context(): StateContext {
    const bench = this;
    const sessionOf = (request: number) => bench.sessionOfRequest[request]!;
    return {
      get nowMs() {
        return bench.nowMs;
      },
      get rules() {
        return bench.rules;
      },
      servers: {
        count: bench.life.length,
        get upCount() {
          return bench.life.filter((life) => life >= 0).length;
        },
        isUp: (server) => bench.life[server]! >= 0,
        lifeOf: (server) => bench.life[server]!,
        zoneOf: (server) => bench.zones[server] ?? null,
        serverOf: (life) => (life < 0 ? -1 : bench.serverOfLife[life]!),
        isAlive: (life) => life >= 0 && bench.life[bench.serverOfLife[life]!] === life,
        causeOfEnd: (life) => (bench.stoppedLives.has(life) ? "scale-in" : "crash"),
      },
      sessionOf,
      attemptOf: (request) => (bench.underWay.has(request) ? request : -1),
      visitOf: (session) => session,
      isLoggedIn: (session) => !bench.anonymous.has(session),
      changedBytesOf: (session) => Math.min(bench.changedBytes, bench.bytes.get(session) ?? 1024),
      contentOf: (held, contains, changed) => bench.contentOf(held, contains, changed),
      drawsOf: (purpose) => new Draws(bench.seed, purpose),
      returnsCookies: (session) => !bench.refusesCookies.has(session),
      bytesOf: (session) => bench.bytes.get(session) ?? 1024,
      attach: (columns) => {
        bench.columns.push(columns);
        columns.grow(bench.capacity);
      },
      schedule: (atMs, entity, operand) => bench.after(atMs, () => bench.backend.elapsed(entity, operand)),
      scheduleRead: (atMs, request) => bench.after(atMs, () => bench.readDone(request)),
      scheduleWrite: (atMs, request) => bench.after(atMs, () => bench.writeDone(request)),
      countReplication: (messages, bytes) => {
        bench.replicationMessages += messages;
        bench.replicationBytes += bytes;
      },
      countStoreOperation: () => {
        bench.storeOperations++;
      },
      countCookieBytes: (bytes) => {
        bench.cookieBytes += bytes;
      },
      countRevokedRead: () => {
        bench.revokedReads++;
      },
    };
  }

  /** A new session in the slot. */
  begin(session: number): void {
    while (session >= this.capacity) {
      this.capacity *= 2;
      for (const columns of this.columns) columns.grow(this.capacity);
    }
    this.backend.forget(session);
  }

  read(session: number, server: number): Operation {
    const { request, operation } = this.issue({ session, server, isRead: true, contains: 0, changed: false });
    this.finish(request, this.backend.read(request, server));
    return operation;
  }

  write(session: number, server: number, contains: number, changed = true): Operation {
    const { request, operation } = this.issue({ session, server, isRead: false, contains, changed });
    this.finish(request, this.backend.write(request, server, contains, changed));
    return operation;
  }

  private issue(what: Pick<Operation, "session" | "server" | "isRead" | "contains" | "changed">) {
    const request = this.requests++;
    this.sessionOfRequest.push(what.session);
    this.backend.carried?.sent(request);
    const operation: Operation = { ...what, request, outcome: PENDING, atMs: Number.NaN, found: -1, cause: null };
    this.underWay.set(request, operation);
    return { request, operation };
  }

  private readDone(request: number): void {
    const operation = this.underWay.get(request);
    if (operation !== undefined) this.finish(request, this.backend.readDone(request, operation.server));
  }

  private writeDone(request: number): void {
    const operation = this.underWay.get(request);
    if (operation === undefined) return;
    const { server, contains, changed } = operation;
    this.finish(request, this.backend.writeDone(request, server, contains, changed));
  }

  private finish(request: number, outcome: number): void {
    const operation = this.underWay.get(request)!;
    operation.outcome = outcome;
    if (outcome === PENDING) {
      operation.atMs = this.scheduled[this.scheduled.length - 1]?.atMs ?? Number.NaN;
      return;
    }
    operation.atMs = this.nowMs;
    if (operation.isRead && outcome === FOUND) operation.found = this.backend.writesRead;
    if (!operation.isRead && outcome === WRITTEN) operation.found = this.backend.writesWritten;
    if (operation.isRead && (outcome === MISSING || outcome === EXPIRED)) operation.cause = this.backend.cause;
    this.underWay.delete(request);
    if (!operation.isRead && outcome === WRITTEN && !this.holdsAnswers) this.deliver(operation);
  }

  /** The client has the answer. */
  deliver({ request }: Operation): void {
    this.backend.carried?.arrived(request);
  }

  /** Moves time, and with it everything that is due until then. */
  to(atMs: number): void {
    for (;;) {
      const [next] = this.scheduled.filter((event) => event.atMs <= atMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.scheduled = this.scheduled.filter((event) => event !== next);
      this.nowMs = next.atMs;
      next.run();
    }
    this.nowMs = atMs;
  }

  /** Time passes until nothing is under way. */
  settle(): void {
    while (this.scheduled.length > 0) this.to(Math.max(...this.scheduled.map(({ atMs }) => atMs)));
  }

  private after(atMs: number, run: () => void): void {
    this.scheduled.push({ atMs, run });
  }

  /** A server dies, with the requests on it. */
  crash(...servers: readonly number[]): void {
    for (const server of servers) {
      this.life[server] = -1;
      for (const [request, operation] of this.underWay) if (operation.server === server) this.underWay.delete(request);
      this.backend.serverStopped(server);
      if (this.life.every((life) => life < 0)) this.backend.allServersDown(this.lives);
    }
  }

  /** A server is taken away on purpose, when its requests are over. */
  stop(...servers: readonly number[]): void {
    for (const server of servers) this.stoppedLives.add(this.life[server]!);
    this.crash(...servers);
  }

  start(server: number): void {
    this.life[server] = this.lives++;
    this.serverOfLife.push(server);
    this.backend.serverStarted(server);
  }
}

/** What a read came to, in a word: how many writes the copy has, why there is none, or that nobody answers. */
export function told({ outcome, found, cause }: Operation): number | string {
  if (outcome === FOUND) return found;
  if (outcome === MISSING) return `missing: ${cause ?? "elsewhere"}`;
  if (outcome === EXPIRED) return `expired: ${cause ?? "unsaid"}`;
  if (outcome === CONFLICT) return "conflict";
  return outcome === UNAVAILABLE ? "unavailable" : "pending";
}
