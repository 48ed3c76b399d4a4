/**
 * Balancers that remember which server answered a key last, each in a table of its own.
 *
 * A match begins the row's life anew; the binding is stored when the answer passes, so that of two first requests at
 * once each is balanced on its own. HAProxy takes the room for it when the request passes; here that is when the answer does.
 */
import { grown } from "../../engine/grown.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import type { Key } from "./key.ts";
import { KeyTable } from "./key-table.ts";
import { type AffinityContext, type BindingRules, Mechanism, NONE, VALID } from "./mechanism.ts";
import { PeerUpdates } from "./peer-updates.ts";
import type { StickTableSettings } from "./stick-rows.ts";
import type { TableOptions } from "./table-knobs.ts";

/** Values of `storedBy` that are no balancer. */
const NOBODY = -1;
const NO_ROOM = -2;
const UNLEARNED = -3;
/** Longer ago than anything that happens. */
const NEVER = Number.NEGATIVE_INFINITY;

export class KeyedTable extends Mechanism implements SessionColumns {
  protected readonly context: AffinityContext;
  private readonly key: Key;
  private readonly options: TableOptions;
  private readonly settings: StickTableSettings;
  private readonly tables: KeyTable[];
  /** By balancer: the table that a new process is to learn, until it has. */
  private readonly teachers: (KeyTable | null)[];
  private readonly updates: PeerUpdates | null;
  private readonly take: (key: number, server: number, from: number, expiresAt: number) => void;
  private readonly isKnown: (key: number) => boolean;
  private asked: KeyTable;
  /** By balancer; and by balancer × servers + server: when rows were dropped since the set of servers changed. */
  private readonly restartedAtMs: Float64Array;
  private readonly resetAtMs: Float64Array;
  /** By session: who stored its binding last, and when, and to which server. What only the ledger needs to know. */
  private storedBy = new Int32Array(0);
  private storedServer = new Int32Array(0);
  private storedAtMs = new Float64Array(0);

  constructor(context: AffinityContext, key: Key, options: TableOptions, rules: BindingRules) {
    super(rules);
    this.context = context;
    this.key = key;
    this.options = options;
    this.settings = { size: options.entries, expireMs: options.expireMs, whenFull: options.whenFull };
    const { views } = context;
    this.tables = views.map(() => new KeyTable(this.settings));
    this.teachers = views.map(() => null);
    this.asked = this.tables[0]!;
    this.updates = options.peers ? new PeerUpdates(options.peerDelayMs) : null;
    this.take = (key, server, from, expiresAt) => {
      for (let peer = 0; peer < this.tables.length; peer++) {
        if (peer !== from) this.tables[peer]!.set(key, server, context.requests.nowMs, expiresAt);
      }
    };
    this.isKnown = (key) => this.asked.find(key) >= 0;
    this.restartedAtMs = new Float64Array(views.length).fill(NEVER);
    this.resetAtMs = new Float64Array(views.length * views[0]!.count).fill(NEVER);
    context.attach(this);
  }

  grow(capacity: number): void {
    this.storedBy = grown(this.storedBy, new Int32Array(capacity));
    this.storedServer = grown(this.storedServer, new Int32Array(capacity));
    this.storedAtMs = grown(this.storedAtMs, new Float64Array(capacity));
  }

  lookup(request: number, balancer: number): number {
    const { nowMs } = this.context.requests;
    const key = this.key.of(request);
    this.outcome = NONE;
    if (key < 0) return -1;
    if (this.updates !== null) this.catchUp();
    const table = this.tables[balancer]!;
    const row = table.use(key, nowMs);
    if (row < 0) return -1;
    this.outcome = VALID;
    return table.serverOf(row);
  }

  override answered(request: number, balancer: number, server: number): void {
    const { nowMs } = this.context.requests;
    if (this.updates !== null) this.catchUp();
    const table = this.tables[balancer]!;
    this.asked = table;
    table.expire(nowMs);
    const key = this.key.learnedFrom(request, this.isKnown);
    const session = this.context.requests.sessionOf(request);
    if (key < 0) {
      if (this.key.unlearned !== undefined) this.storedBy[session] = UNLEARNED;
      return;
    }
    this.storedAtMs[session] = nowMs;
    this.storedServer[session] = server;
    if (!table.set(key, server, nowMs)) {
      this.storedBy[session] = NO_ROOM;
      return;
    }
    this.storedBy[session] = balancer;
    if (this.updates === null || this.tables.length === 1) return;
    this.updates.push(key, server, balancer, nowMs + (this.options.expireMs ?? 0), nowMs);
    this.countUpdates(this.tables.length - 1);
  }

