/** A fleet under a consistent hash, as Envoy builds its tables: whose a position is, among the servers eligible now. */
import type { FleetView } from "../../balancing/algorithm.ts";
import { eligibleHosts } from "../../balancing/envoy-hosts.ts";
import { envoyRing } from "../../balancing/envoy-ring.ts";
import { primeFrom, slotOf } from "../../balancing/maglev.ts";
import { maglevTable } from "../../balancing/maglev-table.ts";
import type { Ring64 } from "../../balancing/ring64.ts";

export interface HashedFleetSettings {
  readonly table: "ring" | "maglev";
  /** Points on the ring, at least; slots of the table, of which the next prime is taken. */
  readonly ringSize: number;
  readonly tableSize: number;
  /** Where given, the ring grows with the fleet instead, and a change moves nobody whom it need not. */
  readonly pointsPerServer: number | null;
}

/** Envoy's: `minimum_ring_size` 1024, Maglev `table_size` 65537. */
export const defaultTables = { ringSize: 1024, tableSize: 65_537, pointsPerServer: null } as const;

export const LARGEST_RING = 8_388_608;

export class HashedFleet {
  private readonly view: FleetView;
  private readonly settings: HashedFleetSettings;
  private version = -1;
  private servers = new Int32Array(0);
  private ring: Ring64 | null = null;
  private slots: Int32Array = new Int32Array(0);

  constructor(view: FleetView, settings: HashedFleetSettings) {
    this.view = view;
    this.settings = settings;
  }

  /** The server at a 64-bit position, both halves unsigned; -1 while nobody is eligible. A table is made anew when the fleet has changed. */
  at(high: number, low: number): number {
    if (this.version !== this.view.version) this.rebuild();
    if (this.servers.length === 0) return -1;
    const place = this.ring === null ? this.slots[slotOf(high, low, 0, this.slots.length)]! : this.pointAt(high, low);
    return this.servers[place]!;
  }

  private pointAt(high: number, low: number): number {
    return this.ring!.server[this.ring!.find(high, low)]!;
  }

  private rebuild(): void {
    const { view, settings } = this;
    this.version = view.version;
    this.servers = view.eligible.slice(0, view.eligibleCount);
    if (this.servers.length === 0) return;
    const hosts = eligibleHosts(view, "address");
    if (settings.table === "maglev") this.slots = maglevTable(hosts, primeFrom(settings.tableSize));
    else this.ring = envoyRing(hosts, { minimum: this.points(), maximum: LARGEST_RING }, "xxhash");
  }

  private points(): number {
    const { ringSize, pointsPerServer } = this.settings;
    return pointsPerServer === null ? ringSize : pointsPerServer * this.servers.length;
  }
}
