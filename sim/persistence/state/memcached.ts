import type { ValuesOf } from "../../catalogue.ts";
import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import {
  ALL_NODES,
  Backend,
  CONFLICT,
  defineState,
  FOUND,
  PENDING,
  type StateContext,
  type StoreFaultKind,
  UNAVAILABLE,
  WRITTEN,
} from "./backend.ts";
import { keyedStoreKnobs } from "./keyed-store-knobs.ts";
import { MemcachedClients } from "./memcached-clients.ts";
import { SlabMemory, STORED } from "./slab-memory.ts";
import { Station } from "./station.ts";
import { Calls, DOWN, HUNG, type StoreNodes, UP } from "./store-calls.ts";

/** What applications add to the life of their keys, so that they say themselves when a session is over. */
const GRACE_MS = 300_000;
/** Why a session has no copy: places in this list. */
const REASONS = [null, "store-crash", "store-eviction", "store-flush"] as const;

const knobs = {
  nodes: {
    unit: "count",
    default: 3,
    minimum: 1,
    maximum: 30,
    summary: "Memcached servers, each with its share of the keys.",
  },
  threads: { unit: "count", default: 4, minimum: 1, summary: "Worker threads of each (-t)." },
  roundTripMs: { unit: "ms", default: 0.4, minimum: 0, summary: "Server to node and back (to be calibrated)." },
  operationMs: {
    unit: "ms",
    default: 0.01,
    minimum: 0,
    summary: "A thread is busy so long for one operation (to be calibrated).",
  },
  ...keyedStoreKnobs,
  timeoutMs: {
    unit: "ms",
    default: null,
    minimum: 1,
    summary: "A server waits so long for a node that does not answer; none: without end (twemproxy's default).",
  },
  memoryBytes: { unit: "bytes", default: 64 * 1024 * 1024, minimum: 1, summary: "Memory of each node (-m)." },
  itemMaxBytes: { unit: "bytes", default: 1024 * 1024, minimum: 1, summary: "A larger item is refused (-I)." },
  growthFactor: {
    unit: "number",
    default: 1.25,
    minimum: 1.01,
    summary: "Each class of chunks is so many times as large as the one before (-f).",
  },
  autoEject: {
    unit: "flag",
    default: false,
    summary:
      "auto_eject_hosts: a node that fails is left out, and its keys go to the others; else its share of requests fails.",
  },
  failureLimit: {
    unit: "count",
    default: 2,
    minimum: 1,
    summary: "server_failure_limit: so many failures in a row, as each server counts them for itself.",
  },
  retryMs: { unit: "ms", default: 30_000, minimum: 0, summary: "server_retry_timeout: then it is tried again." },
  keepsId: {
    unit: "flag",
    default: true,
    summary:
      "A user whose session was not found logs in again under the same id (PHP without strict mode), and so the same key.",
  },
} as const;

/**
 * Memcached: nodes that know nothing of one another; the client's hash says which of them has a session. Nothing is copied
 * and nothing is written down.
 *
 * A node that was out of reach for a while, and was left out, comes back with what it held: where the user has logged in
 * again under the same id, the session from before rises again.
 */
class Memcached extends Backend implements SessionColumns, StoreNodes {
  readonly state: Uint8Array;
  readonly epoch: Int32Array;
  readonly threads: readonly Station[];
  private readonly context: StateContext;
  private readonly settings: ValuesOf<typeof knobs>;
  private readonly calls: Calls;
  private readonly clients: MemcachedClients;
  private readonly memories: readonly SlabMemory[];
  private readonly ttlMs: number;
  /** By session: the hash of its key and whose it is; which life of the id this is; why it is gone. */
  private hash = new Uint32Array(0);
  private visit = new Float64Array(0);
  private life = new Int32Array(0);
  private reason = new Uint8Array(0);

  constructor(context: StateContext, settings: ValuesOf<typeof knobs>) {
    super();
    this.context = context;
    this.settings = settings;
    this.state = new Uint8Array(settings.nodes);
    this.epoch = new Int32Array(settings.nodes);
    this.threads = Array.from({ length: settings.nodes }, () => new Station(settings.threads));
    this.calls = new Calls(settings, context);
    this.clients = new MemcachedClients(settings, context.servers.count);
    this.memories = Array.from({ length: settings.nodes }, () => new SlabMemory(settings));
    for (const memory of this.memories) context.attach(memory);
    const { idleTimeoutMs } = context.rules;
    this.ttlMs = settings.ttlMs ?? (idleTimeoutMs === null ? Number.POSITIVE_INFINITY : idleTimeoutMs + GRACE_MS);
    context.attach(this);
  }

  grow(capacity: number): void {
    this.hash = grown(this.hash, new Uint32Array(capacity));
    const visit = new Float64Array(capacity).fill(-1, this.visit.length);
    this.visit = grown(this.visit, visit);
    this.life = grown(this.life, new Int32Array(capacity));
    this.reason = grown(this.reason, new Uint8Array(capacity));
  }

  copies(): number {
    return 1;
  }

  read(request: number, server: number): number {
    const session = this.context.sessionOf(request);
    this.context.scheduleRead(this.sendMs(request, session, server), request);
    return PENDING;
  }

