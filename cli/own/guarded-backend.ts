/** A user's state backend behind the lab's interface: what it leaves out does nothing, what it gets wrong is said at once. */
import { type Cause, sessionCauses } from "../../sim/metrics/causes.ts";
import {
  type Carried,
  CONFLICT,
  EXPIRED,
  FOUND,
  type Holding,
  MISSING,
  PENDING,
  type StateBackend,
  type StateContext,
  type StoreFaultKind,
  UNAVAILABLE,
  WRITTEN,
} from "../../sim/persistence/state/backend.ts";
import { OwnFault, placeOf, reasonOf, shown } from "./fault.ts";

/** What a user's `create` returns: reads, writes, forgets, and what else it minds. */
export type OwnBackend = Pick<StateBackend, "read" | "write" | "forget"> & Partial<StateBackend>;

export const hooks = [
  "copies",
  "readDone",
  "writeDone",
  "elapsed",
  "serverStarted",
  "serverStopped",
  "joinMs",
  "allServersDown",
  "storeFaultBegins",
  "storeFaultEnds",
] as const satisfies readonly (keyof StateBackend)[];

const readOutcomes = new Map([
  [FOUND, "FOUND"],
  [MISSING, "MISSING"],
  [UNAVAILABLE, "UNAVAILABLE"],
  [EXPIRED, "EXPIRED"],
  [PENDING, "PENDING"],
]);
const writeOutcomes = new Map([
  [WRITTEN, "WRITTEN"],
  [UNAVAILABLE, "UNAVAILABLE"],
  [CONFLICT, "CONFLICT"],
  [PENDING, "PENDING"],
]);

/** The context as the backend gets it, with an eye on what it schedules: a PENDING operation that nothing ends would hang. */
export class Steps {
  readonly context: StateContext;
  /** The requests whose read, or write, was scheduled last. */
  read = -1;
  written = -1;

  constructor(context: StateContext) {
    const steps = this;
    this.context = Object.assign(Object.create(context) as StateContext, {
      scheduleRead(atMs: number, request: number): void {
        steps.read = request;
        context.scheduleRead(atMs, request);
      },
      scheduleWrite(atMs: number, request: number): void {
        steps.written = request;
        context.scheduleWrite(atMs, request);
      },
    });
  }
}

export class GuardedBackend implements StateBackend {
  writesRead = 0;
  writesWritten = 0;
  cause: Cause | null = null;
  writeCause: Cause | null = null;
  readonly carried: Carried | null;
  readonly holding: Holding | null;
  private readonly own: OwnBackend;
  private readonly steps: Steps;
  private readonly file: string;

  constructor(own: OwnBackend, steps: Steps, file: string) {
    this.own = own;
    const { carried, holding } = own;
    this.holding =
      holding === undefined || holding === null
        ? null
        : { ended: (request) => this.guarded("holding.ended", () => holding.ended(request)) };
    this.carried =
      carried === undefined || carried === null
        ? null
        : {
            sent: (request) => this.guarded("carried.sent", () => carried.sent(request)),
            arrived: (request) => this.guarded("carried.arrived", () => carried.arrived(request)),
          };
    this.steps = steps;
    this.file = file;
  }

  copies(n: number): number {
    return this.guarded("copies", () => this.own.copies?.(n) ?? 1);
  }

  read(request: number, server: number): number {
    this.steps.read = -1;
    return this.haveRead(
      "read",
      request,
      this.guarded("read", () => this.own.read(request, server)),
    );
  }

  readDone(request: number, server: number): number {
    this.steps.read = -1;
    return this.haveRead(
      "readDone",
      request,
      this.guarded("readDone", () => this.own.readDone?.(request, server) ?? FOUND),
    );
  }

  private haveRead(method: string, request: number, outcome: number): number {
    this.checkOutcome(method, outcome, readOutcomes);
    if (outcome === PENDING) {
      if (this.steps.read === request) return outcome;
      throw this.fault(
        `${method} returned PENDING without context.scheduleRead(atMs, ${request}): nothing would end it`,
      );
    }
    this.cause = this.causeOf(method, "cause", this.own.cause);
    if (outcome === FOUND) this.writesRead = this.count(method, "writesRead", this.own.writesRead ?? 0);
    return outcome;
  }

  write(request: number, server: number, contains: number, changed: boolean): number {
    this.steps.written = -1;
    const outcome = this.guarded("write", () => this.own.write(request, server, contains, changed));
    return this.haveWritten("write", request, outcome, contains, changed);
  }

  writeDone(request: number, server: number, contains: number, changed: boolean): number {
    this.steps.written = -1;
    const outcome = this.guarded(
      "writeDone",
      () => this.own.writeDone?.(request, server, contains, changed) ?? WRITTEN,
    );
    return this.haveWritten("writeDone", request, outcome, contains, changed);
  }

  private haveWritten(method: string, request: number, outcome: number, contains: number, changed: boolean): number {
    this.checkOutcome(method, outcome, writeOutcomes);
    if (outcome === PENDING && this.steps.written !== request) {
      throw this.fault(
        `${method} returned PENDING without context.scheduleWrite(atMs, ${request}): nothing would end it`,
      );
    }
    if (outcome === WRITTEN) this.writeCause = this.causeOf(method, "writeCause", this.own.writeCause);
    if (outcome === WRITTEN && changed) {
      this.writesWritten = this.count(method, "writesWritten", this.own.writesWritten ?? contains);
    }
    return outcome;
  }

  private checkOutcome(method: string, outcome: unknown, known: ReadonlyMap<number, string>): void {
    if (typeof outcome === "number" && known.has(outcome)) return;
    throw this.fault(`${method} returned ${shown(outcome)}, expected ${[...known.values()].join(", ")}`);
  }

  private count(method: string, name: string, value: unknown): number {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
    throw this.fault(`${name} is ${shown(value)} after ${method}, expected a number of writes`);
  }

  private causeOf(method: string, property: string, cause: unknown): Cause | null {
    if (cause === null || cause === undefined) return null;
    const known = sessionCauses.find(({ name }) => name === cause);
    if (known !== undefined) return known.name;
    throw this.fault(`${property} is ${shown(cause)} after ${method}, expected null or one of evenkeel list causes`);
  }

  forget(session: number): void {
    this.guarded("forget", () => this.own.forget(session));
  }
  elapsed(entity: number, operand: number): void {
    this.guarded("elapsed", () => this.own.elapsed?.(entity, operand));
  }
  serverStarted(server: number): void {
    this.guarded("serverStarted", () => this.own.serverStarted?.(server));
  }
  serverStopped(server: number): void {
    this.guarded("serverStopped", () => this.own.serverStopped?.(server));
  }
  joinMs(server: number): number {
    return this.guarded("joinMs", () => this.own.joinMs?.(server) ?? 0);
  }
  allServersDown(life: number): void {
    this.guarded("allServersDown", () => this.own.allServersDown?.(life));
  }
  storeFaultBegins(kind: StoreFaultKind, node: number): void {
    this.guarded("storeFaultBegins", () => this.own.storeFaultBegins?.(kind, node));
  }
  storeFaultEnds(kind: StoreFaultKind, node: number): void {
    this.guarded("storeFaultEnds", () => this.own.storeFaultEnds?.(kind, node));
  }

  private guarded<T>(method: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new OwnFault(`${placeOf(this.file, error)}: ${method} threw ${reasonOf(error)}`);
    }
  }

  private fault(what: string): OwnFault {
    return new OwnFault(`${placeOf(this.file, null)}: ${what}`);
  }
}
