/** One run: puts the parts together, and takes events to whom they belong. */
import type { BalancingAlgorithm } from "../balancing/algorithm.ts";
import { Fleet } from "../balancing/fleet.ts";
import { Draws } from "../engine/draws.ts";
import { Kernel } from "../engine/kernel.ts";
import { Ledger } from "../metrics/ledger.ts";
import type { LedgerCounts } from "../metrics/ledger-counts.ts";
import { Meter } from "../metrics/meter.ts";
import { Timeline } from "../metrics/timeline.ts";
import { conflictRetriesOf } from "../persistence/lifecycle/content.ts";
import { encoderOf } from "../persistence/lifecycle/encoder.ts";
import type { Scenario, SessionRules, Strategy } from "../scenario.ts";
import { expectedVisits } from "../workload/expected-visits.ts";
import { Sessions } from "../workload/sessions.ts";
import type { TraceChunk } from "../workload/trace.ts";
import { Users } from "../workload/users.ts";
import { Accounts } from "./accounts.ts";
import { algorithmsOf } from "./algorithms.ts";
import { takeBackground } from "./background.ts";
import { Balancers } from "./balancers.ts";
import { AffinityWorld, StateWorld } from "./contexts.ts";
import { type Decision, type DecisionRange, type LoggedParts, logDecisions } from "./decision-log.ts";
import * as event from "./events.ts";
import { type DecisionSought, Explainer } from "./explanation.ts";
import { Health } from "./health.ts";
import { type Integrals, integralsNow } from "./integrals.ts";
import { Network } from "./network.ts";
import { takeOnTheWay } from "./on-the-way.ts";
import { openSources } from "./open-sources.ts";
import { Outages } from "./outages.ts";
import { backendOf, mechanismOf, type OwnParts } from "./parts.ts";
import * as request from "./requests.ts";
import { Requests } from "./requests.ts";
import { initialServers, Roster } from "./roster.ts";
import { ServerPool } from "./server-pool.ts";
import { Servers } from "./servers.ts";
import { Service } from "./service.ts";
import { careOf } from "./session-care.ts";
import type { OpenSource } from "./sources.ts";
import { TraceSource } from "./trace-source.ts";
import { trafficOf } from "./traffic.ts";
import { Visits } from "./visits.ts";
import { Watch } from "./watch.ts";

/** "more": `untilMs` is reached. "trace": feed the next chunk of the recorded trace first. "done": the run is over. */
export type Progress = "more" | "trace" | "done";

export interface Extras {
  readonly own?: OwnParts;
  /** A decision to be explained. */
  readonly explain?: DecisionSought;
}

export class Simulation {
  readonly kernel = new Kernel();
  readonly scenario: Scenario;
  readonly requests = new Requests();
  readonly sessions: Sessions;
  readonly servers: Servers;
  readonly meter = new Meter(this.kernel, this.requests);
  readonly ledger: Ledger;
  readonly timeline: Timeline;
  readonly balancers: Balancers;
  readonly service: Service;
  readonly outages: Outages;
  /** As things stood at the end of warm-up. */
  countsAtStart: LedgerCounts;
  integralsAtStart: Integrals;
  readonly state;
  readonly affinity;
  readonly fleets: readonly Fleet[];
  readonly watch: Watch;
  readonly algorithms: readonly BalancingAlgorithm[];
  readonly users: readonly Users[];
  readonly visits: Visits;
  readonly pool: ServerPool;
  readonly health: Health;
  /** null where nothing is to be explained. */
  readonly explainer: Explainer | null;
  private isDone = false;

