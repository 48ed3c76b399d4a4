/** What happens to a whole server at once: shared processors, crashes, stops, starts, and work that is called off. */
import { type EventHandle, type Kernel, NO_EVENT } from "../engine/kernel.ts";
import type { StateBackend } from "../persistence/state/backend.ts";
import type { Balancers } from "./balancers.ts";
import * as event from "./events.ts";
import { ProcessorSharing } from "./processor-sharing.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import type { Servers } from "./servers.ts";
import * as host from "./servers.ts";
import type { Service } from "./service.ts";

/** Who wants to know of servers that come and go. */
export interface Arrivals {
  /** The server takes connections from now on. */
  opened(server: number): void;
  /** The server has ended, with what was in its memory. */
  ended(server: number): void;
}

export class ServerPool {
  roster!: Arrivals;
  private readonly kernel: Kernel;
  private readonly requests: Requests;
  private readonly servers: Servers;
  private readonly state: StateBackend;
  private readonly service: Service;
  private readonly balancers: Balancers;
  private readonly shared: (ProcessorSharing | null)[];
  /** The next completion on each server that shares its processors. */
  private readonly completion: EventHandle[];
  /** By server: the end of its grace, and the moment from which it takes connections. */
  private readonly kill: EventHandle[];
  private readonly opening: EventHandle[];

  constructor(
    kernel: Kernel,
    requests: Requests,
    servers: Servers,
    state: StateBackend,
    service: Service,
    balancers: Balancers,
  ) {
    this.kernel = kernel;
    this.requests = requests;
    this.servers = servers;
    this.state = state;
    this.service = service;
    this.balancers = balancers;
    this.shared = Array.from({ length: servers.count }, (_, server) =>
      servers.floats[server * host.FLOATS + host.IS_SHARING] === 1
        ? new ProcessorSharing(requests, servers.floats[server * host.FLOATS + host.SPEED]!, servers.workers[server]!)
        : null,
    );
    this.completion = Array.from({ length: servers.count }, () => NO_EVENT);
    this.kill = Array.from({ length: servers.count }, () => NO_EVENT);
    this.opening = Array.from({ length: servers.count }, () => NO_EVENT);
  }

  /** The request's work, and so much more in ms, joins the others' on the server. */
  share(slot: number, server: number, extraMs: number): void {
    const demandMs = this.requests.floats[slot * request.FLOATS + request.DEMAND_MS]!;
    this.shared[server]!.add(slot, demandMs + extraMs, this.kernel.nowMs);
    this.reschedule(server);
  }

  sharedWorkDone(server: number): void {
    this.completion[server] = NO_EVENT;
    const slot = this.shared[server]!.takeFirst(this.kernel.nowMs);
    this.reschedule(server);
    this.service.workDone(slot);
  }

  private reschedule(server: number): void {
    if (this.completion[server] !== NO_EVENT) this.kernel.cancel(this.completion[server]!);
    const atMs = this.shared[server]!.firstDoneMs(this.kernel.nowMs);
    this.completion[server] =
      atMs === Infinity ? NO_EVENT : this.kernel.schedule(atMs, event.SHARED_WORK_DONE, server, 0);
  }

  /** Stops the work of a ghost, if it is on a server: out of the queue, or off the worker. */
  cancel(slot: number): void {
    const { requests, servers } = this;
    const { nowMs } = this.kernel;
    const server = requests.ints[slot * request.INTS + request.SERVER]!;
    const phase = requests.ints[slot * request.INTS + request.PHASE]!;
    if (
      phase !== request.QUEUED &&
      phase !== request.READING &&
      phase !== request.WORKING &&
      phase !== request.WRITING
    ) {
      return;
    }
    servers.settle(server);
    servers.floats[server * host.FLOATS + host.SOJOURN_MS]! +=
      nowMs - requests.floats[slot * request.FLOATS + request.REACHED_AT_MS]!;
    if (phase === request.QUEUED) {
      servers.leaveQueue(server, slot);
    } else {
      servers.ints[server * host.INTS + host.IN_SERVICE]!--;
      if (phase === request.WORKING && servers.floats[server * host.FLOATS + host.IS_SHARING] === 1) {
        this.shared[server]!.remove(slot, nowMs);
        this.reschedule(server);
      }
    }
    this.service.watch?.calledOff(server);
    this.service.care?.ended(slot);
    this.state.holding?.ended(slot);
    this.balancers.dropGhost(slot);
    if (phase !== request.QUEUED && servers.ints[server * host.INTS + host.QUEUED]! > 0)
      this.service.begin(servers.dequeue(server), server);
    if (!servers.isOpen(server)) this.endsIfEmpty(server);
  }

