/**
 * What happens to a request on its server: a place or the queue, session state read, work, session state written, and out.
 * Which server it is, and what becomes of the answer, is `balancers.ts`.
 */
import type { Kernel } from "../engine/kernel.ts";
import type { Cause } from "../metrics/causes.ts";
import type { AffinityMechanism } from "../persistence/affinity/mechanism.ts";
import {
  CONFLICT,
  EXPIRED,
  FOUND,
  MISSING,
  PENDING,
  type StateBackend,
  WRITTEN,
} from "../persistence/state/backend.ts";
import type { Balancers } from "./balancers.ts";
import * as event from "./events.ts";
import type { Network } from "./network.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import type { ServerPool } from "./server-pool.ts";
import type { Servers } from "./servers.ts";
import * as host from "./servers.ts";
import type { SessionCare, Waited } from "./session-care.ts";
import type { Watch } from "./watch.ts";

/** What the service asks of the users' sessions. */
export interface SessionSide {
  /** The session has outlived its limits: it ends as timed out, and the request becomes a login. */
  expireIfDue(slot: number): void;
  /** A copy was found. */
  found(slot: number): void;
  /** A write has met another one and was rolled back. */
  conflicted(): void;
  /** No copy was found: the session is lost, and the request becomes a login. The cause, where it is known before any read. */
  lost(slot: number, cause?: Cause): void;
  /** A copy was found, too old by the backend's own rules: the session ends as timed out, and the request becomes a login. */
  expired(slot: number): void;
  /** What the request changed has been written. */
  wrote(slot: number): void;
}

export interface ServiceParts {
  readonly kernel: Kernel;
  readonly requests: Requests;
  readonly servers: Servers;
  readonly affinity: AffinityMechanism;
  readonly state: StateBackend;
  readonly network: Network;
  readonly balancers: Balancers;
  /** Whether the work of a request that nobody waits for is dropped. */
  readonly cancelsAbandonedWork: boolean;
  /** null where session rules ask for nothing of it. */
  readonly care: SessionCare | null;
  /** Times that a server tries again when its write has met another one. */
  readonly conflictRetries: number;
}

export class Service implements Waited {
  accounts!: SessionSide;
  pool!: ServerPool;
  /** null unless a balancer wants to know what happens on servers. */
  watch: Watch | null = null;
  private readonly kernel: Kernel;
  private readonly requests: Requests;
  private readonly servers: Servers;
  private readonly affinity: AffinityMechanism;
  private readonly state: StateBackend;
  private readonly holding: StateBackend["holding"];
  private readonly network: Network;
  private readonly balancers: Balancers;
  private readonly cancelsAbandonedWork: boolean;
  readonly care: SessionCare | null;
  private readonly conflictRetries: number;

  constructor(parts: ServiceParts) {
    this.kernel = parts.kernel;
    this.requests = parts.requests;
    this.servers = parts.servers;
    this.affinity = parts.affinity;
    this.state = parts.state;
    this.holding = parts.state.holding;
    this.network = parts.network;
    this.balancers = parts.balancers;
    this.cancelsAbandonedWork = parts.cancelsAbandonedWork;
    this.care = parts.care;
    this.conflictRetries = parts.conflictRetries;
    if (this.care !== null) this.care.waited = this;
  }

  atServer(slot: number): void {
    const { servers } = this;
    const { ints, floats } = this.requests;
    const at = slot * request.INTS;
    const server = ints[at + request.SERVER]!;
    if ((ints[at + request.FLAGS]! & request.IS_GHOST) !== 0 && this.cancelsAbandonedWork) {
      this.balancers.dropGhost(slot);
      return;
    }
    const books = servers.ints;
    const page = server * host.INTS;
    const isFree = books[page + host.IN_SERVICE]! < books[page + host.PLACES]!;
    const isFull = !isFree && books[page + host.QUEUED]! >= books[page + host.QUEUE_LIMIT]!;
    if (books[page + host.IS_OPEN] === 0 || isFull) {
      this.refuse(slot);
      return;
    }
    servers.settle(server);
    books[page + host.ARRIVED]!++;
    floats[slot * request.FLOATS + request.REACHED_AT_MS] = this.kernel.nowMs;
    if (this.watch !== null) this.watch.arrived(slot, server);
    if (isFree) {
      this.begin(slot, server);
    } else {
      ints[at + request.PHASE] = request.QUEUED;
      servers.enqueue(server, slot);
    }
  }

  /** The server begins with a request that has a place; its books are settled. */
  begin(slot: number, server: number): void {
    const { ints, floats } = this.requests;
    const at = slot * request.INTS;
    const float = slot * request.FLOATS;
    this.servers.ints[server * host.INTS + host.IN_SERVICE]!++;
    floats[float + request.STARTED_AT_MS] = this.kernel.nowMs;
    // Work that nobody waits for any more does not touch the session; neither does a login before its write.
    const whose = request.HAS_SESSION | request.IS_GHOST;
    if ((ints[at + request.FLAGS]! & whose) === request.HAS_SESSION) {
      if (this.care === null) this.accounts.expireIfDue(slot);
      else if (this.care.admits(slot)) this.look(slot, this.care);
      else return;
    } else if (this.care !== null) {
      this.care.looked(slot);
    }
    this.open(slot, server);
  }

