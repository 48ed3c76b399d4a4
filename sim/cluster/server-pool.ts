/** What happens to a whole server at once: shared processors, crashes, restarts, and work that is called off. */
import { type EventHandle, type Kernel, NO_EVENT } from "../engine/kernel.ts";
import type { StateBackend } from "../persistence/state/backend.ts";
import * as event from "./events.ts";
import { ProcessorSharing } from "./processor-sharing.ts";
import type { RequestPath } from "./request-path.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import type { Servers } from "./servers.ts";

export class ServerPool {
  private readonly kernel: Kernel;
  private readonly requests: Requests;
  private readonly servers: Servers;
  private readonly state: StateBackend;
  private readonly path: RequestPath;
  private readonly shared: (ProcessorSharing | null)[];
  /** The next completion on each server that shares its processors. */
  private readonly completion: EventHandle[];

  constructor(kernel: Kernel, requests: Requests, servers: Servers, state: StateBackend, path: RequestPath) {
    this.kernel = kernel;
    this.requests = requests;
    this.servers = servers;
    this.state = state;
    this.path = path;
    this.shared = Array.from({ length: servers.count }, (_, server) =>
      servers.isSharing[server] === 1
        ? new ProcessorSharing(requests, servers.speed[server]!, servers.workers[server]!)
        : null,
    );
    this.completion = Array.from({ length: servers.count }, () => NO_EVENT);
  }

  /** The request's work joins the others' on the server. */
  share(slot: number, server: number): void {
    this.shared[server]!.add(slot, this.requests.demandMs[slot]!, this.kernel.nowMs);
    this.reschedule(server);
  }

  sharedWorkDone(server: number): void {
    this.completion[server] = NO_EVENT;
    const slot = this.shared[server]!.takeFirst(this.kernel.nowMs);
    this.reschedule(server);
    this.path.workDone(slot);
  }

  private reschedule(server: number): void {
    if (this.completion[server] !== NO_EVENT) this.kernel.cancel(this.completion[server]!);
    const atMs = this.shared[server]!.firstDoneMs(this.kernel.nowMs);
    this.completion[server] =
      atMs === Infinity ? NO_EVENT : this.kernel.scheduleTimer(atMs, event.SHARED_WORK_DONE, server, 0);
  }

  /** Stops the work of a ghost, if it is on a server: out of the queue, or off the worker. */
  cancel(slot: number): void {
    const { requests, servers } = this;
    const { nowMs } = this.kernel;
    const server = requests.server[slot]!;
    const phase = requests.phase[slot]!;
    if (
      phase !== request.QUEUED &&
      phase !== request.READING &&
      phase !== request.WORKING &&
      phase !== request.WRITING
    ) {
      return;
    }
    servers.settle(server, nowMs);
    servers.sojournMs[server]! += nowMs - requests.reachedAtMs[slot]!;
    if (phase === request.QUEUED) {
      servers.leaveQueue(server, slot);
    } else {
      servers.inService[server]!--;
      if (phase === request.WORKING && servers.isSharing[server] === 1) {
        this.shared[server]!.remove(slot, nowMs);
        this.reschedule(server);
      }
    }
    this.path.dropGhost(slot);
    if (phase !== request.QUEUED && servers.queued[server]! > 0) this.path.begin(servers.dequeue(server), server);
  }

  /** The server dies with everything on it; connections break at once. */
  crash(server: number): void {
    const { requests, servers } = this;
    const { nowMs } = this.kernel;
    if (!servers.isUp(server)) return;
    servers.settle(server, nowMs);
    const caught = servers.requestsOn(server);
    for (const slot of caught) {
      servers.sojournMs[server]! += nowMs - requests.reachedAtMs[slot]!;
      if (requests.phase[slot] === request.QUEUED) servers.leaveQueue(server, slot);
      else servers.inService[server]!--;
      // The end of its work, or of a read or write, must not find it any more.
      requests.renew(slot);
    }
    this.shared[server]?.clear();
    if (this.completion[server] !== NO_EVENT) this.kernel.cancel(this.completion[server]!);
    this.completion[server] = NO_EVENT;
    servers.stop(server, nowMs);
    if (servers.upCount === 0) this.state.allServersDown(servers.nextLife);
    for (const slot of caught) this.path.fail(slot);
  }

  start(server: number): void {
    if (this.servers.isUp(server)) return;
    this.servers.settle(server, this.kernel.nowMs);
    this.servers.start(server, this.kernel.nowMs);
  }
}
