/** What happens to a whole server at once: shared processors, crashes, restarts, and work that is called off. */
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

export class ServerPool {
  private readonly kernel: Kernel;
  private readonly requests: Requests;
  private readonly servers: Servers;
  private readonly state: StateBackend;
  private readonly service: Service;
  private readonly balancers: Balancers;
  private readonly shared: (ProcessorSharing | null)[];
  /** The next completion on each server that shares its processors. */
  private readonly completion: EventHandle[];

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
  }

  /** The request's work joins the others' on the server. */
  share(slot: number, server: number): void {
    this.shared[server]!.add(slot, this.requests.floats[slot * request.FLOATS + request.DEMAND_MS]!, this.kernel.nowMs);
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
    this.balancers.dropGhost(slot);
    if (phase !== request.QUEUED && servers.ints[server * host.INTS + host.QUEUED]! > 0)
      this.service.begin(servers.dequeue(server), server);
  }

  /** The server dies with everything on it; connections break at once. */
  crash(server: number): void {
    const { requests, servers } = this;
    const { nowMs } = this.kernel;
    if (!servers.isUp(server)) return;
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
    servers.stop(server, nowMs);
    this.state.serverStopped(server);
    if (servers.upCount === 0) this.state.allServersDown(servers.nextLife);
    for (const slot of caught) this.service.fail(slot);
  }

  start(server: number): void {
    if (this.servers.isUp(server)) return;
    this.servers.settle(server);
    this.servers.start(server, this.kernel.nowMs);
    this.state.serverStarted(server);
    this.service.watch?.serverStarted(server);
  }
}
