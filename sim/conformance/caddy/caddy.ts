/**
 * Caddy 2.6's reverse proxy: which upstreams are available, whom the policy chooses among them, and how often it may choose
 * again. The choice itself is made by the lab's algorithms; where Caddy draws, the recording says what came out.
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Product, ProductDefinition, Recorder } from "../product.ts";
import { headerIn, RecordedRequests } from "../recorded-requests.ts";
import type { ServerOp, Trace, TraceRequest } from "../trace.ts";
import { View } from "../view.ts";
import { type Settings, settingsOf } from "./settings.ts";

/** What Caddy's cookie says instead of an upstream's address. */
export const cookieOf = (secret: string, address: string): string =>
  bytesToHex(hmac(sha256, utf8ToBytes(secret), utf8ToBytes(address)));

class Caddy implements Product {
  nowMs = 0;
  private readonly recorder: Recorder;
  private readonly settings: Settings;
  private readonly requests: RecordedRequests;
  /** The policy's view, and that of the draw it takes where it has nothing to go by, over the same servers. */
  private readonly view: View;
  private readonly lot: View;
  private readonly unhealthy = new Set<string>();
  private readonly refusing = new Set<string>();
  /** By server: when each failure that still counts is forgotten. */
  private readonly forgottenAtMs: number[][];
  private readonly holder = new Map<number, number>();

  constructor(trace: Trace, recorder: Recorder) {
    this.recorder = recorder;
    this.settings = settingsOf(trace.config, trace.version);
    this.requests = new RecordedRequests(trace);
    const { policy } = this.settings;
    this.lot = new View(trace.servers, { name: "random" }, this.requests, this);
    this.view = policy.kind === "cookie" ? this.lot : new View(trace.servers, policy.algorithm, this.requests, this);
    this.forgottenAtMs = trace.servers.map(() => []);
  }

  advanceTo(atMs: number): void {
    this.nowMs = atMs;
  }

  open(request: number, content: TraceRequest): void {
    this.requests.put(request, content);
    let error: string | null = null;
    for (let retries = 0; retries <= this.settings.retries; retries++) {
      const server = this.choose(request);
      if (server < 0) {
        // An earlier failure is what the client is told of.
        error ??= "!503";
        continue;
      }
      const { name } = this.view.servers[server]!;
      this.recorder.tried(request, name);
      if (this.refusing.has(name)) {
        this.failed(server);
        error = "!502";
        continue;
      }
      this.view.send(server);
      this.holder.set(request, server);
      const cookie = headerIn(content.respHeaders ?? {}, "Set-Cookie");
      if (cookie !== null) this.recorder.setCookie(request, cookie);
      return this.recorder.decided(request, name);
    }
    this.recorder.decided(request, error!);
  }

  private isAvailable(server: number): boolean {
    const { name, max_requests } = this.view.servers[server]!;
    if (this.unhealthy.has(name)) return false;
    const { failDurationMs, maxFails } = this.settings;
    if (failDurationMs > 0) {
      const counting = this.forgottenAtMs[server]!.filter((atMs) => atMs > this.nowMs);
      this.forgottenAtMs[server] = counting;
      if (counting.length >= maxFails) return false;
    }
    const most = max_requests || this.settings.maxRequests;
    return most === 0 || this.view.fleet.inFlight[server]! < most;
  }

  private failed(server: number): void {
    if (this.settings.failDurationMs > 0) this.forgottenAtMs[server]!.push(this.nowMs + this.settings.failDurationMs);
  }

  private choose(request: number): number {
    const { policy } = this.settings;
    if (!this.view.admit((server) => this.isAvailable(server))) return -1;
    const available = [...this.view.fleet.eligible.subarray(0, this.view.fleet.eligibleCount)];
    switch (policy.kind) {
      case "determined":
        return this.view.algorithm.pick(request, -1);
      case "uniform":
        return this.drawn(request, this.view, available);
      case "least": {
        const { algorithm } = this.view;
        const least = Math.min(...available.map((server) => algorithm.signalOf(server, request)!));
        return this.drawn(
          request,
          this.view,
          available.filter((server) => algorithm.signalOf(server, request) === least),
        );
      }
      case "keyed": {
        const hasKey = policy.header === null || (this.requests.headerOf(request, policy.header) ?? "") !== "";
        return hasKey ? this.view.algorithm.pick(request, -1) : this.drawn(request, this.view, available);
      }
      case "cookie":
        return this.byCookie(request, available, policy);
    }
  }

  private byCookie(
    request: number,
    available: readonly number[],
    { name, secret }: { name: string; secret: string },
  ): number {
    const given = this.requests.cookieOf(request, name);
    const cookieFor = (server: number) => cookieOf(secret, this.view.servers[server]!.address);
    const asked = given === null ? undefined : available.find((server) => cookieFor(server) === given);
    if (asked !== undefined) return asked;
    const server = this.drawn(request, this.lot, available);
    this.recorder.setCookie(request, `${name}=${cookieFor(server)}; Path=/`);
    return server;
  }

  /** A draw between `candidates`, for which `view` has an algorithm; where there is one only, nothing is drawn. */
  private drawn(request: number, view: View, candidates: readonly number[]): number {
    const own = view.algorithm.pick(request, -1);
    if (candidates.length === 1) return candidates[0]!;
    const nameOf = (server: number) => view.servers[server]!.name;
    return view.indexOf(this.recorder.drawn(request, candidates.map(nameOf), nameOf(own)));
  }

  close(request: number): void {
    const server = this.holder.get(request);
    if (server === undefined) return;
    this.holder.delete(request);
    this.view.end(server);
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
        this.unhealthy.add(server);
        return;
      case "server-up":
        this.unhealthy.delete(server);
        return;
      default:
        throw new RangeError(`caddy: "${op}" has not been recorded`);
    }
  }
}

export const caddy: ProductDefinition = {
  name: "caddy",
  create: (trace, recorder) => new Caddy(trace, recorder),
};
