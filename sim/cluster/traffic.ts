/** Bytes that requests and answers carry, counted by each balancer for each server; there where a population says how many. */
import type { Fleet } from "../balancing/fleet.ts";
import { Sampler } from "../engine/sampler.ts";
import type { Population } from "../scenario.ts";
import type { Sessions } from "../workload/sessions.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";

export class Traffic {
  private readonly requests: Requests;
  private readonly sessions: Sessions;
  private readonly fleets: readonly Fleet[];
  /** By population. */
  private readonly requestBytes: readonly (Sampler | null)[];
  private readonly responseBytes: readonly (Sampler | null)[];

  constructor(
    populations: readonly Population[],
    requests: Requests,
    sessions: Sessions,
    fleets: readonly Fleet[],
    seed: number,
  ) {
    this.requests = requests;
    this.sessions = sessions;
    this.fleets = fleets;
    this.requestBytes = populations.map(({ name, bytes }) =>
      bytes === null ? null : new Sampler(bytes.request, seed, `${name}/request-bytes`),
    );
    this.responseBytes = populations.map(({ name, bytes }) =>
      bytes === null ? null : new Sampler(bytes.response, seed, `${name}/response-bytes`),
    );
  }

  /** null where no population's messages have a size. */
  static of(
    populations: readonly Population[],
    requests: Requests,
    sessions: Sessions,
    fleets: readonly Fleet[],
    seed: number,
  ): Traffic | null {
    const isSized = populations.some(({ bytes }) => bytes !== null);
    return isSized ? new Traffic(populations, requests, sessions, fleets, seed) : null;
  }

  /** Every attempt sends the request again. */
  sent(slot: number, balancer: number, server: number): void {
    this.fleets[balancer]!.sentBytes[server]! += this.draw(this.requestBytes, slot);
  }

  answered(slot: number, balancer: number, server: number): void {
    this.fleets[balancer]!.receivedBytes[server]! += this.draw(this.responseBytes, slot);
  }

  private draw(samplers: readonly (Sampler | null)[], slot: number): number {
    const { ints } = this.requests;
    const session = ints[slot * request.INTS + request.SESSION]!;
    const sampler = samplers[this.sessions.population[session]!]!;
    if (sampler === null) return 0;
    return Math.round(sampler.draw(this.sessions.visitOf(session), ints[slot * request.INTS + request.NUMBER]!));
  }
}
