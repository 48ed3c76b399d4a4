/** One balancing algorithm with a fleet around it that the test sets as it likes. */
import { type Knobs, partNamed, withDefaults } from "../../catalogue.ts";
import { Draws } from "../../engine/draws.ts";
import type { BalancingAlgorithm, BalancingContext, RequestView, ServerIdentity } from "../algorithm.ts";
import { Fleet } from "../fleet.ts";
import { balancingAlgorithms } from "../index.ts";

/** A fleet in which every server is eligible at first. */
export function fleetOf(weights: readonly number[], identity?: readonly ServerIdentity[]): Fleet {
  const fleet = new Fleet(weights, identity);
  fleet.admit([...weights.keys()]);
  return fleet;
}

export interface BenchParts {
  readonly workMsOf?: (request: number) => number;
  readonly peers?: { readonly index: number; readonly count: number };
  readonly identity?: readonly ServerIdentity[];
  readonly knobs?: Knobs;
  readonly seed?: number;
  /** Addresses and URLs by request; a request is its own address and URL unless told otherwise. */
  readonly addressOf?: (request: number) => number;
  readonly addressBytesOf?: (request: number) => Uint8Array;
  readonly urlOf?: (request: number) => number;
  readonly uriOf?: (request: number) => string;
  readonly headerOf?: (request: number, name: string) => string | null;
  readonly cookieOf?: (request: number, name: string) => string | null;
}

/** Requests that are their own address, URL, header and cookie where nothing else is said. */
export function requestsOf({
  addressOf = (request) => request >>> 0,
  urlOf = (request) => request,
  ...parts
}: BenchParts): RequestView {
  const bytesOf = (request: number) => Uint8Array.from([24, 16, 8, 0], (shift) => addressOf(request) >>> shift);
  return {
    addressOf,
    addressBytesOf: parts.addressBytesOf ?? bytesOf,
    addressTextOf: (request) => bytesOf(request).join("."),
    portOf: (request) => 49_152 + (request % 16_384),
    urlOf,
    uriOf: parts.uriOf ?? ((request) => `/page/${urlOf(request)}`),
    headerOf: parts.headerOf ?? ((request) => String(request)),
    ...(parts.workMsOf === undefined ? {} : { workMsOf: parts.workMsOf }),
    cookieOf: parts.cookieOf ?? ((request) => String(request)),
  };
}

export class Bench {
  readonly fleet: Fleet;
  readonly algorithm: BalancingAlgorithm;
  nowMs = 0;
  /** Servers asked by probes, and times of waking asked for, in order; the test answers when it likes. */
  readonly probed: number[] = [];
  readonly wakesAtMs: number[] = [];

  constructor(name: string, weights: readonly number[], parts: BenchParts = {}) {
    this.fleet = fleetOf(weights, parts.identity);
    const context: BalancingContext = {
      fleet: this.fleet,
      requests: requestsOf(parts),
      draws: new Draws(parts.seed ?? 1, "balancing/0"),
      clock: this,
      ...(parts.peers === undefined ? {} : { peers: parts.peers }),
      probes: { ask: (server) => this.probed.push(server) },
      wake: (atMs) => this.wakesAtMs.push(atMs),
    };
    const definition = partNamed(balancingAlgorithms, name, "balancing algorithm");
    this.algorithm = definition.create(withDefaults(definition, parts.knobs ?? {}), context);
    for (let server = 0; server < weights.length; server++) this.algorithm.changed(server);
  }

  /** Chooses a server and sends the request there. */
  send(request = 0, avoid = -1): number {
    const server = this.algorithm.pick(request, avoid);
    this.place(server);
    return server;
  }

  /** A request that a binding leads to `server`, past the algorithm. */
  bind(server: number): void {
    this.algorithm.bound(server);
    this.place(server);
  }

  /** `server` gets a request, however it was chosen. */
  place(server: number): void {
    this.fleet.inFlight[server]!++;
    this.algorithm.sent(server);
  }

  end(server: number, responseTimeMs = 1, answered = true): void {
    this.fleet.inFlight[server]!--;
    this.algorithm.ended(server, responseTimeMs, answered);
  }

  /** Sends a request that is answered before the next. */
  serve(request = 0, avoid = -1): number {
    const server = this.send(request, avoid);
    this.end(server);
    return server;
  }

  set(server: number, eligible: boolean): void {
    this.fleet.setEligible(server, eligible);
    this.algorithm.changed(server);
  }

  weigh(server: number, weight: number): void {
    this.fleet.setWeight(server, weight);
    this.algorithm.changed(server);
  }

  /** So many decisions, each answered at once, as a sequence of servers. */
  sequence(decisions: number): number[] {
    return Array.from({ length: decisions }, (_, request) => this.serve(request));
  }
}

/** `[0, 0, 1]` as `aab`, the way the literature writes sequences. */
export const letters = (servers: readonly number[]): string => servers.map((server) => "abcdefghij"[server]).join("");
