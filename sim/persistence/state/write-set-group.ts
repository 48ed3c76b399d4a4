/** Whoever works with the group, and has to know when it changes. */
export interface GroupUser {
  /** The node no longer belongs to the group that serves: what is under way on it fails. */
  excluded(node: number): void;
  /** Commits that had to wait may go on. */
  goesOn(): void;
  /** The node is to be given all that another one has, and serves again. */
  joined(node: number, from: number): void;
  /** Asks that `viewElapsed`, or `joinElapsed`, be called at `atMs`. */
  wakeForView(atMs: number): void;
  wakeForJoin(atMs: number, node: number): void;
}

/**
 * Who belongs to a group of equal nodes that agree on the order of writes, after Galera.
 *
 * When a member is not heard any more, commits wait until `suspectTimeoutMs` later it is excluded; what remains goes on if
 * it is more than half of the group as it was, else nobody serves until all members hear one another again. A node
 * that was excluded comes back by being given the state, which takes `transferMs`.
 */
export class WriteSetGroup {
  isPaused = false;
  private hasQuorum = true;
  private viewAtMs = 0;
  private readonly isMember: Uint8Array;
  private readonly isReachable: Uint8Array;
  private readonly suspectTimeoutMs: number;
  private readonly transferMs: number;
  private readonly user: GroupUser;

  constructor(nodes: number, suspectTimeoutMs: number, transferMs: number, user: GroupUser) {
    this.isMember = new Uint8Array(nodes).fill(1);
    this.isReachable = new Uint8Array(nodes).fill(1);
    this.suspectTimeoutMs = suspectTimeoutMs;
    this.transferMs = transferMs;
    this.user = user;
  }

  /** Whether the node takes requests: one that is not heard any more does so until it is excluded. */
  serves(node: number): boolean {
    return this.hasQuorum && this.isMember[node] === 1;
  }

  reach(node: number, isReachable: boolean, nowMs: number): void {
    this.isReachable[node] = isReachable ? 1 : 0;
    if (!isReachable) {
      if (this.isMember[node] === 0 || !this.hasQuorum || this.isPaused) return;
      this.isPaused = true;
      this.viewAtMs = nowMs + this.suspectTimeoutMs;
      this.user.wakeForView(this.viewAtMs);
    } else if (this.isMember[node] === 0) {
      this.user.wakeForJoin(nowMs + this.transferMs, node);
    } else if (this.allMembersReachable()) {
      this.hasQuorum = true;
      this.goOn();
    }
  }

  /** Time is up for members that are not heard. */
  viewElapsed(nowMs: number): void {
    if (!this.isPaused || !this.hasQuorum || nowMs < this.viewAtMs) return;
    let members = 0;
    let reachable = 0;
    for (let node = 0; node < this.isMember.length; node++) {
      if (this.isMember[node] === 0) continue;
      members++;
      if (this.isReachable[node] === 1) reachable++;
    }
    this.hasQuorum = 2 * reachable > members;
    for (let node = 0; node < this.isMember.length; node++) {
      if (this.isMember[node] === 0 || (this.hasQuorum && this.isReachable[node] === 1)) continue;
      if (this.hasQuorum) this.isMember[node] = 0;
      this.user.excluded(node);
    }
    this.goOn();
  }

  /** The node has been given the state, if it still is there and somebody to give it. */
  joinElapsed(node: number): void {
    if (this.isMember[node] === 1 || this.isReachable[node] === 0 || !this.hasQuorum) return;
    const from = this.isMember.findIndex((isMember, donor) => isMember === 1 && this.isReachable[donor] === 1);
    if (from < 0) return;
    this.isMember[node] = 1;
    this.user.joined(node, from);
  }

  private goOn(): void {
    this.isPaused = false;
    this.user.goesOn();
  }

  private allMembersReachable(): boolean {
    return this.isMember.every((isMember, node) => isMember === 0 || this.isReachable[node] === 1);
  }
}
