/** Requests on their way to servers: placed, made to wait, connected, refused and tried again, over. */
import type { Recorder } from "../product.ts";
import type { Backend } from "./backend.ts";
import type { Configuration } from "./configuration.ts";
import type { Flow, Server } from "./server.ts";

export class Traffic {
  private readonly configuration: Configuration;
  private readonly backend: Backend;
  private readonly recorder: Recorder;
  /** Told of requests that were answered with an error. */
  private readonly failed: (flow: Flow) => void;
  /** Requests that wait for any server. */
  private readonly queue: Flow[] = [];
  /** Requests that will try the server that refused them again, a second later: after all that happens at once. */
  private readonly resting: Flow[] = [];
  private waits = 0;

  constructor(configuration: Configuration, backend: Backend, recorder: Recorder, failed: (flow: Flow) => void) {
    this.configuration = configuration;
    this.backend = backend;
    this.recorder = recorder;
    this.failed = failed;
  }

  /** Finds the request a server, unless it has one, and connects it or lets it wait. */
  place(flow: Flow): void {
    if (!flow.assigned) {
      const choice = this.choose(flow);
      if (choice === "none") return this.fail(flow);
      if (choice === "full") return this.wait(flow, this.queue);
      flow.server = choice;
      flow.assigned = true;
    }
    const server = flow.server!;
    if (!this.backend.isSaturated(server)) {
      this.takeSlot(flow);
      return this.connect(flow);
    }
    const { maxqueue } = server.settings;
    if (maxqueue === 0 || server.queue.length < maxqueue) {
      this.wait(flow, server.queue);
      return this.backend.countWaiting(server);
    }
    // Only persistence leads to a server whose queue is full.
    if (!flow.direct || flow.forced || this.configuration.redispatchAfter === 0) return this.fail(flow);
    this.unassign(flow);
    this.place(flow);
  }

  private choose(flow: Flow) {
    if (!this.backend.hasUsable) return "none";
    // Something waits, so all servers are full: those that came first go first.
    if (this.queue.length > 0 && this.configuration.balance.respectsQueue) return "full";
    return this.backend.choose(flow.id, flow.server);
  }

  private wait(flow: Flow, queue: Flow[]): void {
    flow.since = this.waits++;
    queue.push(flow);
  }

  private unassign(flow: Flow): void {
    flow.assigned = false;
    flow.direct = false;
  }

  private takeSlot(flow: Flow): void {
    flow.hasSlot = true;
    this.backend.takeSlot(flow.server!);
  }

  private giveSlot(flow: Flow): void {
    if (!flow.hasSlot) return;
    flow.hasSlot = false;
    this.backend.giveSlot(flow.server!);
  }

  private connect(flow: Flow): void {
    const server = flow.server!;
    this.recorder.tried(flow.id, server.name);
    if (server.accepts) {
      server.connections++;
      flow.isConnected = true;
      this.recorder.arrived(flow.id, server.name);
      return this.recorder.decided(flow.id, server.name);
    }
    if (flow.retries >= this.configuration.retries) return this.leave(flow, () => this.fail(flow));
    flow.retries++;
    if (!this.redispatches(flow)) {
      this.resting.push(flow);
      return;
    }
    this.leave(flow, () => {
      this.unassign(flow);
      this.place(flow);
    });
  }

  /** Lets the time pass after which a refused request tries the same server again, until nobody waits for it. */
  settle(): void {
    while (this.resting.length > 0) for (const flow of this.resting.splice(0)) this.connect(flow);
  }

  /** Gives up the place on the server, which others take; they go their ways after the request has gone its own. */
  private leave(flow: Flow, goOn: () => void): void {
    const server = flow.server!;
    this.giveSlot(flow);
    const admitted = this.admit(server);
    goOn();
    for (const other of admitted) this.connect(other);
  }

  /** Whether the retry that begins goes to another server (backend.c, stream_choose_redispatch). */
  private redispatches({ direct, forced, retries }: Flow): boolean {
    const { redispatchAfter, retries: limit, balance } = this.configuration;
    if (redispatchAfter === 0 || forced) return false;
    const every = redispatchAfter > 0 ? redispatchAfter : limit + 1 + redispatchAfter;
    if (retries % every === 0) return true;
    return !direct && balance.redispatchesAtOnce && this.backend.usableActives > 1;
  }

  private fail(flow: Flow): void {
    this.recorder.decided(flow.id, "!503");
    this.failed(flow);
    this.backend.requests--;
  }

  /** The answer has passed. */
  finish(flow: Flow): void {
    const server = flow.server!;
    server.connections--;
    // The request that ends counts until its server has taken others.
    this.leave(flow, () => {
      this.backend.requests--;
    });
  }

  /** A request that still waits is given up. */
  abandon(flow: Flow): void {
    const queue = flow.assigned ? flow.server!.queue : this.queue;
    queue.splice(queue.indexOf(flow), 1);
    if (flow.assigned) this.backend.countWaiting(flow.server!);
    this.failed(flow);
    this.backend.requests--;
  }

  /** Something has ended on the server: those that have waited longest for it, or for any, take the free slots. */
  private admit(server: Server): readonly Flow[] {
    const { backend, queue } = this;
    const takesAny = backend.takesAny(server);
    const limit = backend.limitOf(server);
    const isWaited = server.queue.length > 0 || (queue.length > 0 && server.isUsable);
    const admitted: Flow[] = [];
    if (!isWaited || server.connections >= limit) return admitted;
    while (server.slots < limit) {
      const own = server.queue[0];
      const common = takesAny ? queue[0] : undefined;
      const isOwn = own !== undefined && (common === undefined || own.since < common.since);
      const flow = isOwn ? server.queue.shift() : takesAny ? queue.shift() : undefined;
      if (flow === undefined) break;
      flow.server = server;
      flow.assigned = true;
      this.takeSlot(flow);
      admitted.push(flow);
    }
    return admitted;
  }

  /** A server that has come up, or is warming, takes over what waits for any, up to its limit. */
  takeOver(server: Server): void {
    if (!this.backend.takesAny(server)) return;
    const { countsTakenOver } = this.configuration;
    const room = this.backend.limitOf(server) - server.slots;
    for (const flow of this.queue.splice(0, Math.max(0, room))) {
      flow.server = server;
      flow.assigned = true;
      // Before 3.2 they were forgotten in the count, so that a server could have more than its limit.
      if (countsTakenOver) this.takeSlot(flow);
      this.connect(flow);
    }
  }

  /** What waits for a server that has gone into maintenance, or is drained, is balanced anew, if that is wanted. */
  redistribute(server: Server): void {
    const { redispatchAfter, persists } = this.configuration;
    if (redispatchAfter === 0 || persists) return;
    const moved = server.queue.filter(({ forced }) => !forced);
    const kept = server.queue.filter(({ forced }) => forced);
    server.queue.splice(0, server.queue.length, ...kept);
    this.backend.countWaiting(server);
    for (const flow of moved) {
      this.unassign(flow);
      this.place(flow);
    }
  }
}
