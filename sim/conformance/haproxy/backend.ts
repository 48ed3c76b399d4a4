/** The servers of one backend: who is in use, who is full, and the choice among them. */
import type { ServerIdentity } from "../../balancing/algorithm.ts";
import { NO_KEY, RequestHash, type RequestHashOptions } from "../../balancing/request-hash.ts";
import type { Clock } from "../../engine/kernel.ts";
import type { Recorder } from "../product.ts";
import type { Trace, TraceServer } from "../trace.ts";
import { placeOf } from "../view.ts";
import type { Configuration } from "./configuration.ts";
import { Group } from "./groups.ts";
import type { HaproxyRequests } from "./requests.ts";
import { Server, serverSettings } from "./server.ts";
import { isAtLeast } from "./version.ts";

/** What comes of a choice: a server, none that may be used at all, or none with room. */
export type Choice = Server | "none" | "full";

export class Backend {
  /** In the order of the configuration; those added later behind. */
  servers: Server[] = [];
  /** Requests in progress and waiting; and of those in progress the ones that hold a slot. */
  requests = 0;
  slots = 0;
  private readonly configuration: Configuration;
  private readonly recorder: Recorder;
  private readonly clock: Clock;
  private readonly names: readonly string[];
  private readonly identity: ServerIdentity[];
  /** By what they hold; one and the same where there is one map. */
  private readonly active: Group;
  private readonly backup: Group;
  private readonly groups: readonly Group[];
  private readonly hash: RequestHash | null;

  constructor(trace: Trace, configuration: Configuration, requests: HaproxyRequests, recorder: Recorder, clock: Clock) {
    this.configuration = configuration;
    this.recorder = recorder;
    this.clock = clock;
    const { balance } = configuration;
    const known = everybody(trace);
    this.names = [...known.keys()];
    this.identity = [...known.values()].map((server) => identityOf(server, 0));
    this.active = new Group(balance, this.identity, requests, clock);
    this.backup = balance.isDynamic ? new Group(balance, this.identity, requests, clock) : this.active;
    this.groups = [...new Set([this.active, this.backup])];
    this.hash =
      balance.saturation === "keyless"
        ? new RequestHash({ ...NO_OPTIONS, ...(balance.knobs as Partial<RequestHashOptions>) }, requests)
        : null;
    const taken = new Set(trace.servers.flatMap(({ id = [] }) => id));
    for (const server of trace.servers) this.list(server, server.id ?? lowestFree(taken));
    for (const group of this.groups) group.start(this.servers, (server) => this.isIn(group, server));
  }

  private list(server: TraceServer, id: number): Server {
    const { cookie, dynamicCookieKey } = this.configuration;
    const index = this.names.indexOf(server.name);
    const key = cookie?.dynamic === true ? dynamicCookieKey : null;
    const listed = new Server(index, id, server, serverSettings(server, key));
    this.identity[index] = identityOf(server, id);
    this.servers.push(listed);
    return listed;
  }

  /** A server that was not there: in maintenance until it is enabled. */
  add(server: TraceServer): Server {
    const taken = new Set(this.servers.map(({ id }) => id));
    const added = this.list(server, server.id ?? lowestFree(taken));
    // Before 3.0 its points are laid out before it gets its id: all such servers share those of id 0.
    const { balance, version } = this.configuration;
    const sharesPoints =
      balance.algorithm === "consistent-hash" && server.id === undefined && !isAtLeast(version, 3, 0);
    if (sharesPoints) this.identity[added.index] = identityOf(server, 0);
    added.state = "maintenance";
    return added;
  }

  /** A server in maintenance, for good. */
  remove(server: Server): void {
    this.servers = this.servers.filter((other) => other !== server);
  }

  /** @throws RangeError when there is no server of that name. */
  named(name: string): Server {
    const server = this.servers.find((server) => server.name === name);
    if (server === undefined) throw new RangeError(`HAProxy: there is no server "${name}"`);
    return server;
  }

  /** Whether an algorithm may choose the server: a map holds those in use, the other algorithms actives and backups apart. */
  private isIn(group: Group, server: Server): boolean {
    if (!this.configuration.balance.isDynamic) return this.takesAny(server);
    return server.isUsable && group === (server.settings.isBackup ? this.backup : this.active);
  }

  /** Tells the algorithms of a new state or weight. */
  update(server: Server): void {
    const { isDynamic } = this.configuration.balance;
    for (const group of this.groups) {
      // Others come into use, or go out of it, when an active server does.
      for (const other of isDynamic ? [server] : this.servers) {
        group.update(other, this.isIn(group, other), this.clock.nowMs);
      }
    }
  }

  get hasUsable(): boolean {
    return this.servers.some(({ isUsable }) => isUsable);
  }

  get usableActives(): number {
    return this.servers.filter(({ settings, isUsable }) => isUsable && !settings.isBackup).length;
  }

  /** The one backup that takes everything, when no active server can. */
  private get lastResort(): Server | undefined {
    if (this.configuration.allBackups || this.usableActives > 0) return undefined;
    return this.servers.find(({ settings, isUsable }) => settings.isBackup && isUsable);
  }

  /** Whether the server may take requests that wait for any. */
  takesAny(server: Server): boolean {
    if (!server.isUsable || !server.settings.isBackup) return server.isUsable;
    return this.usableActives === 0 && (this.configuration.allBackups || server === this.lastResort);
  }