  /** Whether the session is still there, before anything of it is read. */
  private look(slot: number, care: SessionCare): void {
    const cause = care.causeOfMissing(slot);
    if (cause !== null) this.accounts.lost(slot, cause);
    else this.accounts.expireIfDue(slot);
    care.looked(slot);
  }

  admitted(slot: number): void {
    const server = this.requests.ints[slot * request.INTS + request.SERVER]!;
    this.countStateTime(slot);
    if (!this.requests.has(slot, request.IS_GHOST)) this.look(slot, this.care!);
    this.open(slot, server);
  }

  turnedAway(slot: number): void {
    this.countStateTime(slot);
    this.leave(slot, this.requests.ints[slot * request.INTS + request.SERVER]!, false);
  }

  /** The request may use its session, if it is of one. */
  private open(slot: number, server: number): void {
    const { ints, floats } = this.requests;
    const at = slot * request.INTS;
    const float = slot * request.FLOATS;
    const whose = request.HAS_SESSION | request.IS_GHOST;
    if ((ints[at + request.FLAGS]! & whose) !== request.HAS_SESSION) {
      this.work(slot, server);
      return;
    }
    const outcome = this.state.read(slot, server);
    if (outcome === PENDING) {
      ints[at + request.PHASE] = request.READING;
      floats[float + request.MARKED_AT_MS] = this.kernel.nowMs;
    } else {
      this.haveRead(slot, server, outcome);
    }
  }

  readDone(slot: number): void {
    const server = this.requests.ints[slot * request.INTS + request.SERVER]!;
    this.countStateTime(slot);
    if (this.requests.has(slot, request.IS_GHOST)) this.goOn(slot, server);
    else this.readStep(slot, server, this.state.readDone(slot, server));
  }

  private readStep(slot: number, server: number, outcome: number): void {
    if (outcome === PENDING) this.requests.floats[slot * request.FLOATS + request.MARKED_AT_MS] = this.kernel.nowMs;
    else this.haveRead(slot, server, outcome);
  }

  private haveRead(slot: number, server: number, outcome: number): void {
    if (outcome === FOUND) {
      this.accounts.found(slot);
    } else if (outcome === MISSING) {
      this.accounts.lost(slot);
      // A user who leaves still gets the page that says so, without any work; see `visits.ts`.
    } else if (outcome === EXPIRED) {
      this.accounts.expired(slot);
    } else {
      this.leave(slot, server, false);
      return;
    }
    this.goOn(slot, server);
  }

  /** Reading is over: now the work, or the write once more. */
  private goOn(slot: number, server: number): void {
    const flags = this.requests.ints[slot * request.INTS + request.FLAGS]!;
    if ((flags & (request.CONFLICT_MASK << request.CONFLICT_SHIFT)) === 0) this.work(slot, server);
    else this.workDone(slot);
  }

  private work(slot: number, server: number): void {
    const { ints, floats } = this.requests;
    const at = slot * request.INTS;
    ints[at + request.PHASE] = request.WORKING;
    const traits = this.servers.floats;
    const page = server * host.FLOATS;
    if (traits[page + host.IS_SHARING] === 1) {
      this.pool.share(slot, server, this.care === null ? 0 : this.care.codingMs(slot));
      return;
    }
    const { kernel } = this;
    kernel.due[0] = kernel.nowMs + floats[slot * request.FLOATS + request.DEMAND_MS]! / traits[page + host.SPEED]!;
    if (this.care !== null) kernel.due[0]! += this.care.codingMs(slot) / traits[page + host.SPEED]!;
    kernel.scheduleDue(event.WORK_DONE, slot, ints[at + request.GENERATION]!);
  }

  workDone(slot: number): void {
    const { ints, floats } = this.requests;
    const at = slot * request.INTS;
    const server = ints[at + request.SERVER]!;
    const flags = ints[at + request.FLAGS]!;
    // Of no session is what nobody waits for, and what an open page asks for after the session's end.
    if (
      (flags & (request.IS_GHOST | request.IS_BACKGROUND)) !== 0 &&
      (flags & (request.IS_GHOST | request.HAS_SESSION)) !== request.HAS_SESSION
    ) {
      this.leave(slot, server, true);
      return;
    }
    if (this.care !== null) this.care.worked(slot, flags);
    const changed = (flags & request.WRITES) !== 0;
    const contains = ints[at + request.WRITES_READ]! + (changed ? 1 : 0);
    const outcome = this.state.write(slot, server, contains, changed);
    if (outcome === PENDING) {
      ints[at + request.PHASE] = request.WRITING;
      floats[slot * request.FLOATS + request.MARKED_AT_MS] = this.kernel.nowMs;
    } else {
      this.haveWritten(slot, server, outcome, changed);
    }
  }

