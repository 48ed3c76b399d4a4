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
import { ACK, ANSWER, type DelayLaw, QuorumDelays, READ, WRITE } from "./quorum-delays.ts";
import { MOST_REPLICAS, type QuorumSettings, quorumKnobs } from "./quorum-knobs.ts";
import { COMPLETE, QuorumReads, TOO_LATE } from "./quorum-reads.ts";
import { Replicas } from "./quorum-replicas.ts";
import { Station } from "./station.ts";
import { DOWN, HUNG, UP } from "./store-calls.ts";

const MS_PER_S = 1000;
const BITS = 32;

const REASONS = [null, "store-crash", "store-flush"] as const;

/**
 * A quorum store: every write goes to N replicas and waits for W of them, every read for R. Times are those of the WARS
 * model (Bailis et al., VLDB 2012): what a replica answers is what it has when the read reaches it.
 *
 * The server itself coordinates. Between R and W it is the newest of what was read that counts, by a timestamp without skew.
 */
class QuorumStore extends Backend implements SessionColumns {
  private readonly context: StateContext;
  private readonly settings: QuorumSettings;
  private readonly delays: QuorumDelays;
  private readonly reads: QuorumReads;
  private readonly nodes: Replicas;
  private readonly threads: readonly Station[];
  /** Of the operation at hand, by replica: when it is done there, and when its answer is back. */
  private readonly thereMs = new Float64Array(MOST_REPLICAS);
  private readonly backMs = new Float64Array(MOST_REPLICAS);
  /**
   * By session: operations so far, those of the slot's former tenants included, so that nobody's draws come twice; the newest
   * version; of the last 32 a bit for each that was acknowledged.
   */
  private operations = new Int32Array(0);
  private newest = new Int32Array(0);
  private acknowledged = new Int32Array(0);
  /** By session: the newest acknowledged version, and what it contains; why the session has no copy. */
  private newestKnown = new Int32Array(0);
  private newestContains = new Int32Array(0);
  private reason = new Uint8Array(0);
  /**
   * By request: 1 for a write that will not have its quorum in time; the best version that a read has seen, or the one that
   * is written; what it contains, without its own write where it was read.
   */
  private fails = new Uint8Array(0);
  private best = new Int32Array(0);
  private content = new Int32Array(0);

  constructor(context: StateContext, settings: QuorumSettings) {
    super();
    this.context = context;
    this.settings = settings;
    const nodes = Math.max(settings.nodes, settings.replicas);
    this.delays = new QuorumDelays(settings.delays as DelayLaw, settings, (purpose) => context.drawsOf(purpose));
    const { durable, hintBytesPerSec } = settings;
    this.nodes = new Replicas(
      { ...settings, nodes, isDurable: durable, hintBytesPerMs: hintBytesPerSec / MS_PER_S },
      context,
    );
    this.reads = new QuorumReads(settings, this.nodes, context.drawsOf("replicas asked"));
    this.threads = Array.from({ length: nodes }, () => new Station(settings.threads));
    context.attach(this.nodes);
    context.attach(this);
  }

  grow(capacity: number): void {
    this.operations = grown(this.operations, new Int32Array(capacity));
    this.newest = grown(this.newest, new Int32Array(capacity));
    this.acknowledged = grown(this.acknowledged, new Int32Array(capacity));
    this.newestKnown = grown(this.newestKnown, new Int32Array(capacity));
    this.newestContains = grown(this.newestContains, new Int32Array(capacity));
    this.reason = grown(this.reason, new Uint8Array(capacity));
  }

  copies(): number {
    return this.settings.replicas;
  }

  /** Draws when the operation is done at each replica, and when that is known; Infinity for one that does not answer. */
  private ask(session: number, out: number, back: number): void {
    const { context, settings } = this;
    const visit = context.visitOf(session);
    const first = this.operations[session]!++ * MOST_REPLICAS;
    const busyMs = settings.operationMs + (context.bytesOf(session) / 1024) * settings.perKibMs;
    for (let replica = 0; replica < settings.replicas; replica++) {
      this.thereMs[replica] = Number.POSITIVE_INFINITY;
      this.backMs[replica] = Number.POSITIVE_INFINITY;
      if (this.nodes.stateOf(session, replica) !== UP) continue;
      const node = this.nodes.nodeOf(session, replica);
      const doneMs = this.threads[node]!.serve(context.nowMs, busyMs);
      this.thereMs[replica] = doneMs + this.delays.ms(out, visit, first + replica);
      this.backMs[replica] = this.thereMs[replica]! + this.delays.ms(back, visit, first + replica);
    }
  }