  /** Slots that the server may use now (queue.c, srv_dynamic_maxconn); no limit is infinite. */
  limitOf({ settings, warmingSinceMs }: Server): number {
    const { maxconn, minconn, slowstartMs } = settings;
    if (maxconn === 0) return Number.POSITIVE_INFINITY;
    const { fullconn } = this.configuration;
    const isQuiet = this.requests < fullconn && minconn !== maxconn;
    const limit = isQuiet ? Math.max(minconn, Math.floor((this.requests * maxconn) / fullconn)) : maxconn;
    if (warmingSinceMs === null) return limit;
    const seconds = Math.floor((this.clock.nowMs - warmingSinceMs) / 1000);
    const percent = Math.floor((100 * seconds) / Math.ceil(slowstartMs / 1000));
    return Math.max(1, Math.floor((limit * percent) / 100));
  }

  isSaturated(server: Server): boolean {
    return server.settings.maxconn > 0 && (server.queue.length > 0 || server.slots >= this.limitOf(server));
  }

  /** `avoid` has just refused this request. */
  choose(request: number, avoid: Server | null): Choice {
    const { balance } = this.configuration;
    const last = this.lastResort;
    // A map of its own makes it the only one to be chosen; elsewhere nobody is asked.
    if (last !== undefined && balance.isDynamic) {
      return balance.saturation === "drawn" && this.isSaturated(last) ? "full" : last;
    }
    const group = this.usableActives > 0 ? this.active : this.backup;
    if (group.fleet.eligibleCount === 0) return "none";
    const isKeyless = this.hash !== null && this.hash.of(request, group.fleet) === NO_KEY;
    this.bar(group, isKeyless);
    const avoids = balance.avoids || isKeyless;
    const own = group.algorithm.pick(request, avoids && avoid !== null ? avoid.index : -1);
    const index = own < 0 ? own : this.drawn(group, request, own, avoid);
    if (index < 0) return "full";
    const chosen = this.servers.find((server) => server.index === index)!;
    return balance.saturation === "drawn" && this.isSaturated(chosen) ? "full" : chosen;
  }

  /** Bars the servers that the algorithm holds to be full. */
  private bar({ fleet }: Group, isKeyless: boolean): void {
    const { saturation } = this.configuration.balance;
    const looks = saturation === "keyless" ? isKeyless : saturation !== "drawn";
    for (const server of this.servers) {
      const { index, queue, slots, settings } = server;
      const isFull =
        saturation === "counted"
          ? settings.maxconn > 0 && slots + queue.length >= this.limitOf(server) + settings.maxqueue
          : this.isSaturated(server);
      fleet.setBarred(index, looks && isFull && fleet.isEligible[index] === 1);
    }
  }

  /** What the recording drew, where HAProxy draws: from the ring, or among equals. */
  private drawn({ fleet, algorithm }: Group, request: number, own: number, avoid: Server | null): number {
    const { balance, drawsTies } = this.configuration;
    if (balance.saturation !== "drawn" && !drawsTies) return own;
    const open = [...fleet.eligible.subarray(0, fleet.eligibleCount)].filter(
      (server) => fleet.isBarred[server] === 0 && (server !== avoid?.index || server === own),
    );
    const signal = algorithm.signalOf(own, request);
    const candidates = drawsTies ? open.filter((server) => algorithm.signalOf(server, request) === signal) : open;
    if (candidates.length === 1) return own;
    const nameOf = (server: number) => this.names[server]!;
    return this.names.indexOf(this.recorder.drawn(request, candidates.map(nameOf), nameOf(own)));
  }

  /** The request takes one of the server's slots, or gives it back. */
  takeSlot(server: Server): void {
    server.slots++;
    this.slots++;
    for (const group of this.groups) {
      group.fleet.inFlight[server.index] = this.inFlightOf(server);
      group.algorithm.sent(server.index);
    }
  }

  giveSlot(server: Server): void {
    server.slots--;
    this.slots--;
    for (const group of this.groups) {
      group.fleet.inFlight[server.index] = this.inFlightOf(server);
      group.algorithm.ended(server.index, 0, true);
    }
  }

  /** More or fewer wait for the server; the algorithm is told when a slot is taken or given back. */
  countWaiting(server: Server): void {
    for (const { fleet } of this.groups) fleet.inFlight[server.index] = this.inFlightOf(server);
  }

  /** Only leastconn counts those that wait for the server. */
  private inFlightOf({ slots, queue }: Server): number {
    return this.configuration.balance.saturation === "counted" ? slots + queue.length : slots;
  }
}

const NO_OPTIONS: RequestHashOptions = {
  key: "source",
  keyName: "",
  uriLength: null,
  uriDepth: null,
  uriWhole: false,
  uriPathOnly: false,
  domainOnly: false,
  hashFunction: "sdbm",
  avalanche: false,
};

const identityOf = (server: TraceServer, id: number): ServerIdentity => ({
  name: server.name,
  id,
  ...placeOf(server.address),
});

/** All servers that there ever are, by name. */
function everybody({ servers, spares = [], steps }: Trace): Map<string, TraceServer> {
  const added = steps.flatMap((step) => (step.op === "server-add" ? [step] : []));
  const known = new Map<string, TraceServer>();
  for (const server of [...servers, ...spares, ...added]) if (!known.has(server.name)) known.set(server.name, server);
  return known;
}

/** The lowest id that is not taken, and takes it. */
function lowestFree(taken: Set<number>): number {
  let id = 1;
  while (taken.has(id)) id++;
  taken.add(id);
  return id;
}
