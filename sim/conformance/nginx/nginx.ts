/**
 * nginx 1.22 to 1.31 with one worker: how a request finds its server, is tried elsewhere when it is refused, and what the
 * servers' states are. The choice itself is made by the lab's algorithms.
 */
import type { Product, ProductDefinition, Recorder } from "../product.ts";
import { headerIn, RecordedRequests } from "../recorded-requests.ts";
import type { ServerOp, Trace, TraceRequest, TraceServer } from "../trace.ts";
import { type Peer, Peers } from "./peers.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { idOf, Sticky } from "./sticky.ts";
import { evaluate } from "./variables.ts";

/** Hash keys are read as headers whose name is nginx's expression. */
class NginxRequests extends RecordedRequests {
  override headerOf(request: number, name: string): string | null {
    return name.includes("$") ? evaluate(name, this, request) : super.headerOf(request, name);
  }
}

/** What one configuration makes of the servers. A reload begins another; requests under way stay with theirs. */
interface Upstream {
  readonly primaries: Peers;
  readonly backups: Peers;
  /** At most so many servers are tried for a request: those that are not down. */
  readonly attempts: number;
}

/** A server of the trace, in the order in which configurations name them. */
interface Known {
  readonly peer: Peer;
  readonly isListed: boolean;
}

interface Held {
  readonly group: Peers;
  readonly server: number;
}

class Nginx implements Product {
  nowMs = 0;
  private readonly recorder: Recorder;
  private readonly settings: Settings;
  private readonly requests: NginxRequests;
  private readonly sticky: Sticky | null;
  private known: readonly Known[];
  private readonly refusing = new Set<string>();
  private upstream: Upstream;
  private readonly held = new Map<number, Held>();

  constructor(trace: Trace, recorder: Recorder) {
    this.recorder = recorder;
    this.settings = settingsOf(trace.config);
    this.requests = new NginxRequests(trace);
    this.sticky = this.settings.sticky && new Sticky(this.settings.sticky, this.requests, this);
    this.known = [
      ...trace.servers.map((server) => ({ peer: peerOf(server), isListed: true })),
      ...(trace.spares ?? []).map((server) => ({ peer: peerOf(server), isListed: false })),
    ];
    this.upstream = this.configured();
  }

  private configured(): Upstream {
    const peers = this.known.filter(({ isListed }) => isListed).map(({ peer }) => peer);
    const primaries = peers.filter(({ backup }) => backup !== true);
    const backups = peers.filter(({ backup }) => backup === true);
    if (backups.length > 0 && !this.settings.allowsBackups) {
      throw new RangeError("nginx: this method does not support backup servers");
    }
    const isSingle = peers.length === 1;
    const groupOf = (group: readonly Peer[]) => new Peers(group, this.settings, this.requests, this, { isSingle });
    return {
      primaries: groupOf(primaries),
      backups: groupOf(backups),
      attempts: peers.filter(({ isDown }) => !isDown).length,
    };
  }

  advanceTo(atMs: number): void {
    this.nowMs = atMs;
  }

  open(request: number, content: TraceRequest): void {
    this.requests.put(request, content);
    const held = this.connect(request);
    if (held === null) this.recorder.decided(request, "!502");
    else {
      this.held.set(request, held);
      this.recorder.decided(request, held.group.peers[held.server]!.name);
    }
  }

  /** Tries servers until one takes the request; null when none does. */
  private connect(request: number): Held | null {
    const { upstream } = this;
    const tried = new Set<number>();
    let group = upstream.primaries;
    let cookie: string | null = null;
    let held: Held | null = null;
    let refusedBy = -1;
    for (let attempt = 0; held === null && attempt < Math.max(1, upstream.attempts); attempt++) {
      let server = this.choose(group, request, tried, refusedBy);
      if (server < 0 && group !== upstream.backups) {
        group = upstream.backups;
        tried.clear();
        refusedBy = -1;
        server = this.choose(group, request, tried, refusedBy);
      }
      if (server < 0) break;
      const peer = group.peers[server]!;
      tried.add(server);
      group.send(server);
      cookie = this.sticky?.cookieFor(peer) ?? null;
      this.recorder.tried(request, peer.name);
      if (!this.refusing.has(peer.name)) held = { group, server };
      else group.refused(server);
      refusedBy = server;
    }
    this.tellCookies(request, cookie, held !== null);
    return held;
  }

  private choose(group: Peers, request: number, tried: ReadonlySet<number>, refusedBy: number): number {
    const { algorithm, servers } = group.view;
    const mayBeUsed = group.admit(tried);
    const wanted = this.sticky?.wantedBy(request) ?? "";
    const bound = wanted === "" ? -1 : group.wanted(idOf, wanted, tried);
    if (bound >= 0) {
      algorithm.bound(bound);
      return bound;
    }
    if (!mayBeUsed) return -1;
    const own = algorithm.pick(request, refusedBy);
    if (!this.settings.isRandom) return own;
    const { eligible, eligibleCount } = group.view.fleet;
    // After 20 misses round robin decides, so nobody can be excluded.
    const candidates = Array.from(eligible.subarray(0, eligibleCount), (server) => servers[server]!.name);
    return group.view.indexOf(this.recorder.drawn(request, candidates, servers[own]!.name));
  }

  /** nginx's own cookie stands before those of the server, which come with its answer only. */
  private tellCookies(request: number, cookie: string | null, isAnswered: boolean): void {
    if (cookie !== null) this.recorder.setCookie(request, cookie);
    const applications = headerIn(this.requests.contentOf(request).respHeaders ?? {}, "Set-Cookie");
    if (isAnswered && applications !== null) this.recorder.setCookie(request, applications);
  }

  close(request: number): void {
    const held = this.held.get(request);
    if (held === undefined) return;
    this.held.delete(request);
    this.sticky?.answered(request, held.group.peers[held.server]!);
    held.group.answered(held.server);
  }

  setWeight(server: string, weight: number): void {
    this.edit(server, ({ peer, isListed }) => ({ peer: { ...peer, weight }, isListed }));
  }

  /** A server that is taken back stands where it stood; one that is new, at the end. */
  add(server: TraceServer): void {
    const isKnown = this.known.some(({ peer }) => peer.name === server.name);
    if (!isKnown) this.known = [...this.known, { peer: peerOf(server), isListed: true }];
    this.edit(server.name, ({ peer }) => ({
      peer: { ...peer, ...server, isDown: false, isDraining: false },
      isListed: true,
    }));
  }

  change(op: ServerOp, server: string): void {
    const become = (isDown: boolean, isDraining: boolean) =>
      this.edit(server, ({ peer, isListed }) => ({ peer: { ...peer, isDown, isDraining }, isListed }));
    switch (op) {
      case "listener-off":
        this.refusing.add(server);
        return;
      case "listener-on":
        this.refusing.delete(server);
        return;
      case "server-remove":
        return this.edit(server, ({ peer }) => ({ peer, isListed: false }));
      case "server-down":
        return become(true, false);
      case "server-drain":
        return become(true, true);
      case "server-up":
        return become(false, false);
    }
  }

  private edit(server: string, change: (known: Known) => Known): void {
    this.known = this.known.map((known) => (known.peer.name === server ? change(known) : known));
    this.reload();
  }

  reload(): void {
    this.upstream = this.configured();
  }
}

/** A server as it is configured at first. */
function peerOf(server: TraceServer): Peer {
  return { ...server, isDown: false, isDraining: false };
}

export const nginx: ProductDefinition = {
  name: "nginx",
  create: (trace, recorder) => new Nginx(trace, recorder),
};
