import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { Backend, CONFLICT, defineState, FOUND, PENDING, type StateContext, WRITTEN } from "./backend.ts";
import { BackupPlacement } from "./backup-placement.ts";
import { type BackupSettings, backupKnobs, backupSettingsOf } from "./backup-settings.ts";
import { Membership } from "./membership.ts";
import { Messages } from "./messages.ts";
import { givenUpMs } from "./send-timeout.ts";
import { Station } from "./station.ts";

/** Operands of events: an asynchronous write has reached the backups; a backup that was missing is there. */
const ARRIVE = 0;
const REPAIRED = 1;
/** Of a server: the others notice that its last life is over. */
const NOTICED = 2;

/** Bytes of the entry that tells all other servers where a session lies. */
const LOCATION_BYTES = 100;

/**
 * A primary copy where the session was served last, and k backups elsewhere (Tomcat's BackupManager, with k = 1).
 *
 * A request on a server that holds a copy finds it there; on any other it is fetched, and that server becomes the primary. A
 * backup that dies is replaced when its death is noticed, by a transfer of the session behind the primary's other sends; so
 * a session is lost only when all its holders die within that time. Every server deals out the backups of its sessions.
 */
class Backups extends Backend implements SessionColumns {
  private readonly context: StateContext;
  private readonly settings: BackupSettings;
  private readonly width: number;
  private readonly members: Membership;
  private readonly placement: BackupPlacement;
  private readonly senders: readonly Station[];
  private readonly messages = new Messages();
  /** Of each session the lives that hold it, the primary first; -1 where none does. */
  private holders = new Int32Array(0);
  /** What the primary's copy contains, and what the backups' copies do. */
  private contains = new Int32Array(0);
  private backed = new Int32Array(0);
  /** Backups chosen for the session so far: the counter of its draws. */
  private choices = new Int32Array(0);
  private tenancy = new Int32Array(0);

  constructor(context: StateContext, settings: BackupSettings) {
    super();
    this.context = context;
    this.settings = settings;
    this.width = settings.backups + 1;
    this.members = new Membership(context.servers, settings.detectionMs);
    this.placement = new BackupPlacement(context, settings);
    this.senders = Array.from({ length: context.servers.count }, () => new Station(1));
    context.attach(this);
  }

  grow(capacity: number): void {
    const before = this.holders.length;
    this.holders = grown(this.holders, new Int32Array(capacity * this.width));
    this.holders.fill(-1, before);
    this.contains = grown(this.contains, new Int32Array(capacity));
    this.backed = grown(this.backed, new Int32Array(capacity));
    this.choices = grown(this.choices, new Int32Array(capacity));
    this.tenancy = grown(this.tenancy, new Int32Array(capacity));
  }

  copies(n: number): number {
    return Math.min(this.width, n);
  }

  read(request: number, server: number): number {
    const { context } = this;
    const session = context.sessionOf(request);
    if (!this.promote(session)) return this.lost(session);
    const place = this.placeOf(session, context.servers.lifeOf(server));
    if (place >= 0) return this.found(session, place === 0);
    const holder = context.servers.serverOf(this.holders[session * this.width]!);
    const askedMs = this.deadHolderGivenUpMs(session);
    const busyMs = context.bytesOf(session) * this.settings.sendMsPerByte;
    const sentMs = Math.max(askedMs, this.senders[holder]!.serve(context.nowMs, busyMs));
    context.countReplication(2, LOCATION_BYTES + context.bytesOf(session));
    context.scheduleRead(sentMs + this.settings.roundTripMs + this.serialisingMs(session), request);
    return PENDING;
  }

  /** The holder may have died while the request was waiting for it. */
  override readDone(request: number): number {
    const session = this.context.sessionOf(request);
    return this.promote(session) ? this.found(session, true) : this.lost(session);
  }

  private found(session: number, isPrimary: boolean): number {
    this.writesRead = isPrimary ? this.contains[session]! : this.backed[session]!;
    this.cause = isPrimary ? "write-behind" : "replication-lag";
    return FOUND;
  }

  private lost(session: number): number {
    const primary = this.holders[session * this.width]!;
    // A copy that never was, as when of two logins at once one called the other's off, was lost to no crash.
    if (primary < 0) return this.missing(null);
    const isUnsent = this.aliveBackups(session) > 0;
    return this.missing(isUnsent ? "write-behind" : this.context.servers.causeOfEnd(primary));
  }

  /** A backup takes the place of a primary that is gone, with what it has. False when nobody has anything. */
  private promote(session: number): boolean {
    const { servers } = this.context;
    const first = session * this.width;
    if (servers.isAlive(this.holders[first]!)) return true;
    if (this.backed[session] === 0) return false;
    for (let at = first + 1; at < first + this.width; at++) {
      if (!servers.isAlive(this.holders[at]!)) continue;
      this.holders[first] = this.holders[at]!;
      this.holders[at] = -1;
      this.contains[session] = this.backed[session]!;
      return true;
    }
    return false;
  }

