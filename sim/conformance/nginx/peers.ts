import type { RequestView } from "../../balancing/algorithm.ts";
import type { Clock } from "../../engine/kernel.ts";
import type { TraceServer } from "../trace.ts";
import { View } from "../view.ts";
import { type Limits, limitsOf, type Settings } from "./settings.ts";

/** nginx counts time in whole seconds; servers have never been looked at "at 0", which is long ago. */
const LONG_AGO_SEC = 1_000_000_000;

export interface Peer extends TraceServer {
  readonly isDown: boolean;
  readonly isDraining: boolean;
}

/** The primaries or the backups of one configuration: who may be used, and what came of it. */
export class Peers {
  readonly view: View;
  readonly peers: readonly Peer[];
  private readonly clock: Clock;
  private readonly limits: readonly Limits[];
  private readonly fails: Int32Array;
  /** When a server failed last, and when it was last looked at, in seconds. */
  private readonly accessed: Float64Array;
  private readonly checked: Float64Array;
  /** With a single server in all, failures are not counted. */
  private readonly countsFailures: boolean;

  constructor(
    peers: readonly Peer[],
    settings: Settings,
    requests: RequestView,
    clock: Clock,
    { isSingle }: { readonly isSingle: boolean },
  ) {
    this.peers = peers;
    this.clock = clock;
    this.countsFailures = !isSingle;
    this.limits = peers.map(({ extra = "" }) => limitsOf(extra, settings.limits));
    const maxFails = new Set(this.limits.map((limits) => limits.maxFails));
    // An algorithm has one setting for all of its servers.
    if (maxFails.size > 1) throw new RangeError("nginx: servers with different max_fails");
    this.view = new View(peers, settings.algorithm(this.limits[0] ?? settings.limits), requests, clock);
    this.fails = new Int32Array(peers.length);
    this.accessed = new Float64Array(peers.length);
    this.checked = new Float64Array(peers.length);
  }

  private get nowSec(): number {
    return LONG_AGO_SEC + Math.floor(this.clock.nowMs / 1000);
  }

  /** May the next attempt of a request that has tried these servers go to one of this group? The view says to which. */
  admit(tried: ReadonlySet<number>): boolean {
    return this.view.admit((server) => !this.peers[server]!.isDown && this.isFit(server, tried));
  }

  /** A server that a sticky session asks for may be used though it is draining; -1 when it may not, or is not here. */
  wanted(idOf: (peer: Peer) => string, id: string, tried: ReadonlySet<number>): number {
    const server = this.peers.findIndex((peer) => idOf(peer) === id);
    if (server < 0 || !this.isFit(server, tried)) return -1;
    return this.peers[server]!.isDown && !this.peers[server]!.isDraining ? -1 : server;
  }

  private isFit(server: number, tried: ReadonlySet<number>): boolean {
    const { maxFails, failTimeoutSec } = this.limits[server]!;
    if (tried.has(server)) return false;
    const hasFailed = maxFails > 0 && this.fails[server]! >= maxFails;
    if (hasFailed && this.nowSec - this.checked[server]! <= failTimeoutSec) return false;
    const most = this.peers[server]!.max_conns ?? 0;
    return most === 0 || this.view.fleet.inFlight[server]! < most;
  }

  send(server: number): void {
    if (this.nowSec - this.checked[server]! > this.limits[server]!.failTimeoutSec) this.checked[server] = this.nowSec;
    this.view.send(server);
  }

  refused(server: number): void {
    if (this.countsFailures) {
      this.fails[server]!++;
      this.accessed[server] = this.nowSec;
      this.checked[server] = this.nowSec;
    }
    this.view.end(server, !this.countsFailures);
  }

  answered(server: number): void {
    if (this.accessed[server]! < this.checked[server]!) this.fails[server] = 0;
    this.view.end(server);
  }
}