  /** The server dies with everything on it; connections break at once. */
  crash(server: number): void {
    if (this.servers.isUp(server)) this.end(server, "crash");
  }

  /**
   * The server takes no new connections. It ends once it has answered what is on it, or `graceMs` later with everything that
   * is still on it; null: however long that takes.
   */
  stop(server: number, graceMs: number | null): void {
    const { servers, kernel } = this;
    if (!servers.isUp(server)) return;
    servers.close(server);
    this.cancelOpening(server);
    if (servers.inSystem(server) === 0 || graceMs === 0) this.end(server, "scale-in");
    else if (graceMs !== null)
      this.kill[server] = kernel.schedule(kernel.nowMs + graceMs, event.SERVER_KILLED, server, 0);
  }

  /** The grace of a server that was stopped is over. */
  killDue(server: number): void {
    this.kill[server] = NO_EVENT;
    this.end(server, "scale-in");
  }

  /** A request has left a server that takes no connections. */
  endsIfEmpty(server: number): void {
    if (this.servers.isUp(server) && this.servers.inSystem(server) === 0) this.end(server, "scale-in");
  }

  private end(server: number, cause: "crash" | "scale-in"): void {
    const { requests, servers } = this;
    const { nowMs } = this.kernel;
    servers.settle(server);
    const caught = servers.requestsOn(server);
    for (const slot of caught) {
      servers.floats[server * host.FLOATS + host.SOJOURN_MS]! +=
        nowMs - requests.floats[slot * request.FLOATS + request.REACHED_AT_MS]!;
      if (requests.ints[slot * request.INTS + request.PHASE] === request.QUEUED) servers.leaveQueue(server, slot);
      else servers.ints[server * host.INTS + host.IN_SERVICE]!--;
      // The end of its work, or of a read or write, must not find it any more.
      requests.renew(slot);
    }
    this.shared[server]?.clear();
    if (this.completion[server] !== NO_EVENT) this.kernel.cancel(this.completion[server]!);
    this.completion[server] = NO_EVENT;
    if (this.kill[server] !== NO_EVENT) this.kernel.cancel(this.kill[server]!);
    this.kill[server] = NO_EVENT;
    this.cancelOpening(server);
    servers.stop(server, nowMs, cause);
    this.state.serverStopped(server);
    if (servers.upCount === 0) this.state.allServersDown(servers.nextLife);
    this.service.care?.died(caught);
    for (const slot of caught) this.state.holding?.ended(slot);
    for (const slot of caught) this.service.fail(slot);
    this.roster.ended(server);
  }

  start(server: number): void {
    this.openAfter(server, this.begin(server));
  }

  /** The server begins a new life. How long it takes until connections may reach it, in ms; -1 when a life is under way. */
  begin(server: number): number {
    const { servers } = this;
    if (servers.isUp(server)) return -1;
    servers.settle(server);
    servers.start(server, this.kernel.nowMs, false);
    this.state.serverStarted(server);
    return this.state.joinMs(server);
  }

  /** To follow `begin`. */
  openAfter(server: number, joinMs: number): void {
    if (joinMs === 0) this.open(server);
    else if (joinMs > 0)
      this.opening[server] = this.kernel.schedule(this.kernel.nowMs + joinMs, event.SERVER_OPENS, server, 0);
  }

  open(server: number): void {
    this.opening[server] = NO_EVENT;
    this.servers.open(server, this.kernel.nowMs);
    this.service.watch?.serverStarted(server);
    this.roster.opened(server);
  }

  private cancelOpening(server: number): void {
    if (this.opening[server] !== NO_EVENT) this.kernel.cancel(this.opening[server]!);
    this.opening[server] = NO_EVENT;
  }
}