  private placeOf(session: number, life: number): number {
    for (let place = 0; place < this.width; place++) {
      const isFilled = place === 0 || this.backed[session]! > 0;
      if (isFilled && this.holders[session * this.width + place] === life) return place;
    }
    return -1;
  }

  private aliveBackups(session: number): number {
    let alive = 0;
    for (let place = 1; place < this.width; place++) {
      if (this.context.servers.isAlive(this.holders[session * this.width + place]!)) alive++;
    }
    return alive;
  }

  /** Backups are asked before the primary; one that is dead and not yet missed is waited for. */
  private deadHolderGivenUpMs(session: number): number {
    const { servers, nowMs } = this.context;
    for (let place = 1; place < this.width; place++) {
      const life = this.holders[session * this.width + place]!;
      if (servers.isAlive(life)) return nowMs;
      if (this.members.isMissing(life, nowMs)) {
        return Math.min(this.members.noticedMs(life), nowMs + this.settings.fetchTimeoutMs);
      }
    }
    return nowMs;
  }

  write(request: number, server: number, _contains: number, changed: boolean): number {
    const { context, settings } = this;
    const session = context.sessionOf(request);
    this.promote(session);
    const life = context.servers.lifeOf(server);
    const isPrimary = life === this.holders[session * this.width];
    if (!changed && isPrimary) return WRITTEN;
    const others = context.servers.upCount - 1;
    const isFirst = this.holders[session * this.width]! < 0;
    if (isFirst && others > settings.backups) {
      context.countReplication(others - settings.backups, (others - settings.backups) * LOCATION_BYTES);
    }
    if (settings.isAsync) {
      context.scheduleWrite(context.nowMs + this.serialisingMs(session), request);
      return PENDING;
    }
    const waitsUntilMs = this.unnoticedMs(session);
    if (others === 0 && waitsUntilMs < 0) return this.writeDone(request, server, _contains, changed);
    const sentMs = this.send(session, server, changed) + settings.roundTripMs + this.serialisingMs(session);
    const givenUp = waitsUntilMs < 0 ? -1 : givenUpMs(context.nowMs, waitsUntilMs, settings.sendTimeout);
    context.scheduleWrite(Math.max(sentMs, givenUp), request);
    return PENDING;
  }

  override writeDone(request: number, server: number, contains: number, changed: boolean): number {
    const { context, settings } = this;
    const session = context.sessionOf(request);
    this.promote(session);
    const life = context.servers.lifeOf(server);
    const first = session * this.width;
    // Requests on one server work on one object in one memory: what each changes stays.
    const isShared = this.holders[first] === life;
    const content = isShared
      ? this.contains[session]! + (changed ? 1 : 0)
      : context.contentOf(this.contains[session]!, contains, changed);
    if (content < 0) return CONFLICT;
    const place = this.placeOf(session, life);
    if (place > 0) this.holders[first + place] = -1;
    this.holders[first] = life;
    this.contains[session] = content;
    this.writesWritten = content;
    if (settings.isAsync) {
      const atMs = this.send(session, server, changed) + settings.roundTripMs / 2;
      this.fillBackups(session, server);
      context.schedule(atMs, this.messages.put(session, this.tenancy[session]!, content, life), ARRIVE);
    } else {
      this.fillBackups(session, server);
      this.backed[session] = content;
    }
    return WRITTEN;
  }

  /** Chooses a backup for every place that has none, or one whose death has been noticed. */
  private fillBackups(session: number, server: number): void {
    const { nowMs, servers } = this.context;
    for (let place = 1; place < this.width; place++) {
      const at = session * this.width + place;
      const life = this.holders[at]!;
      if (life >= 0 && (servers.isAlive(life) || this.members.isMissing(life, nowMs))) continue;
      this.holders[at] = this.chosenFor(session, server);
    }
  }

  private chosenFor(session: number, server: number): number {
    const { servers } = this.context;
    const holds = (other: number) => {
      const life = servers.lifeOf(other);
      for (let at = session * this.width; at < (session + 1) * this.width; at++)
        if (this.holders[at] === life) return true;
      return false;
    };
    const visit = this.context.visitOf(session);
    const chosen = this.placement.choose(server, holds, visit, this.choices[session]!++);
    return chosen < 0 ? -1 : servers.lifeOf(chosen);
  }

  /** When the last backup that is dead and not yet missed will be; -1 when there is none. */
  private unnoticedMs(session: number): number {
    let until = -1;
    for (let place = 1; place < this.width; place++) {
      const life = this.holders[session * this.width + place]!;
      if (this.members.isMissing(life, this.context.nowMs)) until = Math.max(until, this.members.noticedMs(life));
    }
    return until;
  }