  constructor(scenario: Scenario, strategy: Strategy, seed: number, { own, explain }: Extras = {}) {
    const rules: SessionRules = { ...scenario.sessions, ...strategy.sessions };
    this.sessions = new Sessions(rules.idleTimeoutMs !== null);
    const { kernel, requests, sessions, meter } = this;
    const visits = expectedVisits(scenario);
    sessions.reserve(visits);
    kernel.reserve(visits);
    const { cluster } = scenario;
    this.scenario = scenario;
    // The first marks of time are scheduled first, so that at equal times they stand before what the workload does.
    kernel.schedule(scenario.windowMs, event.WINDOW_ENDS, 0, 0);
    kernel.schedule(scenario.warmUpMs, event.WARM_UP_ENDS, 0, 0);

    this.servers = new Servers(scenario, requests, kernel);
    for (const server of initialServers(this.servers.count, scenario.faults)) this.servers.start(server, 0);
    this.fleets = Array.from({ length: cluster.balancers.count }, () => new Fleet(this.servers.weight));
    this.users = scenario.populations.map(
      (population) => new Users(population, sessions, population.serviceMs ?? cluster.serviceMs, seed),
    );
    this.ledger = new Ledger(sessions, this.servers.count);
    this.timeline = new Timeline(scenario.windowMs, scenario.warmUpMs, this.servers, this.ledger, meter);

    const world = { kernel, requests, sessions, servers: this.servers, users: this.users, meter, seed };
    const affinityView = new AffinityWorld(world, this.fleets);
    this.affinity = mechanismOf(strategy, own, affinityView);
    const encoder = encoderOf(rules.encoding);
    this.state = backendOf(strategy, own, new StateWorld(world, rules, encoder));
    const { fleets, servers } = this;
    this.watch = new Watch({ kernel, scenario, strategy, seed, servers, requests, fleets, meter });
    this.explainer = explain === undefined ? null : new Explainer(explain);
    this.algorithms = algorithmsOf(strategy, {
      own: own?.balancing ?? [],
      cluster,
      seed,
      fleets: this.fleets,
      requests: affinityView.requests,
      kernel,
      ask: (balancer, server) => this.watch.ask(balancer, server),
      drawsOf: (purpose) => this.explainer?.drawsOf(seed, purpose) ?? new Draws(seed, purpose),
    });

    const network = new Network(kernel, cluster.network, seed, requests, sessions);
    this.balancers = new Balancers({
      kernel,
      settings: cluster.balancers,
      seed,
      requests,
      sessions,
      servers: this.servers,
      fleets: this.fleets,
      algorithms: this.algorithms,
      traffic: trafficOf({ scenario, requests, sessions, fleets, meter, seed }),
      isPlaced: (strategy.placement ?? []).length > 0,
      affinity: this.affinity,
      meter,
      network,
    });
    const care = careOf({ kernel, requests, sessions, users: this.users, rules, encoder, seed });
    this.service = new Service({
      kernel,
      requests,
      servers: this.servers,
      affinity: this.affinity,
      state: this.state,
      network,
      balancers: this.balancers,
      cancelsAbandonedWork: cluster.balancers.cancelsAbandonedWork,
      care,
      conflictRetries: conflictRetriesOf(rules.concurrency),
    });
    const accounts = new Accounts({
      kernel,
      rules,
      requests,
      sessions,
      users: this.users,
      fleets: this.fleets,
      affinity: this.affinity,
      state: this.state,
      ledger: this.ledger,
      cleanup: care?.cleanup ?? null,
    });
    this.visits = new Visits({
      kernel,
      scenario,
      requests,
      sessions,
      users: this.users,
      affinity: this.affinity,
      state: this.state,
      meter,
      ledger: this.ledger,
      timeline: this.timeline,
      accounts,
      balancers: this.balancers,
      service: this.service,
      rules,
      seed,
    });
    this.pool = new ServerPool(kernel, requests, this.servers, this.state, this.service, this.balancers);
    this.balancers.client = this.visits;
    this.balancers.service = this.service;
    this.service.accounts = accounts;
    this.service.pool = this.pool;
    this.watch.follow(this.service, this.algorithms);
    this.health = new Health(kernel, this.servers, this.fleets, cluster.balancers.healthCheck, seed, this.changed);
    const { health, pool, state, changed, affinity, balancers } = this;
    const roster = new Roster(servers.count, { faults: scenario.faults, fleets, pool, health, changed });
    this.pool.roster = roster;
    this.outages = new Outages(kernel, scenario.faults, { names: servers.names, roster, state, affinity, balancers });
    this.explainer?.watch({
      ...this.logged,
      requestView: affinityView.requests,
      affinity: this.affinity,
      fleets: this.fleets,
      algorithms: this.algorithms,
    });
    openSources(this.users, this.visits, this, seed);
    this.countsAtStart = this.ledger.counts.copy();
    this.integralsAtStart = this.integrals();
  }

  private readonly changed = (balancer: number, server: number): void => {
    this.algorithms[balancer]!.changed(server);
    this.affinity.serverChanged(balancer, server);
    this.balancers.limits?.changed(balancer, server);
  };

  /** Begins to write down decisions; to be called before the run starts. */
  logDecisions(range: DecisionRange): readonly Decision[] {
    return logDecisions(this.logged, range);
  }