  override readDone(request: number, server: number): number {
    const { nowMs } = this.context;
    const session = this.context.sessionOf(request);
    const progress = this.progress(request, session, server);
    if (progress === PENDING) this.context.scheduleRead(this.calls.nextMs, request);
    if (progress !== FOUND) return progress;
    const memory = this.memories[this.calls.node[request]!]!;
    if (!memory.has(session)) return this.missing(this.whyGone(session));
    if (memory.isExpired(session, nowMs)) {
      memory.remove(session);
      return this.missing("expired-early");
    }
    memory.use(session);
    this.cause = "old-copy";
    // Nothing of what the user has done since logging in again is in a copy from before.
    this.writesRead = memory.lifeOf(session) === this.life[session] ? memory.containsOf(session) : 0;
    return FOUND;
  }

  /** Another node has it: the clients have changed their mind about where it belongs. */
  private whyGone(session: number) {
    const isElsewhere = this.memories.some(
      (memory) => memory.has(session) && memory.lifeOf(session) === this.life[session],
    );
    return isElsewhere ? "store-failover" : REASONS[this.reason[session]!]!;
  }

  write(request: number, server: number, _contains: number, changed: boolean): number {
    if (!changed && !this.settings.touches) return WRITTEN;
    this.context.scheduleWrite(this.sendMs(request, this.context.sessionOf(request), server), request);
    return PENDING;
  }

  override writeDone(request: number, server: number, contains: number, changed: boolean): number {
    const { context } = this;
    const session = context.sessionOf(request);
    const progress = this.progress(request, session, server);
    if (progress === PENDING) context.scheduleWrite(this.calls.nextMs, request);
    if (progress !== FOUND) return progress;
    const memory = this.memories[this.calls.node[request]!]!;
    const expiresAtMs = context.nowMs + this.ttlMs;
    if (!changed) {
      if (memory.has(session)) memory.touch(session, expiresAtMs);
      return WRITTEN;
    }
    const isPresent = memory.has(session) && memory.lifeOf(session) === this.life[session];
    const content = context.contentOf(isPresent ? memory.containsOf(session) : 0, contains, true);
    if (content < 0) return CONFLICT;
    const outcome = memory.store(session, context.bytesOf(session), content, this.life[session]!, expiresAtMs);
    if (memory.evicted !== null && memory.evicted >= 0) this.reason[memory.evicted] = REASONS.indexOf("store-eviction");
    if (outcome !== STORED) return UNAVAILABLE;
    this.writesWritten = content;
    return WRITTEN;
  }

  private sendMs(request: number, session: number, server: number): number {
    if (this.hash[session] === 0) this.hash[session] = MemcachedClients.hashOf(this.context.visitOf(session));
    const node = this.clients.nodeFor(server, this.hash[session]!, this.context.nowMs);
    return this.calls.sendMs(request, session, this, Math.max(0, node), 0, node < 0);
  }

  private progress(request: number, session: number, server: number): number {
    const node = this.calls.node[request]!;
    const progress = this.calls.progress(request, session, this, 0);
    if (progress === UNAVAILABLE) this.clients.failed(server, node, this.context.nowMs);
    if (progress === FOUND) this.clients.answered(server, node);
    return progress;
  }

  override storeFaultBegins(kind: StoreFaultKind, node: number): void {
    // Nodes that do not talk to one another cannot be cut off from one another.
    if (kind === "cut-off") return;
    this.forEachNode(node, (one) => {
      if (kind !== "hang") this.empty(one, kind === "crash" ? "store-crash" : "store-flush");
      if (kind === "hang" && this.state[one] === UP) this.state[one] = HUNG;
      if (kind !== "crash") return;
      this.state[one] = DOWN;
      this.epoch[one]!++;
      this.threads[one]!.crash(this.context.nowMs);
    });
  }

  override storeFaultEnds(kind: StoreFaultKind, node: number): void {
    if (kind === "cut-off" || kind === "flush") return;
    this.forEachNode(node, (one) => {
      if (kind === "hang" && this.state[one] !== HUNG) return;
      this.state[one] = UP;
      this.threads[one]!.stall(this.context.nowMs);
    });
  }

  private forEachNode(node: number, visit: (node: number) => void): void {
    if (node === ALL_NODES) for (let one = 0; one < this.settings.nodes; one++) visit(one);
    else if (node < this.settings.nodes) visit(node);
  }

  private empty(node: number, reason: "store-crash" | "store-flush"): void {
    this.memories[node]!.clear((session) => {
      this.reason[session] = REASONS.indexOf(reason);
    });
  }

  override serverStopped(server: number): void {
    this.clients.forget(server);
  }

  forget(session: number): void {
    const visit = this.context.visitOf(session);
    this.reason[session] = 0;
    if (this.settings.keepsId && this.visit[session] === visit) {
      this.life[session]!++;
      return;
    }
    for (const memory of this.memories) memory.detach(session);
    this.visit[session] = visit;
    this.life[session] = 0;
    this.hash[session] = 0;
  }
}

export const memcached = defineState({
  name: "memcached",
  aliases: ["twemproxy", "php-memcached"],
  summary:
    "Sessions are spread over several Memcached nodes by the clients' hash; each is on one node, in memory only.",
  whenToUse: "Sessions that may be lost, at the lowest price and in any number.",
  knownFlaw:
    "A node that fails takes its share along, a full class of sizes drops its oldest sessions in silence, and a node that comes back may still hold what has long been replaced.",
  source: "Memcached 1.6 (slabs.c, items.c, doc/protocol.txt); twemproxy 0.5 (nc_server.c, notes/recommendation.md).",
  knobs,
  create: (settings, context) => new Memcached(context, settings),
});
