import type { Cause } from "../../metrics/causes.ts";
import { ALL_NODES, type StateContext, type StoreFaultKind } from "./backend.ts";
import type { NodeCopies } from "./node-copies.ts";
import { type GroupUser, WriteSetGroup } from "./write-set-group.ts";

export interface EqualNodesSettings {
  readonly nodes: number;
  readonly replicationDelayMs: number;
  readonly suspectTimeoutMs: number;
  readonly transferMs: number;
}

/** Whoever works with the nodes. */
export interface EqualNodesUser {
  /** What is under way on the node fails. */
  broke(node: number): void;
  /** What waits for the node is to be looked at again. */
  lookAgain(node: number): void;
  /** The server is to connect to another node. */
  moveOn(server: number): void;
  wakeForView(atMs: number): void;
  wakeForJoin(atMs: number, node: number): void;
}

/**
 * Which of several equal nodes are up, can be heard, and serve; and which of them each server works with: its own, number
 * modulo number, or the next one when that does not serve.
 */
export class EqualNodes implements GroupUser {
  /** null where nodes do not agree before they commit: then each serves as long as it is up. */
  readonly group: WriteSetGroup | null;
  private readonly context: StateContext;
  private readonly settings: EqualNodesSettings;
  private readonly copies: NodeCopies;
  private readonly user: EqualNodesUser;
  private readonly isUp: Uint8Array;
  private readonly hangs: Uint8Array;
  private readonly isCutOff: Uint8Array;
  /** By server: the node that it is connected to. */
  private readonly nodeOfServer: Int32Array;

  constructor(
    context: StateContext,
    settings: EqualNodesSettings,
    isGroup: boolean,
    copies: NodeCopies,
    user: EqualNodesUser,
  ) {
    const { nodes, suspectTimeoutMs, transferMs } = settings;
    this.context = context;
    this.settings = settings;
    this.copies = copies;
    this.user = user;
    this.group = isGroup ? new WriteSetGroup(nodes, suspectTimeoutMs, transferMs, this) : null;
    this.isUp = new Uint8Array(nodes).fill(1);
    this.hangs = new Uint8Array(nodes);
    this.isCutOff = new Uint8Array(nodes);
    this.nodeOfServer = Int32Array.from({ length: context.servers.count }, (_, server) => server % nodes);
  }

  isHanging(node: number): boolean {
    return this.hangs[node] === 1;
  }

  serves(node: number): boolean {
    return this.isUp[node] === 1 && (this.group === null || this.group.serves(node));
  }

  /** Whether a row gets from one to the other now. */
  areConnected(one: number, other: number): boolean {
    return this.isUp[one] === 1 && this.isUp[other] === 1 && this.isCutOff[one] === 0 && this.isCutOff[other] === 0;
  }

  /** The node that the server works with now, or -1. */
  nodeFor(server: number): number {
    for (let tried = 0; tried < this.settings.nodes; tried++) {
      const node = (server + tried) % this.settings.nodes;
      if (this.serves(node)) return node;
    }
    return -1;
  }

  /** Why a node may be behind the others. */
  causeOfLag(): Cause {
    if (this.isCutOff.includes(1)) return "split-brain";
    return this.isUp.includes(0) ? "store-failover" : "replication-lag";
  }

  faultBegins(kind: StoreFaultKind, node: number): void {
    this.forEach(node, (at) => {
      if (kind === "crash") this.isUp[at] = 0;
      if (kind === "hang") this.hangs[at] = 1;
      if (kind === "cut-off") this.isCutOff[at] = 1;
      if (kind === "crash") this.user.broke(at);
      this.openLinks(at);
      this.group?.reach(at, false, this.context.nowMs);
    });
    this.reassign();
  }

  faultEnds(kind: StoreFaultKind, node: number): void {
    this.forEach(node, (at) => {
      if (kind === "crash") this.isUp[at] = 1;
      if (kind === "hang") this.hangs[at] = 0;
      if (kind === "cut-off") this.isCutOff[at] = 0;
      this.openLinks(at);
      const isReachable = this.isUp[at] === 1 && this.hangs[at] === 0 && this.isCutOff[at] === 0;
      if (isReachable) this.group?.reach(at, true, this.context.nowMs);
      if (this.hangs[at] === 0) this.user.lookAgain(at);
    });
    this.reassign();
  }

  /**
   * Rows that had not arrived when a link broke arrive when it is there again. In a group they had: a commit is acknowledged
   * when all members have it.
   */
  private openLinks(node: number): void {
    if (this.group !== null) return;
    const { nowMs } = this.context;
    for (let other = 0; other < this.settings.nodes; other++) {
      if (other === node) continue;
      const untilMs = this.areConnected(node, other) ? nowMs + this.settings.replicationDelayMs : Infinity;
      this.copies.hold(node, other, nowMs, untilMs);
    }
  }

  private forEach(node: number, change: (node: number) => void): void {
    for (let at = 0; at < this.settings.nodes; at++) if (node === ALL_NODES || node === at) change(at);
  }

  private reassign(): void {
    for (let server = 0; server < this.nodeOfServer.length; server++) {
      const node = this.nodeFor(server);
      if (node === this.nodeOfServer[server]) continue;
      this.nodeOfServer[server] = node;
      if (this.context.servers.isUp(server)) this.user.moveOn(server);
    }
  }

  excluded(node: number): void {
    this.user.broke(node);
    this.reassign();
  }

  goesOn(): void {
    for (let node = 0; node < this.settings.nodes; node++) if (this.hangs[node] === 0) this.user.lookAgain(node);
    this.reassign();
  }

  joined(node: number, from: number): void {
    this.copies.transfer(from, node);
    this.reassign();
  }

  wakeForView(atMs: number): void {
    this.user.wakeForView(atMs);
  }
  wakeForJoin(atMs: number, node: number): void {
    this.user.wakeForJoin(atMs, node);
  }
}
