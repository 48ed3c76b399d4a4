/** Requests as they leave their users: what each one asks for, carries and intends, and when it is given up. */
import { type Kernel, NO_EVENT } from "../engine/kernel.ts";
import type { Ledger } from "../metrics/ledger.ts";
import type { Meter } from "../metrics/meter.ts";
import type { Carried, StateBackend } from "../persistence/state/backend.ts";
import type { Scenario } from "../scenario.ts";
import type { Sessions } from "../workload/sessions.ts";
import * as field from "../workload/sessions.ts";
import type { Users } from "../workload/users.ts";
import type { Balancers } from "./balancers.ts";
import * as event from "./events.ts";
import type { OpenPages } from "./open-pages.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";

export interface IssuingParts {
  readonly kernel: Kernel;
  readonly scenario: Scenario;
  readonly requests: Requests;
  readonly sessions: Sessions;
  readonly users: readonly Users[];
  readonly state: StateBackend;
  readonly meter: Meter;
  readonly ledger: Ledger;
  readonly balancers: Balancers;
}

export class Issuing {
  /** null where a visit never has more than one request under way, recorded ones apart. */
  pages: OpenPages | null = null;
  private readonly kernel: Kernel;
  private readonly requests: Requests;
  private readonly sessions: Sessions;
  private readonly users: readonly Users[];
  private readonly carried: Carried | null;
  private readonly meter: Meter;
  private readonly ledger: Ledger;
  private readonly balancers: Balancers;
  private readonly warmUpMs: number;
  /** By population; -1 where users have endless patience. */
  private readonly patienceLane: readonly number[];

  constructor(parts: IssuingParts) {
    this.kernel = parts.kernel;
    this.requests = parts.requests;
    this.sessions = parts.sessions;
    this.users = parts.users;
    this.carried = parts.state.carried;
    this.meter = parts.meter;
    this.ledger = parts.ledger;
    this.balancers = parts.balancers;
    this.warmUpMs = parts.scenario.warmUpMs;
    this.patienceLane = parts.scenario.populations.map(({ patienceMs }) =>
      patienceMs === null ? -1 : parts.kernel.addLane(),
    );
  }

  /** The user sends the next request of the visit. */
  issue(session: number): number {
    const { sessions } = this;
    const population = sessions.populationOf(session);
    const users = this.users[population]!;
    const number = sessions.ints[session * field.INTS + field.ISSUED]!++;
    let flags = 0;
    if (number > 0) {
      if (this.ledger.isBorn(session)) flags |= request.HAS_SESSION;
      if (users.writesAt(session, number)) flags |= request.WRITES;
      users.refreshAddress(session, number);
    }
    if ((flags & request.HAS_SESSION) === 0) flags |= request.WRITES;
    const left = sessions.transactionLeftOf(session);
    if (left > 0) {
      sessions.setTransactionLeft(session, left - 1);
      flags |= request.IN_TRANSACTION;
    } else if (users.startsTransaction(session, number)) {
      sessions.setTransactionLeft(session, users.population.session.transactions!.steps - 1);
      flags |= request.IN_TRANSACTION;
    }
    if (this.pages !== null) this.pages.sent(session);
    const slot = this.fill(session, number, flags, users);
    const lane = this.patienceLane[population]!;
    if (lane >= 0) {
      const atMs = this.kernel.nowMs + users.population.patienceMs!;
      this.requests.ints[slot * request.INTS + request.PATIENCE] = this.kernel.scheduleInLane(
        lane,
        atMs,
        event.PATIENCE_OVER,
        slot,
        0,
      );
    }
    return slot;
  }

  /** What an open page asks for by itself; its session is born. */
  issueBehind(session: number, number: number, flags: number): void {
    const users = this.users[this.sessions.populationOf(session)]!;
    this.balancers.send(this.fill(session, number, flags | request.HAS_SESSION, users));
  }

  /** A slot for request `number` of the visit, which is sent now. */
  private fill(session: number, number: number, what: number, users: Users): number {
    const { requests, sessions } = this;
    const { nowMs } = this.kernel;
    const slot = requests.take();
    const { ints, floats } = this.requests;
    const at = slot * request.INTS;
    const float = slot * request.FLOATS;
    const isMeasured = nowMs >= this.warmUpMs;
    let flags = isMeasured ? what | request.IS_MEASURED : what;
    if (sessions.tracksIds) flags |= sessions.idsHeld[session]! << request.ID_SHIFT;
    ints[at + request.SESSION] = session;
    ints[at + request.NUMBER] = number;
    ints[at + request.ATTEMPT] = 0;
    ints[at + request.FLAGS] = flags;
    ints[at + request.URL] = users.urlAt(session, number);
    floats[float + request.INTENDED_AT_MS] = nowMs;
    users.drawDemand(floats, float + request.DEMAND_MS, session, number);
    floats[float + request.NETWORK_MS] = 0;
    floats[float + request.STATE_MS] = 0;
    ints[at + request.REDISPATCHES] = 0;
    ints[at + request.WRITES_READ] = 0;
    ints[at + request.TIMEOUT] = NO_EVENT;
    ints[at + request.PATIENCE] = NO_EVENT;
    if (this.carried !== null) this.carried.sent(slot);
    this.meter.enter();
    if (!isMeasured) this.meter.offeredUnmeasured++;
    return slot;
  }

  send(session: number): void {
    if (this.pages === null) this.balancers.send(this.issue(session));
    else this.openPage(session);
  }

  /** The user asks for the next page, which may send several requests together. */
  private openPage(session: number): void {
    const { ints } = this.sessions;
    const at = session * field.INTS;
    const issued = ints[at + field.ISSUED]!;
    const users = this.users[this.sessions.populationOf(session)]!;
    const size = Math.min(users.pageSize(session, issued), ints[at + field.PLANNED]! - issued);
    // All are sent before any is answered, even where nothing takes time: none is left to come.
    const slots = Array.from({ length: size }, () => this.issue(session));
    for (const slot of slots) this.balancers.send(slot);
  }
}