  writeDone(slot: number): void {
    const { ints } = this.requests;
    const at = slot * request.INTS;
    const server = ints[at + request.SERVER]!;
    const flags = ints[at + request.FLAGS]!;
    this.countStateTime(slot);
    if ((flags & request.IS_GHOST) !== 0) {
      this.leave(slot, server, true);
      return;
    }
    const changed = (flags & request.WRITES) !== 0;
    const contains = ints[at + request.WRITES_READ]! + (changed ? 1 : 0);
    const outcome = this.state.writeDone(slot, server, contains, changed);
    if (outcome === PENDING) this.requests.floats[slot * request.FLOATS + request.MARKED_AT_MS] = this.kernel.nowMs;
    else this.haveWritten(slot, server, outcome, changed);
  }

  private haveWritten(slot: number, server: number, outcome: number, changed: boolean): void {
    if (outcome === CONFLICT && this.readsAgain(slot, server)) return;
    if (changed && outcome === WRITTEN) this.accounts.wrote(slot);
    this.leave(slot, server, outcome === WRITTEN);
  }

  /** A write has met another one: what the request changes is put upon the copy as it is now, if it may try again. */
  private readsAgain(slot: number, server: number): boolean {
    const at = slot * request.INTS + request.FLAGS;
    this.accounts.conflicted();
    const conflicts = (this.requests.ints[at]! >>> request.CONFLICT_SHIFT) & request.CONFLICT_MASK;
    if (conflicts >= this.conflictRetries) return false;
    this.requests.ints[at]! += 1 << request.CONFLICT_SHIFT;
    const outcome = this.state.read(slot, server);
    if (outcome !== PENDING) {
      this.haveRead(slot, server, outcome);
      return true;
    }
    this.requests.ints[slot * request.INTS + request.PHASE] = request.READING;
    this.requests.floats[slot * request.FLOATS + request.MARKED_AT_MS] = this.kernel.nowMs;
    return true;
  }

  private countStateTime(slot: number): void {
    this.requests.floats[slot * request.FLOATS + request.STATE_MS]! +=
      this.kernel.nowMs - this.requests.floats[slot * request.FLOATS + request.MARKED_AT_MS]!;
  }

  /** The request gives up its place on the server, and the next in the queue takes it. */
  private leave(slot: number, server: number, succeeded: boolean): void {
    const { servers } = this;
    const { ints, floats } = this.requests;
    const { nowMs } = this.kernel;
    const float = slot * request.FLOATS;
    servers.settle(server);
    servers.floats[server * host.FLOATS + host.SOJOURN_MS]! += nowMs - floats[float + request.REACHED_AT_MS]!;
    floats[float + request.MARKED_AT_MS] = nowMs;
    const flags = ints[slot * request.INTS + request.FLAGS]!;
    const balancer = ints[slot * request.INTS + request.BALANCER]!;
    ints[slot * request.INTS + request.PHASE] = request.RETURNING;
    const page = server * host.INTS;
    servers.ints[page + host.IN_SERVICE]!--;
    if (this.watch !== null) this.watch.left(slot, server, succeeded);
    if (this.care !== null) this.care.ended(slot);
    if (this.holding !== null) this.holding.ended(slot);
    if (servers.ints[page + host.QUEUED]! > 0) this.begin(servers.dequeue(server), server);
    if (succeeded) {
      if ((flags & request.IS_GHOST) === 0) this.affinity.answered(slot, balancer, server);
      if (this.network.toServer.takesTime) this.network.toServer.deliver(slot, event.ANSWER_AT_BALANCER);
      else this.balancers.answerAtBalancer(slot);
    } else {
      this.fail(slot);
    }
    if (servers.ints[page + host.IS_OPEN] === 0) this.pool.endsIfEmpty(server);
  }

  /** The server turns the request away, or its machine does in its stead. */
  private refuse(slot: number): void {
    if (this.network.toServer.takesTime) this.network.toServer.deliver(slot, event.REFUSAL_AT_BALANCER);
    else this.balancers.refusalAtBalancer(slot);
  }

  /** The server broke off: it crashed, or could not reach the session store. Its books are settled. */
  fail(slot: number): void {
    this.requests.ints[slot * request.INTS + request.PHASE] = request.RETURNING;
    this.requests.floats[slot * request.FLOATS + request.MARKED_AT_MS] = this.kernel.nowMs;
    if (this.network.toServer.takesTime) this.network.toServer.deliver(slot, event.FAILURE_AT_BALANCER);
    else this.balancers.failureAtBalancer(slot);
  }

  /** The client has gone; whoever works for it may stop. */
  abandonWork(slot: number): void {
    if (this.cancelsAbandonedWork) this.pool.cancel(slot);
  }
}