  read(request: number, server: number): number {
    const { context, settings } = this;
    const session = context.sessionOf(request);
    this.room(request);
    const quorum = Math.min(settings.readQuorum, settings.replicas);
    let trusted = 0;
    for (let replica = 0; replica < settings.replicas; replica++) if (this.nodes.isTrusted(session, replica)) trusted++;
    if (trusted < quorum) return UNAVAILABLE;
    context.countStoreOperation();
    this.ask(session, READ, ANSWER);
    const k = this.operations[session]! * MOST_REPLICAS;
    this.reads.plan(
      request,
      session,
      { server, quorum, k, nowMs: context.nowMs, visit: context.visitOf(session) },
      this.thereMs,
      this.backMs,
    );
    this.best[request] = 0;
    context.scheduleRead(this.reads.nextMs(request), request);
    return PENDING;
  }

  override readDone(request: number): number {
    const { context } = this;
    const session = context.sessionOf(request);
    const replica = this.reads.next(request);
    if (replica === TOO_LATE) return UNAVAILABLE;
    if (replica !== COMPLETE) {
      // What it has now is what it answers.
      if (this.nodes.stateOf(session, replica) === DOWN) return UNAVAILABLE;
      const version = this.nodes.versionAt(session, replica);
      if (version > this.best[request]!) {
        this.best[request] = version;
        this.content[request] = this.nodes.containsAt(session, replica);
      }
      context.scheduleRead(this.reads.nextMs(request), request);
      return PENDING;
    }
    const best = this.best[request]!;
    if (best === 0)
      return this.missing(this.nodes.isAnywhere(session) ? "quorum-miss" : REASONS[this.reason[session]!]!);
    if (this.settings.readRepair) this.repair(request, session, best);
    this.cause = "quorum-miss";
    this.writesRead = this.content[request]! + this.ownWrite(session, best);
    return FOUND;
  }

  /** 1 when the write that made this version was acknowledged: until then it is not one that the user is owed. */
  private ownWrite(session: number, version: number): number {
    if (this.newest[session]! - version >= BITS) return 1;
    return (this.acknowledged[session]! >>> (version % BITS)) & 1;
  }

  private repair(request: number, session: number, best: number): void {
    const { context } = this;
    for (let asked = 0; ; asked++) {
      const replica = this.reads.asked(request, asked);
      if (replica < 0) return;
      if (this.nodes.versionAt(session, replica) >= best) continue;
      const k = this.operations[session]!++ * MOST_REPLICAS + replica;
      const arrivesMs = context.nowMs + this.delays.ms(WRITE, context.visitOf(session), k);
      this.nodes.send(arrivesMs, session, replica, best, this.content[request]!);
      context.countReplication(1, context.bytesOf(session));
    }
  }

  write(request: number, _server: number, contains: number, changed: boolean): number {
    const { context, settings } = this;
    if (!changed && !settings.touches) return WRITTEN;
    const session = context.sessionOf(request);
    this.room(request);
    const quorum = Math.min(settings.writeQuorum, settings.replicas);
    let standIns = 0;
    for (let replica = 0; replica < settings.replicas; replica++)
      if (!this.nodes.isTrusted(session, replica)) standIns++;
    if (!settings.sloppy && settings.replicas - standIns < quorum) return UNAVAILABLE;
    const content = changed ? context.contentOf(this.newestContains[session]!, contains, true) : 0;
    if (content < 0) return CONFLICT;
    context.countStoreOperation();
    this.ask(session, WRITE, ACK);
    if (changed) this.spread(request, session, content);
    if (settings.sloppy) this.standIn(session);
    const ackMs = this.smallest(quorum);
    const isInTime = ackMs <= context.nowMs + settings.timeoutMs;
    this.fails[request] = isInTime ? 0 : 1;
    context.scheduleWrite(isInTime ? ackMs : context.nowMs + settings.timeoutMs, request);
    return PENDING;
  }

