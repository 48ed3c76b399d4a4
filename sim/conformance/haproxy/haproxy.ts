/**
 * HAProxy 2.6 to 3.4, one backend in HTTP mode without health checks: what its operator and its clients do to it. Which
 * server gets a request is left to the lab's algorithms.
 */
import type { Product, ProductDefinition, Recorder } from "../product.ts";
import type { ServerOp, Trace, TraceRequest, TraceServer } from "../trace.ts";
import { Backend } from "./backend.ts";
import { configurationOf } from "./configuration.ts";
import { Persistence } from "./persistence.ts";
import { HaproxyRequests } from "./requests.ts";
import type { Flow, Server } from "./server.ts";
import { Traffic } from "./traffic.ts";

class Haproxy implements Product {
  nowMs = 0;
  private readonly isDynamic: boolean;
  private readonly requests: HaproxyRequests;
  private readonly backend: Backend;
  private readonly persistence: Persistence;
  private readonly traffic: Traffic;
  /** Requests that have been neither answered nor failed. */
  private readonly flows = new Map<number, Flow>();

  constructor(trace: Trace, recorder: Recorder) {
    const configuration = configurationOf(trace);
    const { balance } = configuration;
    this.isDynamic = balance.isDynamic;
    this.requests = new HaproxyRequests(trace, balance.expression);
    this.backend = new Backend(trace, configuration, this.requests, recorder, this);
    this.persistence = new Persistence(configuration, this.backend, this.requests, recorder);
    this.traffic = new Traffic(configuration, this.backend, recorder, (flow) => {
      this.flows.delete(flow.id);
      this.persistence.failed(flow);
    });
  }

  advanceTo(atMs: number): void {
    for (;;) {
      const [next] = this.backend.servers
        .filter(({ warmsAtMs }) => warmsAtMs !== null && warmsAtMs <= atMs)
        .sort((a, b) => a.warmsAtMs! - b.warmsAtMs!);
      if (next === undefined) break;
      this.nowMs = next.warmsAtMs!;
      next.warm(this.nowMs);
      this.backend.update(next);
      this.traffic.takeOver(next);
      this.traffic.settle();
    }
    this.nowMs = atMs;
  }

  open(request: number, content: TraceRequest): void {
    this.requests.put(request, content);
    const flow: Flow = {
      id: request,
      server: null,
      assigned: false,
      direct: false,
      forced: false,
      ignored: false,
      hasSlot: false,
      isConnected: false,
      retries: 0,
      since: 0,
    };
    this.flows.set(request, flow);
    this.backend.requests++;
    this.persistence.request(flow, this.nowMs);
    this.traffic.place(flow);
    this.traffic.settle();
  }

  close(request: number): void {
    const flow = this.flows.get(request);
    // A request that was answered with an error is over.
    if (flow === undefined) return;
    this.flows.delete(request);
    if (flow.server === null || !flow.isConnected) return this.traffic.abandon(flow);
    this.persistence.response(flow, this.nowMs);
    this.traffic.finish(flow);
    this.traffic.settle();
  }

  setWeight(name: string, weight: number): void {
    const server = this.backend.named(name);
    // The run-time interface lets a map's weights be all or nothing and refuses the rest.
    if (!this.isDynamic && weight !== 0 && weight !== server.configuredWeight) return;
    server.weight = weight;
    this.backend.update(server);
  }

  add(content: TraceServer): void {
    if (!this.isDynamic) throw new RangeError("HAProxy: servers are added at run time to dynamic algorithms only");
    this.comeUp(this.backend.add(content));
  }

  change(op: ServerOp, name: string): void {
    const server = this.backend.named(name);
    switch (op) {
      case "server-down":
        return this.goDown(server);
      case "server-up":
        return this.comeUp(server);
      case "server-drain":
        return this.drain(server);
      case "server-remove":
        this.goDown(server);
        return this.backend.remove(server);
      case "listener-off":
      case "listener-on":
        server.accepts = op === "listener-on";
    }
  }

  private goDown(server: Server): void {
    if (server.state === "maintenance") return;
    server.state = "maintenance";
    server.stopWarming();
    this.backend.update(server);
    this.traffic.redistribute(server);
    this.traffic.settle();
  }

  private comeUp(server: Server): void {
    const wasStopped = server.isStopped;
    server.state = "ready";
    if (wasStopped) server.startWarming(this.nowMs);
    this.backend.update(server);
    if (wasStopped) this.traffic.takeOver(server);
    this.traffic.settle();
  }

  private drain(server: Server): void {
    if (server.state === "drain") return;
    const wasStopped = server.isStopped;
    server.state = "drain";
    if (wasStopped) server.startWarming(this.nowMs);
    this.backend.update(server);
    this.traffic.redistribute(server);
    this.traffic.settle();
  }

  clearTable(): void {
    this.persistence.clear();
  }
}

export const haproxy: ProductDefinition = {
  name: "haproxy",
  create: (trace, recorder) => new Haproxy(trace, recorder),
};
