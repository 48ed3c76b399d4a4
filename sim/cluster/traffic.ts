/**
 * What goes over the wire between balancers and servers: bytes, counted by each balancer for each server, where a population
 * says how many; and requests that cross from one zone to another, where the scenario has zones.
 */
import type { Fleet } from "../balancing/fleet.ts";
import { Sampler } from "../engine/sampler.ts";
import type { Meter } from "../metrics/meter.ts";
import type { Scenario } from "../scenario.ts";
import type { Sessions } from "../workload/sessions.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import { byServer, zonesOfBalancers } from "./zones.ts";

export interface TrafficParts {
  readonly scenario: Scenario;
  readonly requests: Requests;
  readonly sessions: Sessions;
  readonly fleets: readonly Fleet[];
  readonly meter: Meter;
  readonly seed: number;
}

/** null where there is nothing to count. */
export function trafficOf(parts: TrafficParts): Traffic | null {
  const { populations, cluster } = parts.scenario;
  const isCounted = populations.some(({ bytes }) => bytes !== null) || cluster.balancers.zones.length > 0;
  return isCounted ? new Traffic(parts) : null;
}

export class Traffic {
  private readonly requests: Requests;
  private readonly sessions: Sessions;
  private readonly fleets: readonly Fleet[];
  private readonly meter: Meter;
  /** By population. */
  private readonly requestBytes: readonly (Sampler | null)[];
  private readonly responseBytes: readonly (Sampler | null)[];
  private readonly zoneOfBalancer: readonly (string | null)[];
  private readonly zone: readonly (string | null)[];

  constructor({ scenario, requests, sessions, fleets, meter, seed }: TrafficParts) {
    this.requests = requests;
    this.sessions = sessions;
    this.fleets = fleets;
    this.meter = meter;
    const samplers = (of: "request" | "response") =>
      scenario.populations.map(({ name, bytes }) =>
        bytes === null ? null : new Sampler(bytes[of], seed, `${name}/${of}-bytes`),
      );
    this.requestBytes = samplers("request");
    this.responseBytes = samplers("response");
    this.zoneOfBalancer = zonesOfBalancers(scenario.cluster);
    this.zone = byServer(scenario.cluster, (group) => group.zone);
  }

  /** Every attempt sends the request again. */
  sent(slot: number, balancer: number, server: number): void {
    this.fleets[balancer]!.sentBytes[server]! += this.draw(this.requestBytes, slot);
    const [from, to] = [this.zoneOfBalancer[balancer]!, this.zone[server]!];
    if (from !== null && to !== null && from !== to) this.meter.zoneCrossings++;
  }

  answered(slot: number, balancer: number, server: number): void {
    this.fleets[balancer]!.receivedBytes[server]! += this.draw(this.responseBytes, slot);
  }

  private draw(samplers: readonly (Sampler | null)[], slot: number): number {
    const { ints } = this.requests;
    const session = ints[slot * request.INTS + request.SESSION]!;
    const sampler = samplers[this.sessions.populationOf(session)]!;
    if (sampler === null) return 0;
    return Math.round(sampler.draw(this.sessions.visitOf(session), ints[slot * request.INTS + request.NUMBER]!));
  }
}