  private get logged(): LoggedParts {
    const { kernel: clock, balancers, requests, sessions, servers } = this;
    const populations = this.scenario.populations.map(({ name }) => name);
    return { clock, balancers, requests, sessions, servers, populations };
  }

  get nowMs(): number {
    return this.kernel.nowMs;
  }

  /** The traces that the run replays, by population. */
  private get trace(): TraceSource | undefined {
    return this.visits.sources.find((source) => source instanceof TraceSource && source.needsChunk) as
      | TraceSource
      | undefined;
  }

  /** Hands over the next chunk of the recorded trace, null at its end. @throws Error when none was asked for. */
  feed(chunk: TraceChunk | null): void {
    const { trace } = this;
    if (trace === undefined) throw new Error("feed: the run does not wait for a chunk of a trace");
    trace.feed(chunk);
  }

  /** Runs until `untilMs` of virtual time; in pieces or at one go, the result is the same. */
  advance(untilMs: number): Progress {
    const { kernel } = this;
    const endMs = Math.min(untilMs, this.scenario.durationMs);
    const hasTrace = this.visits.sources.some((source) => source instanceof TraceSource);
    if (hasTrace && this.trace !== undefined) return "trace";
    kernel.untilMs = endMs;
    while (kernel.take()) {
      this.dispatch(kernel.kind, kernel.entity, kernel.operand);
      if (hasTrace && kernel.kind === event.TRACE_ENTRY && this.trace !== undefined) return "trace";
    }
    if (kernel.nowMs < this.scenario.durationMs) return "more";
    if (!this.isDone) this.finish();
    return "done";
  }

  private finish(): void {
    this.isDone = true;
    const { nowMs } = this.kernel;
    this.timeline.endWindow(nowMs);
    this.ledger.lifespanMs.addZeros(this.ledger.counts.fleeting - this.countsAtStart.fleeting);
    this.ledger.check();
    this.meter.check(nowMs, this.requests.intendedAtOfOpen());
    this.servers.check(nowMs);
  }

  private dispatch(kind: number, entity: number, operand: number): void {
    if (kind === event.WORK_DONE) {
      if (this.requests.ints[entity * request.INTS + request.GENERATION] === operand) this.service.workDone(entity);
    } else if (kind === event.ARRIVAL) {
      (this.visits.sources[entity] as OpenSource).arrive();
    } else if (kind === event.THINK_OVER) {
      this.visits.issuing.send(entity);
    } else if (kind >= event.AT_BALANCER && kind <= event.RETRY) {
      if (this.requests.ints[entity * request.INTS + request.GENERATION] === operand) takeOnTheWay(this, kind, entity);
    } else {
      this.dispatchOther(kind, entity, operand);
    }
  }

  private dispatchOther(kind: number, entity: number, operand: number): void {
    switch (kind) {
      case event.SHARED_WORK_DONE:
        return this.pool.sharedWorkDone(entity);
      case event.TIMEOUT:
        return this.balancers.timeout(entity);
      case event.PATIENCE_OVER:
        return this.visits.patienceOver(entity);
      case event.WINDOW_ENDS:
        return this.endWindow();
      case event.WARM_UP_ENDS:
        return this.startMeasuring();
      case event.TRACE_ENTRY:
        return (this.visits.sources[entity] as TraceSource).entryDue();
      default:
        return takeBackground(this, kind, entity, operand);
    }
  }

  private endWindow(): void {
    // The last window is closed when the run is over, with everything that happens in its last moment.
    if (this.kernel.nowMs >= this.scenario.durationMs) return;
    this.timeline.endWindow(this.kernel.nowMs);
    const { windowMs } = this.scenario;
    const nextMs = (Math.round(this.kernel.nowMs / windowMs) + 1) * windowMs;
    this.kernel.schedule(nextMs, event.WINDOW_ENDS, 0, 0);
  }

  private startMeasuring(): void {
    this.meter.startMeasuring();
    for (const ages of [this.ledger.lifespanMs, this.ledger.lostAgeMs, this.ledger.timedOutAgeMs]) ages.clear();
    this.countsAtStart = this.ledger.counts.copy();
    this.integralsAtStart = this.integrals();
  }

  /** Every time integral as of now. */
  integrals(): Integrals {
    return integralsNow(this.kernel, this.servers, this.ledger);
  }
}
