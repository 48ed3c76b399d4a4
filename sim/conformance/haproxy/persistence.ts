/** What leads a request past the balancing, and what its answer leaves behind: forced and ignored persistence, cookie, stick-table. */
import type { Recorder } from "../product.ts";
import { headerIn } from "../recorded-requests.ts";
import type { Backend } from "./backend.ts";
import type { Configuration } from "./configuration.ts";
import { cookieCandidates, cookiesOf } from "./cookie.ts";
import type { HaproxyRequests } from "./requests.ts";
import type { Flow, Server } from "./server.ts";
import { type Learned, Sticking } from "./stick.ts";

/** What a stick-table keeps of a server: its name, and its id should that name be gone. */
interface Remembered {
  readonly name: string;
  readonly id: number;
}

export class Persistence {
  private readonly configuration: Configuration;
  private readonly backend: Backend;
  private readonly requests: HaproxyRequests;
  private readonly recorder: Recorder;
  private readonly sticking: Sticking<Remembered> | null;
  /** By request in progress. */
  private readonly learned = new Map<number, Learned>();

  constructor(configuration: Configuration, backend: Backend, requests: HaproxyRequests, recorder: Recorder) {
    this.configuration = configuration;
    this.backend = backend;
    this.requests = requests;
    this.recorder = recorder;
    this.sticking = configuration.stick && new Sticking(configuration.stick);
  }

  /** Looks for the server that the request is bound to, and leads it there. */
  request(flow: Flow, nowMs: number): void {
    const exchange = { id: flow.id, requests: this.requests };
    const rule = this.configuration.persistRules.find(({ when }) => when(exchange));
    flow.forced = rule?.forces === true;
    flow.ignored = rule?.forces === false;
    if (!flow.ignored) this.byCookie(flow);
    const learned = this.sticking?.request(exchange, nowMs, ({ name, id }) => {
      const { servers } = this.backend;
      const server = servers.find((server) => server.name === name) ?? servers.find((server) => server.id === id);
      if (server !== undefined) this.lead(flow, server);
    });
    if (learned) this.learned.set(flow.id, learned);
  }

  private byCookie(flow: Flow): void {
    const { cookie } = this.configuration;
    if (cookie === null) return;
    const header = this.requests.wholeHeaderOf(flow.id, "Cookie") ?? "";
    for (const value of cookieCandidates(header, cookie)) {
      if (value === "") continue;
      for (const server of this.backend.servers) if (server.settings.cookie === value) this.lead(flow, server);
    }
  }

  private lead(flow: Flow, server: Server): void {
    if (flow.assigned || (server.isStopped && !this.configuration.persists && !flow.forced)) return;
    flow.server = server;
    flow.assigned = true;
    flow.direct = true;
  }

  /** The answer of the request's server passes. */
  response(flow: Flow, nowMs: number): void {
    const server = flow.server!;
    const { cookie } = this.configuration;
    const application = headerIn(this.requests.contentOf(flow.id).respHeaders ?? {}, "Set-Cookie");
    if (cookie !== null) {
      const situation = {
        direct: flow.direct,
        ignored: flow.ignored,
        method: this.requests.methodOf(flow.id),
        serverCookie: server.settings.cookie,
      };
      for (const value of cookiesOf(cookie, application, situation)) this.recorder.setCookie(flow.id, value);
    } else if (application !== null) {
      this.recorder.setCookie(flow.id, application);
    }
    this.learn(flow, server, nowMs);
  }

  private learn({ id }: Flow, server: Server, nowMs: number): void {
    if (this.sticking === null) return;
    const exchange = { id, requests: this.requests };
    const learned = this.sticking.response(exchange, this.learned.get(id) ?? null, nowMs);
    this.learned.delete(id);
    if (learned === null) return;
    if (server.settings.sticks) this.sticking.store(learned, { name: server.name, id: server.id }, nowMs);
    else this.sticking.forget();
  }

  /** There was no answer to learn from. */
  failed({ id }: Flow): void {
    if (this.learned.delete(id)) this.sticking?.forget();
  }

  clear(): void {
    this.sticking?.clear();
  }
}