  /** Whoever is about to look at a table lets come in what has arrived by now. */
  private catchUp(): void {
    this.updates?.deliver(this.context.requests.nowMs, this.take);
  }

  private countUpdates(count: number): void {
    this.context.countReplication(count, count * this.options.updateBytes);
  }

  whyElsewhere(request: number, balancer: number): Cause {
    const missed = this.key.whyMissed(request);
    if (missed !== null) return missed;
    const session = this.context.requests.sessionOf(request);
    const home = this.storedBy[session]!;
    if (home === NO_ROOM) return "binding-refused";
    if (home === UNLEARNED) return this.key.unlearned!;
    const key = this.key.of(request);
    // What it was answered first did not become a binding: it carried no key yet.
    if (home === NOBODY || key < 0) return "no-affinity";
    const isHere = this.tables[balancer]!.find(key) >= 0;
    const tells = home === balancer || this.updates !== null;
    if (!isHere && tells) return this.whyGone(session, balancer);
    if (isHere && home === balancer) return this.whyOther();
    return isHere || this.tables[home]!.find(key) >= 0 ? "unsynchronised-balancer" : this.whyGone(session, home);
  }

  /** Why the balancer that stored the session's binding has another one now. */
  private whyOther(): Cause {
    if (this.key.isShared) return "shared-address";
    // Of requests at once, that of another balancer came in later than its own; or none of them was bound when it was sent.
    return this.tables.length > 1 ? "unsynchronised-balancer" : "no-affinity";
  }

  /** Why a balancer that was told of the session's binding does not have it any more. */
  private whyGone(session: number, balancer: number): Cause {
    const storedAtMs = this.storedAtMs[session]!;
    const { nowMs } = this.context.requests;
    if (this.restartedAtMs[balancer]! >= storedAtMs) return "balancer-restart";
    const servers = this.context.views[0]!.count;
    if (this.resetAtMs[balancer * servers + this.storedServer[session]!]! >= storedAtMs) return "binding-reset";
    const { expireMs, peers, peerDelayMs } = this.options;
    if (expireMs !== null && nowMs - storedAtMs >= expireMs) return "binding-expired";
    const isUnderWay = peers && balancer !== this.storedBy[session] && nowMs - storedAtMs < peerDelayMs;
    return isUnderWay ? "unsynchronised-balancer" : "binding-evicted";
  }

  override forget(session: number): void {
    this.storedBy[session] = NOBODY;
    this.key.forget?.(session);
  }

  /** With peers the old process, or where it is gone another balancer, teaches the new one all it knew once they have connected. */
  override balancerRestarted(balancer: number, isReload: boolean): void {
    if (isReload && this.options.sharedMemory) return;
    this.catchUp();
    const { tables } = this;
    const { nowMs } = this.context.requests;
    const before = tables[balancer]!;
    const other = tables.length > 1 ? tables[(balancer + 1) % tables.length]! : null;
    this.restartedAtMs[balancer] = nowMs;
    tables[balancer] = new KeyTable(this.settings);
    this.teachers[balancer] = this.updates === null ? null : isReload ? before : other;
    if (this.teachers[balancer] !== null) this.context.schedule(nowMs + this.options.resyncMs, balancer, 0);
  }

  override elapsed(balancer: number): void {
    const teacher = this.teachers[balancer];
    if (!teacher) return;
    this.catchUp();
    this.teachers[balancer] = null;
    this.countUpdates(this.tables[balancer]!.learnFrom(teacher, this.context.requests.nowMs));
  }

  override serverChanged(balancer: number, server: number): void {
    const { whenServersChange } = this.options;
    if (whenServersChange === "keep") return;
    this.catchUp();
    const { nowMs } = this.context.requests;
    const { count, isEligible } = this.context.views[balancer]!;
    if (whenServersChange === "reset") {
      this.tables[balancer]!.clear();
      this.resetAtMs.fill(nowMs, balancer * count, (balancer + 1) * count);
    } else if (isEligible[server] === 0) {
      this.tables[balancer]!.forgetServer(server);
      this.resetAtMs[balancer * count + server] = nowMs;
    }
  }
}