  /** Hands the session to the server's sender: its changes for backups that have a copy, all of it for new ones. */
  private send(session: number, server: number, changed: boolean): number {
    const { context, settings } = this;
    const wanted = Math.min(settings.backups, context.servers.upCount - 1);
    const isBackup = this.placeOf(session, context.servers.lifeOf(server)) > 0;
    const kept = this.backed[session] === 0 ? 0 : Math.min(wanted, this.aliveBackups(session) - (isBackup ? 1 : 0));
    const all = context.bytesOf(session);
    const each = settings.sendsWhole ? all : context.changedBytesOf(session);
    const messages = changed ? wanted : wanted - kept;
    const bytes = (wanted - kept) * all + (changed ? kept * each : 0);
    if (messages > 0) context.countReplication(messages, bytes);
    return this.senders[server]!.serve(context.nowMs, bytes * settings.sendMsPerByte);
  }

  private serialisingMs(session: number): number {
    return this.context.bytesOf(session) * this.settings.serialiseMsPerByte;
  }

  override elapsed(entity: number, operand: number): void {
    if (operand === NOTICED) this.repair();
    else if (operand === REPAIRED) this.repaired(entity);
    else this.arrived(entity);
  }

  private arrived(message: number): void {
    const { session, tenancy, contains, life } = this.messages;
    const slot = session[message]!;
    const isCurrent = this.tenancy[slot] === tenancy[message] && this.holders[slot * this.width] === life[message];
    if (isCurrent && this.context.servers.isAlive(life[message]!)) this.backed[slot] = contains[message]!;
    this.messages.release(message);
  }

  /** Every session that has too few copies is sent to new backups, one after another from each primary. */
  private repair(): void {
    const { context, settings } = this;
    const wanted = Math.min(settings.backups, context.servers.upCount - 1);
    for (let session = 0; session < this.contains.length; session++) {
      if (this.holders[session * this.width]! < 0 || !this.promote(session)) continue;
      const primary = this.holders[session * this.width]!;
      const server = context.servers.serverOf(primary);
      const bytes = context.bytesOf(session);
      for (let missing = wanted - this.aliveBackups(session); missing > 0; missing--) {
        context.countReplication(1, bytes);
        const busyMs = bytes * (settings.sendMsPerByte + settings.serialiseMsPerByte);
        const atMs = this.senders[server]!.serve(context.nowMs, busyMs) + settings.roundTripMs / 2;
        context.schedule(atMs, this.messages.put(session, this.tenancy[session]!, 0, primary), REPAIRED);
      }
    }
  }

  /** A copy of the session, as the primary has it now, has arrived at a server chosen for it. */
  private repaired(message: number): void {
    const { session, tenancy, life } = this.messages;
    const { servers } = this.context;
    const slot = session[message]!;
    const first = slot * this.width;
    const isCurrent = this.tenancy[slot] === tenancy[message] && this.holders[first] === life[message];
    this.messages.release(message);
    if (!isCurrent || !servers.isAlive(this.holders[first]!)) return;
    const isOnlyBackup = this.aliveBackups(slot) === 0;
    for (let at = first + 1; at < first + this.width; at++) {
      if (servers.isAlive(this.holders[at]!)) continue;
      this.holders[at] = this.chosenFor(slot, servers.serverOf(this.holders[first]!));
      if (isOnlyBackup) this.backed[slot] = this.contains[slot]!;
      return;
    }
  }

  forget(session: number): void {
    this.holders.fill(-1, session * this.width, (session + 1) * this.width);
    this.contains[session] = 0;
    this.backed[session] = 0;
    this.choices[session] = 0;
    this.tenancy[session]!++;
  }

  /** Where there were too few servers for all the copies, the new one takes some. */
  override serverStarted(server: number): void {
    this.members.started(server);
    this.senders[server]!.crash(this.context.nowMs);
    this.repair();
  }

  override serverStopped(server: number): void {
    this.context.schedule(this.members.stopped(server, this.context.nowMs), server, NOTICED);
  }
}

export const backups = defineState({
  name: "backups",
  aliases: ["one-backup", "primary-backup", "BackupManager", "buddy-replication"],
  summary: "The serving server holds the session, and one or more others hold backups of it.",
  whenToUse: "Larger fleets with affinity: the cost of a write does not grow with the number of servers.",
  knownFlaw: "Servers that die together, before anybody has noticed the first death, take what lay on just those.",
  source:
    "Apache Tomcat 11 cluster-howto and cluster-manager: BackupManager, mapSendOptions 6 (acknowledged after processing); Oracle WebLogic 12.2.1 failover and replication; JBoss Cache 3 buddy replication.",
  knobs: backupKnobs,
  create: (knobs, context) => new Backups(context, backupSettingsOf(knobs)),
});
