import type { BalancingAlgorithm, RequestView } from "../balancing/algorithm.ts";
import { Fleet } from "../balancing/fleet.ts";
import { balancingAlgorithms } from "../balancing/index.ts";
import { type Knobs, partNamed, withDefaults } from "../catalogue.ts";
import { Draws } from "../engine/draws.ts";
import type { Clock } from "../engine/kernel.ts";
import type { TraceServer } from "./trace.ts";

export interface AlgorithmChoice {
  readonly name: string;
  readonly knobs?: Knobs;
}

/** One group of a product's servers, as one of the lab's algorithms sees it. */
export class View {
  readonly fleet: Fleet;
  readonly algorithm: BalancingAlgorithm;
  readonly servers: readonly TraceServer[];

  /** A fleet in which all `servers` are listed and may be used, in that order. */
  constructor(
    servers: readonly TraceServer[],
    { name, knobs = {} }: AlgorithmChoice,
    requests: RequestView,
    clock: Clock,
  ) {
    this.servers = servers;
    this.fleet = new Fleet(
      servers.map(({ weight = 1 }) => weight),
      servers.map((server, index) => ({ name: server.name, id: server.id ?? index + 1, ...placeOf(server.address) })),
    );
    this.fleet.admit([...servers.keys()]);
    const definition = partNamed(balancingAlgorithms, name, "balancing algorithm");
    this.algorithm = definition.create(withDefaults(definition, knobs), {
      fleet: this.fleet,
      requests,
      clock,
      draws: new Draws(1, `conformance/${name}`),
      probes: { ask: () => {} },
      wake: () => {},
    });
    for (const server of servers.keys()) this.algorithm.changed(server);
  }

  /** @throws RangeError when it has no server of that name. */
  indexOf(name: string): number {
    const index = this.servers.findIndex((server) => server.name === name);
    if (index < 0) throw new RangeError(`there is no server "${name}"`);
    return index;
  }

  /** Says of every server whether a request may go there; true when one may. */
  admit(mayBeUsed: (server: number) => boolean): boolean {
    for (let server = 0; server < this.servers.length; server++) {
      if (this.fleet.setEligible(server, mayBeUsed(server))) this.algorithm.changed(server);
    }
    return this.fleet.eligibleCount > 0;
  }

  send(server: number): void {
    this.fleet.inFlight[server]!++;
    this.algorithm.sent(server);
  }

  end(server: number, answered = true): void {
    this.fleet.inFlight[server]!--;
    this.algorithm.ended(server, 0, answered);
  }
}

/** Host and port of `host:port`, split at the last colon. */
export function placeOf(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}