  private spread(request: number, session: number, content: number): void {
    const { context, settings } = this;
    const version = ++this.newest[session]!;
    this.acknowledged[session]! &= ~(1 << (version % BITS));
    this.best[request] = version;
    this.content[request] = content;
    for (let replica = 0; replica < settings.replicas; replica++) {
      // To one that does not answer it goes as well, and is kept for it as a hint.
      const atMs = this.thereMs[replica]!;
      this.nodes.send(atMs === Number.POSITIVE_INFINITY ? context.nowMs : atMs, session, replica, version, content - 1);
    }
    context.countReplication(settings.replicas, settings.replicas * context.bytesOf(session));
  }

  /** Other nodes acknowledge for those that are taken for down, as fast as they would. */
  private standIn(session: number): void {
    const visit = this.context.visitOf(session);
    const first = this.operations[session]!++ * MOST_REPLICAS;
    for (let replica = 0; replica < this.settings.replicas; replica++) {
      if (this.nodes.isTrusted(session, replica)) continue;
      const wayMs = this.delays.ms(WRITE, visit, first + replica) + this.delays.ms(ACK, visit, first + replica);
      this.backMs[replica] = this.context.nowMs + wayMs;
    }
  }

  /** The `count`-th of the times at which acknowledgements are back. */
  private smallest(count: number): number {
    const back = this.backMs.subarray(0, this.settings.replicas);
    back.sort();
    return back[count - 1]!;
  }

  override writeDone(request: number, _server: number, _contains: number, changed: boolean): number {
    if (this.fails[request] === 1) return UNAVAILABLE;
    if (changed) this.acknowledge(this.context.sessionOf(request), this.best[request]!, this.content[request]!);
    return WRITTEN;
  }

  private acknowledge(session: number, version: number, content: number): void {
    this.acknowledged[session]! |= 1 << (version % BITS);
    if (version > this.newestKnown[session]!) {
      this.newestKnown[session] = version;
      this.newestContains[session] = content;
    }
    this.writesWritten = content;
  }

  override elapsed(message: number, replica: number): void {
    this.nodes.deliver(message, replica);
  }

  private room(request: number): void {
    if (request < this.fails.length) return;
    const capacity = Math.max(64, 2 * request);
    this.fails = grown(this.fails, new Uint8Array(capacity));
    this.best = grown(this.best, new Int32Array(capacity));
    this.content = grown(this.content, new Int32Array(capacity));
    this.reads.grow(capacity);
  }

  override storeFaultBegins(kind: StoreFaultKind, node: number): void {
    // Servers coordinate themselves and reach every replica: none is cut off from the others for them.
    if (kind === "cut-off") return;
    this.forEachNode(node, (one) => {
      if (kind === "flush") this.nodes.empty(one);
      else if (kind === "crash" || this.nodes.state[one] === UP) this.nodes.fall(one, kind === "crash" ? DOWN : HUNG);
    });
    if (kind === "flush" || (kind === "crash" && !this.settings.durable)) {
      this.reason.fill(REASONS.indexOf(kind === "flush" ? "store-flush" : "store-crash"));
    }
  }

  override storeFaultEnds(kind: StoreFaultKind, node: number): void {
    if (kind === "cut-off" || kind === "flush") return;
    this.forEachNode(node, (one) => {
      if (kind === "crash" || this.nodes.state[one] === HUNG) this.nodes.rise(one);
    });
  }

  private forEachNode(node: number, visit: (node: number) => void): void {
    const count = this.threads.length;
    if (node === ALL_NODES) for (let one = 0; one < count; one++) visit(one);
    else if (node < count) visit(node);
  }

  forget(session: number): void {
    this.nodes.forget(session);
    this.newest[session] = 0;
    this.acknowledged[session] = 0;
    this.newestKnown[session] = 0;
    this.newestContains[session] = 0;
    this.reason[session] = 0;
  }
}

export const quorumStore = defineState({
  name: "quorum-store",
  aliases: ["Cassandra", "Dynamo", "Riak"],
  summary: "Each session has N copies on as many nodes; a write waits for W of them, a read for R.",
  whenToUse: "Sessions that must survive nodes, where R + W > N can be paid for, or old reads be borne.",
  knownFlaw: "With R + W at most N a read right after a write may miss it, or miss the session altogether.",
  source:
    "Bailis et al., VLDB 2012 (WARS and its production fits); Cassandra 4.1 cassandra.yaml (hints, timeouts); DeCandia et al., Dynamo, SOSP 2007.",
  knobs: quorumKnobs,
  create: (settings, context) => new QuorumStore(context, settings),
});
