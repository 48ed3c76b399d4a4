import type { Cause } from "../../metrics/causes.ts";
import { AddressTable } from "./address-table.ts";
import { type AffinityContext, defineAffinity, IDLE_EXPIRED, Mechanism, NONE, VALID } from "./mechanism.ts";

/**
 * Each balancer remembers which server answered an address last (HAProxy `stick on src`). A match restarts the entry's
 * life; the entry is stored when the answer passes, so that of two first requests at once each is balanced on its own.
 */
class SourceTable extends Mechanism {
  private readonly context: AffinityContext;
  private readonly expireMs: number | null;
  private readonly tables: readonly AddressTable[];

  constructor(context: AffinityContext, entries: number, expireMs: number | null) {
    super();
    this.context = context;
    this.expireMs = expireMs;
    this.tables = context.views.map(() => new AddressTable(entries));
  }

  lookup(request: number, balancer: number): number {
    const { requests } = this.context;
    const table = this.tables[balancer]!;
    const entry = table.find(requests.addressOf(request));
    if (entry < 0) {
      this.outcome = NONE;
      return -1;
    }
    if (this.hasExpired(table, entry)) {
      this.outcome = IDLE_EXPIRED;
      return -1;
    }
    table.touch(entry, requests.nowMs);
    this.outcome = VALID;
    return table.serverOf(entry);
  }

  override answered(request: number, balancer: number, server: number): void {
    const { requests } = this.context;
    this.tables[balancer]!.set(requests.addressOf(request), server, requests.nowMs);
  }

  whyElsewhere(request: number, balancer: number): Cause {
    const { requests } = this.context;
    const address = requests.addressOf(request);
    if (requests.addressChanged(requests.sessionOf(request))) return "address-changed";
    const table = this.tables[balancer]!;
    const entry = table.find(address);
    if (entry >= 0 && this.hasExpired(table, entry)) return "binding-expired";
    // Another table may know better; then this balancer was never told.
    if (this.tables.some((other) => other !== table && other.find(address) >= 0)) return "unsynchronised-balancer";
    return entry >= 0 ? "shared-address" : "binding-evicted";
  }

  private hasExpired(table: AddressTable, entry: number): boolean {
    return this.expireMs !== null && this.context.requests.nowMs - table.usedAt(entry) > this.expireMs;
  }
}

export const sourceTable = defineAffinity({
  name: "source-table",
  aliases: ["stick on src", "stick-table", "ClientIP"],
  summary: "The balancer remembers which server answered a client's address.",
  whenToUse: "Clients without cookies; survives changes of the set of servers.",
  knownFlaw: "Each balancer has a table of its own: two of them send one user to two servers.",
  source: "HAProxy 2.6 stick-table type ip, without peers; a full table drops the entry used longest ago.",
  knobs: {
    entries: {
      unit: "count",
      default: 100_000,
      minimum: 1,
      maximum: 16_777_216,
      summary: "Size of each balancer's table (HAProxy size).",
    },
    expireMs: {
      unit: "ms",
      default: 1_800_000,
      minimum: 1,
      summary: "Forget an address not seen for so long (HAProxy expire).",
    },
  },
  create: ({ entries, expireMs }, context) => new SourceTable(context, entries, expireMs),
});
