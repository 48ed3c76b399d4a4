/** A value of the client's own that its requests bring, in a header or in the URL, and that a table or a hash is keyed by. */
import type { Draws } from "../../engine/draws.ts";
import type { Cause } from "../../metrics/causes.ts";
import { bindingKnobs, bindingRules } from "./binding-rules.ts";
import { type Key, keyOf } from "./key.ts";
import { hashKnobs, KeyHash } from "./key-hash.ts";
import { KeyedTable } from "./keyed-table.ts";
import type { AffinityContext, AffinityMechanism } from "./mechanism.ts";
import { tableKnobs, tableOptions } from "./table-knobs.ts";

interface Absence {
  /** Share of clients whose requests never bring the value. */
  readonly clientsFraction: number;
  /** Share of requests that do not bring it, though their client has one. */
  readonly requestsFraction: number;
}

export class ClientValueKey implements Key {
  readonly isShared = false;
  readonly unlearned = "link-missed";
  private readonly context: AffinityContext;
  private readonly absence: Absence;
  private readonly clients: Draws;
  private readonly requests: Draws;

  constructor(context: AffinityContext, absence: Absence) {
    this.context = context;
    this.absence = absence;
    this.clients = context.drawsOf("clients-without-value");
    this.requests = context.drawsOf("requests-without-value");
  }

  of(request: number): number {
    if (this.whyMissed(request) !== null) return -1;
    const { requests } = this.context;
    return keyOf(requests.visitOf(requests.sessionOf(request)), 0);
  }

  learnedFrom(request: number): number {
    return this.of(request);
  }

  whyMissed(request: number): Cause | null {
    const { clientsFraction, requestsFraction } = this.absence;
    const { requests } = this.context;
    const visit = requests.visitOf(requests.sessionOf(request));
    if (clientsFraction > 0 && this.clients.at(visit, 0).uniform() < clientsFraction) return "no-affinity";
    if (requestsFraction <= 0) return null;
    return this.requests.at(visit, requests.numberOf(request)).uniform() < requestsFraction ? "link-missed" : null;
  }
}

export const clientValueKnobs = {
  memory: {
    unit: "choice",
    choices: ["table", "hash"],
    default: "table",
    summary:
      "Remember whose the value is (HAProxy stick on), or hash it (HAProxy balance hdr, balance url_param; Envoy hash policy).",
  },
  ...tableKnobs({ entries: 100_000, expireMs: null }),
  ...hashKnobs("map-based"),
  ...bindingKnobs(),
} as const;

type ClientValueKnobs = Parameters<typeof tableOptions>[0] &
  Parameters<typeof bindingRules>[0] & {
    readonly memory: string;
    readonly hashType: string;
    readonly avalanche: boolean;
  };

export function byClientValue(context: AffinityContext, absence: Absence, knobs: ClientValueKnobs): AffinityMechanism {
  const key = new ClientValueKey(context, absence);
  if (knobs.memory === "table") return new KeyedTable(context, key, tableOptions(knobs), bindingRules(knobs));
  return new KeyHash(context, key, { ...knobs, octets: 4 }, bindingRules(knobs));
}
