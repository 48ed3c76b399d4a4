/** Varnish 7.1's directors before servers that may be sick or refuse, with VCL's retries. The lab's algorithms choose. */
import type { Product, ProductDefinition, Recorder } from "../product.ts";
import { headerIn, RecordedRequests } from "../recorded-requests.ts";
import type { ServerOp, Trace, TraceRequest, TraceServer } from "../trace.ts";
import { View } from "../view.ts";
import { evaluate } from "./expressions.ts";
import { type Settings, settingsOf } from "./settings.ts";

/** Keys are read as headers whose name is an expression: no header's name has a dot. */
class VarnishRequests extends RecordedRequests {
  override headerOf(request: number, name: string): string | null {
    return /[."]/.test(name) ? evaluate(name, this, request) : super.headerOf(request, name);
  }
}

class Varnish implements Product {
  readonly nowMs = 0;
  private readonly servers: readonly TraceServer[];
  private readonly recorder: Recorder;
  private readonly settings: Settings;
  private readonly requests: VarnishRequests;
  /** The director, once for each alternative that retries ask for: those keep no state. */
  private readonly views: View[] = [];
  private readonly isSick = new Set<string>();
  private readonly refusing = new Set<string>();

  constructor(trace: Trace, recorder: Recorder) {
    this.servers = trace.servers;
    this.recorder = recorder;
    this.settings = settingsOf(trace.config);
    this.requests = new VarnishRequests(trace);
  }

  advanceTo(): void {
    // Nothing here follows the clock.
  }

  open(request: number, content: TraceRequest): void {
    this.requests.put(request, content);
    for (let retries = 0; retries <= this.settings.retries; retries++) {
      const server = this.choose(request, this.settings.retriesAreAlternatives ? retries : 0);
      if (server === null) continue;
      this.recorder.tried(request, server);
      if (this.refusing.has(server)) continue;
      const cookie = headerIn(content.respHeaders ?? {}, "Set-Cookie");
      if (cookie !== null) this.recorder.setCookie(request, cookie);
      return this.recorder.decided(request, server);
    }
    this.recorder.decided(request, "!503");
  }

  private choose(request: number, alternative: number): string | null {
    this.views[alternative] ??= this.viewOf(alternative);
    const { algorithm, fleet } = this.views[alternative];
    const nameOf = (server: number) => this.servers[server]!.name;
    if (!this.views[alternative].admit((server) => !this.isSick.has(nameOf(server)))) return null;
    const own = algorithm.pick(request, -1);
    if (own < 0) return null;
    if (!this.settings.isRandom) return nameOf(own);
    const candidates = Array.from(fleet.eligible.subarray(0, fleet.eligibleCount), nameOf);
    return this.recorder.drawn(request, candidates, nameOf(own));
  }

  private viewOf(alternative: number): View {
    const { algorithm: name, knobs, usesIdents } = this.settings;
    const servers = this.servers.map((server) => ({ ...server, name: (usesIdents && server.ident) || server.name }));
    return new View(
      servers,
      { name, knobs: alternative === 0 ? knobs : { ...knobs, alternative } },
      this.requests,
      this,
    );
  }

  close(): void {
    // No director counts requests under way.
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
        this.isSick.add(server);
        return;
      case "server-up":
        this.isSick.delete(server);
        return;
      default:
        throw new RangeError(`varnish: "${op}" has not been recorded`);
    }
  }
}

export const varnish: ProductDefinition = {
  name: "varnish",
  create: (trace, recorder) => new Varnish(trace, recorder),
};
