import { avalanche } from "../../engine/hash.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { StateContext } from "./backend.ts";

export interface GridShape {
  readonly partitions: number;
  /** Copies of each partition, the owner's included. */
  readonly copies: number;
}

/**
 * Who has which partition of a grid: lives, the owner first and then the backups. Where they ought to lie follows from the
 * members by rendezvous hashing (Thaler and Ravishankar, 1998): a member that comes or goes moves its own share only.
 */
export class GridPartitions {
  readonly count: number;
  /** By partition: how often all copies of it were lost, and how often a backup took the place of an owner that had crashed. */
  readonly losses: Int32Array;
  readonly promotions: Int32Array;
  readonly lossCause: Cause[];
  private readonly servers: StateContext["servers"];
  private readonly width: number;
  private readonly holders: Int32Array;
  private readonly wanted: Int32Array;
  private readonly scores: Float64Array;

  constructor(servers: StateContext["servers"], { partitions, copies }: GridShape) {
    this.servers = servers;
    this.count = partitions;
    this.width = copies;
    this.losses = new Int32Array(partitions);
    this.promotions = new Int32Array(partitions);
    this.lossCause = Array.from({ length: partitions }, () => "crash");
    this.holders = new Int32Array(partitions * copies).fill(-1);
    this.wanted = new Int32Array(partitions * copies).fill(-1);
    this.scores = new Float64Array(copies);
    for (let partition = 0; partition < partitions; partition++) {
      this.aim(partition);
      this.settle(partition);
    }
  }

  ownerOf(partition: number): number {
    return this.holders[partition * this.width]!;
  }

  /** The life in a place of the partition: 0 is the owner; -1 where there is none. */
  holderOf(partition: number, place: number): number {
    return this.holders[partition * this.width + place]!;
  }

  /** Works out on which of the servers that are up the partition ought to lie. True when it does not lie there. */
  aim(partition: number): boolean {
    const first = partition * this.width;
    this.wanted.fill(-1, first, first + this.width);
    this.scores.fill(-1);
    for (let server = 0; server < this.servers.count; server++) {
      if (!this.servers.isUp(server)) continue;
      let life = this.servers.lifeOf(server);
      let score = avalanche(avalanche(partition) + Math.imul(server, 0x9e3779b1));
      for (let place = 0; place < this.width && life >= 0; place++) {
        if (score <= this.scores[place]!) continue;
        [score, this.scores[place]] = [this.scores[place]!, score];
        [life, this.wanted[first + place]] = [this.wanted[first + place]!, life];
      }
    }
    for (let at = first; at < first + this.width; at++) if (this.wanted[at] !== this.holders[at]) return true;
    return false;
  }

  /** The servers that ought to have the partition and do not. */
  receivers(partition: number): readonly number[] {
    const first = partition * this.width;
    const held = this.holders.subarray(first, first + this.width);
    return Array.from(this.wanted.subarray(first, first + this.width))
      .filter((life) => life >= 0 && !held.includes(life))
      .map((life) => this.servers.serverOf(life));
  }

  /** The partition lies where it ought to, as far as those servers still live. */
  settle(partition: number): void {
    const first = partition * this.width;
    const alive = this.wanted.subarray(first, first + this.width).filter((life) => this.servers.isAlive(life));
    if (alive.length === 0) return;
    this.holders.fill(-1, first, first + this.width);
    this.holders.set(alive, first);
  }

  /**
   * Strikes out holders that are known to be over. Where the owner was one, the next holder takes its place, behind by what it
   * has not been sent if the owner crashed; where all were, the partition is lost, unless its last holder left in order: then
   * it handed everything over before.
   */
  strike(partition: number, isOver: (life: number) => boolean): void {
    const first = partition * this.width;
    const owner = this.holders[first]!;
    const left = this.holders.subarray(first, first + this.width).filter((life) => life >= 0 && !isOver(life));
    if (left.length === 0) {
      const cause = this.servers.causeOfEnd(owner);
      if (owner >= 0 && (cause === "crash" || this.servers.upCount === 0)) {
        this.losses[partition]!++;
        this.lossCause[partition] = cause;
      }
    } else if (left[0] !== owner && this.servers.causeOfEnd(owner) === "crash") {
      this.promotions[partition]!++;
    }
    this.holders.fill(-1, first, first + this.width);
    this.holders.set(left, first);
  }
}
