/**
 * Apache httpd 2.4's mod_proxy_balancer: sticky sessions, the method's choice among those who can be used, and further
 * tries when a worker refuses. The choice itself is made by the lab's algorithms.
 */
import type { Product, ProductDefinition, Recorder } from "../product.ts";
import { headerIn, RecordedRequests } from "../recorded-requests.ts";
import type { ServerOp, Trace, TraceRequest } from "../trace.ts";
import { sessionRouteOf } from "./session.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { Workers } from "./workers.ts";

class Apache implements Product {
  nowMs = 0;
  private readonly recorder: Recorder;
  private readonly settings: Settings;
  private readonly requests: RecordedRequests;
  private readonly workers: Workers;
  private readonly refusing = new Set<string>();
  /** Workers that count a request as theirs until it is over: those that refused it, and the one that has it. */
  private readonly busyWith = new Map<number, readonly number[]>();

  constructor(trace: Trace, recorder: Recorder) {
    this.recorder = recorder;
    this.settings = settingsOf(trace.config);
    this.requests = new RecordedRequests(trace);
    this.workers = new Workers(trace.servers, this.settings, this.requests, this);
  }

  advanceTo(atMs: number): void {
    this.nowMs = atMs;
  }

  open(request: number, content: TraceRequest): void {
    this.requests.put(request, content);
    const { workers, recorder } = this;
    const environment = new Map<string, string>();
    const busy: number[] = [];
    let holder = -1;
    for (let further = this.settings.furtherAttempts ?? workers.view.servers.length - 1; further >= 0; further--) {
      workers.recover(this.settings.forcesRecovery);
      const worker = this.choose(request, environment);
      if (worker < 0) break;
      workers.view.send(worker);
      busy.push(worker);
      recorder.tried(request, workers.nameOf(worker));
      if (!this.refusing.has(workers.nameOf(worker))) {
        holder = worker;
        break;
      }
      if (!workers.failed(worker)) break;
    }
    this.tellCookies(request, environment, holder >= 0);
    this.busyWith.set(request, busy);
    if (holder < 0) {
      recorder.decided(request, "!503");
      this.over(request);
    } else {
      workers.view.fleet.sentBytes[holder]! += content.tx ?? 0;
      recorder.decided(request, workers.nameOf(holder));
    }
  }

  /** Where the session leads, or whom the method chooses; -1 for nobody. Says of it in the environment what Apache does. */
  private choose(request: number, environment: Map<string, string>): number {
    const { workers, settings } = this;
    const session =
      settings.sticky &&
      sessionRouteOf(this.requests.uriOf(request), this.requests.headerOf(request, "Cookie") ?? "", settings.sticky);
    const route = session?.route ?? null;
    let worker = route === null ? -1 : workers.withRoute(route);
    if (worker >= 0) {
      workers.bind(worker);
      if (workers.routeOf(worker) !== route) environment.set("BALANCER_ROUTE_CHANGED", "1");
    } else {
      if (route !== null && settings.noFailover && workers.hasRoute(route)) return -1;
      worker = workers.choose(request);
      if (worker < 0) return -1;
      if (settings.sticky !== null) environment.set("BALANCER_ROUTE_CHANGED", "1");
    }
    environment.set("BALANCER_NAME", "balancer://be");
    environment.set("BALANCER_WORKER_NAME", `http://${workers.view.servers[worker]!.address}`);
    environment.set("BALANCER_WORKER_ROUTE", workers.routeOf(worker));
    if (session !== null && route !== null) {
      environment.set("BALANCER_SESSION_STICKY", session.name);
      environment.set("BALANCER_SESSION_ROUTE", route);
    }
    return worker;
  }

  /** The application's cookies come first; Apache's own errors carry those lines only that are set `always`. */
  private tellCookies(request: number, environment: ReadonlyMap<string, string>, isAnswered: boolean): void {
    const applications = headerIn(this.requests.contentOf(request).respHeaders ?? {}, "Set-Cookie");
    let cookies = isAnswered && applications !== null ? [applications] : [];
    for (const { always, replaces, value, condition } of this.settings.cookieLines) {
      if (!isAnswered && !always) continue;
      if (condition !== null && environment.has(condition.replace(/^!/, "")) === condition.startsWith("!")) continue;
      const text = value.replaceAll(/%\{(\w+)\}e/g, (_all, name: string) => environment.get(name) ?? "(null)");
      cookies = replaces ? [text] : [...cookies, text];
    }
    for (const cookie of cookies) this.recorder.setCookie(request, cookie);
  }

  close(request: number): void {
    const holder = this.busyWith.get(request)?.at(-1);
    if (holder === undefined) return;
    this.workers.view.fleet.receivedBytes[holder]! += this.requests.contentOf(request).rx ?? 0;
    this.over(request);
  }

  private over(request: number): void {
    for (const worker of this.busyWith.get(request)!) this.workers.view.end(worker);
    this.busyWith.delete(request);
  }

  setWeight(server: string, weight: number): void {
    const { fleet, algorithm } = this.workers.view;
    const worker = this.workers.view.indexOf(server);
    // The manager starts all counters anew even when the factor stays as it was.
    for (const each of [0, weight]) {
      fleet.setWeight(worker, each);
      algorithm.changed(worker);
    }
  }

  change(op: ServerOp, server: string): void {
    switch (op) {
      case "listener-off":
        this.refusing.add(server);
        return;
      case "listener-on":
        this.refusing.delete(server);
        return;
      case "server-down":
        return this.workers.disable(server, true);
      case "server-drain":
        return this.workers.drain(server, true);
      case "server-up":
        this.workers.disable(server, false);
        return this.workers.drain(server, false);
      case "server-remove":
        throw new RangeError("apache: a member cannot be removed while it runs");
    }
  }
}

export const apache: ProductDefinition = {
  name: "apache",
  create: (trace, recorder) => new Apache(trace, recorder),
};
