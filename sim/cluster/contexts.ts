/**
 * What affinity mechanisms and state backends may know of a run: narrow views of its parts.
 *
 * Classes, not object literals: a literal with an accessor gets a shape of its own each time it is made, and after a few
 * runs in one process every look at it would be a look-up by name.
 */
import type { RequestView } from "../balancing/algorithm.ts";
import type { Fleet } from "../balancing/fleet.ts";
import { Draws } from "../engine/draws.ts";
import { avalanche } from "../engine/hash.ts";
import type { Kernel } from "../engine/kernel.ts";
import type { Meter } from "../metrics/meter.ts";
import type { AffinityContext, AffinityRequestView } from "../persistence/affinity/mechanism.ts";
import { contentAfter } from "../persistence/lifecycle/content.ts";
import type { Encoder } from "../persistence/lifecycle/encoder.ts";
import type { StateContext } from "../persistence/state/backend.ts";
import type { SessionRules } from "../scenario.ts";
import * as field from "../workload/sessions.ts";
import { HAS_NEW_ADDRESS, RETURNS_COOKIES, type SessionColumns, type Sessions } from "../workload/sessions.ts";
import type { Users } from "../workload/users.ts";
import * as event from "./events.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import type { Servers } from "./servers.ts";

export interface World {
  readonly kernel: Kernel;
  readonly requests: Requests;
  readonly sessions: Sessions;
  readonly servers: Servers;
  readonly users: readonly Users[];
  readonly meter: Meter;
  readonly seed: number;
}

/** Where IANA's range of dynamic ports begins (RFC 6335), and how many there are. */
const FIRST_EPHEMERAL_PORT = 49_152;
const EPHEMERAL_PORTS = 16_384;

/** Requests as balancers see them. */
export class RequestsSeen implements AffinityRequestView, RequestView {
  private readonly kernel: Kernel;
  private readonly requests: Requests;
  private readonly sessions: Sessions;
  private readonly users: readonly Users[];
  private readonly addressBytes = new Uint8Array(4);

  constructor({ kernel, requests, sessions, users }: World) {
    this.kernel = kernel;
    this.requests = requests;
    this.sessions = sessions;
    this.users = users;
  }

  get nowMs(): number {
    return this.kernel.nowMs;
  }
  addressOf(slot: number): number {
    const session = this.sessionOf(slot);
    return this.users[this.sessions.populationOf(session)]!.addressOf(session);
  }
  addressBytesOf(slot: number): Uint8Array {
    const address = this.addressOf(slot);
    for (let byte = 0; byte < 4; byte++) this.addressBytes[byte] = address >>> (24 - 8 * byte);
    return this.addressBytes;
  }
  addressTextOf(slot: number): string {
    return this.addressBytesOf(slot).join(".");
  }
  /** Every request comes over a connection of its own, from one of the client's ephemeral ports. */
  portOf(slot: number): number {
    const visit = this.sessions.numberOf(this.sessionOf(slot));
    const number = this.requests.ints[slot * request.INTS + request.NUMBER]!;
    return FIRST_EPHEMERAL_PORT + (avalanche(avalanche(visit) + number) % EPHEMERAL_PORTS);
  }
  urlOf(slot: number): number {
    return this.requests.ints[slot * request.INTS + request.URL]!;
  }
  uriOf(slot: number): string {
    return `/page/${this.urlOf(slot)}`;
  }
  /** Whatever its name, a header that the application sends along carries the visit's number. */
  headerOf(slot: number): string {
    return String(this.sessions.visitOf(this.sessionOf(slot)));
  }
  /** Whatever its name, the application's cookie carries the visit's number. */
  cookieOf(slot: number): string | null {
    return this.returnsCookies(this.sessionOf(slot)) ? this.headerOf(slot) : null;
  }
  workMsOf(slot: number): number {
    return this.requests.floats[slot * request.FLOATS + request.DEMAND_MS]!;
  }
  sessionOf(slot: number): number {
    return this.requests.ints[slot * request.INTS + request.SESSION]!;
  }
  visitOf(session: number): number {
    return this.sessions.visitOf(session);
  }
  changes(slot: number): boolean {
    return (this.requests.ints[slot * request.INTS + request.FLAGS]! & request.WRITES) !== 0;
  }
  numberOf(slot: number): number {
    return this.requests.ints[slot * request.INTS + request.NUMBER]!;
  }
  sessionIdOf(slot: number): number {
    const ids = this.requests.ints[slot * request.INTS + request.FLAGS]! >>> request.ID_SHIFT;
    return ids === 0 ? -1 : this.idOf(this.sessionOf(slot), ids);
  }
  answeredIdOf(slot: number): number {
    const session = this.sessionOf(slot);
    const flags = this.requests.ints[slot * request.INTS + request.FLAGS]!;
    return this.idOf(
      session,
      (flags & request.GIVES_ID) !== 0 ? this.sessions.idsGiven[session]! : flags >>> request.ID_SHIFT,
    );
  }
  /** The `ids`-th id of a visit: 53 bits, mixed as ids of sessions are; two of a billion meet with a chance of 10^-7. */
  private idOf(session: number, ids: number): number {
    const visit = this.sessions.visitOf(session);
    const low = avalanche(avalanche((visit | 0) ^ 0x5bd1e995) + ids);
    const high = avalanche(low ^ (visit / 4_294_967_296)) & 0x1fffff;
    return high * 4_294_967_296 + low;
  }
  returnsCookies(session: number): boolean {
    return (this.sessions.ints[session * field.INTS + field.META]! & RETURNS_COOKIES) !== 0;
  }
  addressChanged(session: number): boolean {
    return (this.sessions.ints[session * field.INTS + field.META]! & HAS_NEW_ADDRESS) !== 0;
  }
}

export class AffinityWorld implements AffinityContext {
  readonly requests: RequestsSeen;
  readonly views: readonly Fleet[];
  private readonly kernel: Kernel;
  private readonly sessions: Sessions;
  private readonly servers: Servers;
  private readonly meter: Meter;
  private readonly seed: number;

  constructor(world: World, views: readonly Fleet[]) {
    this.requests = new RequestsSeen(world);
    this.views = views;
    this.kernel = world.kernel;
    this.sessions = world.sessions;
    this.servers = world.servers;
    this.meter = world.meter;
    this.seed = world.seed;
  }

  lifeOf(server: number): number {
    return this.servers.lifeOf(server);
  }
  trackIds(): void {
    this.sessions.trackIds();
  }
  countReplication(messages: number, bytes: number): void {
    this.meter.replicationMessages += messages;
    this.meter.replicationBytes += bytes;
  }
  schedule(atMs: number, entity: number, operand: number): void {
    this.kernel.schedule(atMs, event.AFFINITY_ELAPSED, entity, operand);
  }
  drawsOf(purpose: string): Draws {
    return new Draws(this.seed, `affinity/${purpose}`);
  }

  attach(columns: SessionColumns): void {
    this.sessions.attach(columns);
  }
  countCookieBytes(bytes: number): void {
    this.meter.cookieBytes += bytes;
  }
}

export class StateWorld implements StateContext {
  readonly rules: SessionRules;
  readonly servers: Servers;
  private readonly kernel: Kernel;
  private readonly requests: Requests;
  private readonly sessions: Sessions;
  private readonly users: readonly Users[];
  private readonly meter: Meter;
  private readonly seed: number;

  private readonly encoder: Encoder | null;
  private readonly concurrency: SessionRules["concurrency"]["kind"];

  constructor(
    { kernel, requests, sessions, servers, users, meter, seed }: World,
    rules: SessionRules,
    encoder: Encoder | null,
  ) {
    this.rules = rules;
    this.encoder = encoder;
    this.concurrency = rules.concurrency.kind;
    this.seed = seed;
    this.kernel = kernel;
    this.requests = requests;
    this.sessions = sessions;
    this.servers = servers;
    this.users = users;
    this.meter = meter;
  }

  get nowMs(): number {
    return this.kernel.nowMs;
  }
  sessionOf(slot: number): number {
    return this.requests.ints[slot * request.INTS + request.SESSION]!;
  }
  attemptOf(slot: number): number {
    return this.requests.ints[slot * request.INTS + request.GENERATION]!;
  }
  returnsCookies(session: number): boolean {
    return (this.sessions.ints[session * field.INTS + field.META]! & RETURNS_COOKIES) !== 0;
  }
  visitOf(session: number): number {
    return this.sessions.visitOf(session);
  }
  isLoggedIn(session: number): boolean {
    const { loginAt } = this.users[this.sessions.populationOf(session)]!.population.session;
    return this.sessions.ints[session * field.INTS + field.ISSUED]! > loginAt;
  }
  changedBytesOf(session: number): number {
    const users = this.users[this.sessions.populationOf(session)]!;
    if (users.changedBytes === null) return this.bytesOf(session);
    const bytes = Math.min(users.changedBytes, users.bytesOf(session));
    return this.encoder === null ? bytes : this.encoder.storedBytes(bytes);
  }
  contentOf(held: number, contains: number, changed: boolean): number {
    return contentAfter(this.concurrency, held, contains, changed);
  }
  drawsOf(purpose: string): Draws {
    return new Draws(this.seed, `state/${purpose}`);
  }
  bytesOf(session: number): number {
    const bytes = this.users[this.sessions.populationOf(session)]!.bytesOf(session);
    return this.encoder === null ? bytes : this.encoder.storedBytes(bytes);
  }
  attach(columns: SessionColumns): void {
    this.sessions.attach(columns);
  }
  schedule(atMs: number, entity: number, operand: number): void {
    this.kernel.schedule(atMs, event.STATE_ELAPSED, entity, operand);
  }
  scheduleRead(atMs: number, slot: number): void {
    this.kernel.schedule(atMs, event.READ_DONE, slot, this.requests.ints[slot * request.INTS + request.GENERATION]!);
  }
  scheduleWrite(atMs: number, slot: number): void {
    this.kernel.schedule(atMs, event.WRITE_DONE, slot, this.requests.ints[slot * request.INTS + request.GENERATION]!);
  }
  countReplication(messages: number, bytes: number): void {
    this.meter.replicationMessages += messages;
    this.meter.replicationBytes += bytes;
  }
  countStoreOperation(): void {
    this.meter.storeOperations++;
  }
  countRevokedRead(): void {
    this.meter.revokedReads++;
  }
  countCookieBytes(bytes: number): void {
    this.meter.cookieBytes += bytes;
  }
}
