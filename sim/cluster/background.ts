/** Events of what goes on beside the requests: health checks, storage, faults, and what balancers learn. */
import type { BalancingAlgorithm } from "../balancing/algorithm.ts";
import type { AffinityMechanism } from "../persistence/affinity/mechanism.ts";
import type { StateBackend } from "../persistence/state/backend.ts";
import type { Balancers } from "./balancers.ts";
import * as event from "./events.ts";
import type { Health } from "./health.ts";
import type { Outages } from "./outages.ts";
import type { Requests } from "./requests.ts";
import type { ServerPool } from "./server-pool.ts";
import type { Service } from "./service.ts";
import type { Visits } from "./visits.ts";
import type { Watch } from "./watch.ts";

export interface Background {
  readonly balancers: Balancers;
  readonly health: Health;
  readonly affinity: AffinityMechanism;
  readonly state: StateBackend;
  readonly outages: Outages;
  readonly pool: ServerPool;
  readonly algorithms: readonly BalancingAlgorithm[];
  readonly watch: Watch;
  readonly requests: Requests;
  readonly service: Service;
  readonly visits: Visits;
}

/** @throws Error for an event that is nobody's: a defect of the model. */
export function takeBackground(parts: Background, kind: number, entity: number, operand: number): void {
  switch (kind) {
    case event.HEALTH_CHECK:
      return parts.health.probe(entity, operand);
    case event.STATE_ELAPSED:
      return parts.state.elapsed(entity, operand);
    case event.AFFINITY_ELAPSED:
      return parts.affinity.elapsed(entity, operand);
    case event.FAULT_STEP:
      return parts.outages.step(entity, operand);
    case event.SERVER_KILLED:
      return parts.pool.killDue(entity);
    case event.SERVER_OPENS:
      return parts.pool.open(entity);
    case event.HELD_TOO_LONG:
      return parts.balancers.limits!.timeout(entity, operand);
    case event.HELD_FOR_SERVER:
      return parts.balancers.limits!.giveUpServer(entity, operand);
    case event.BALANCER_WAKES:
      return parts.algorithms[entity]!.woken();
    case event.LOCK_LEASE_OVER:
      return parts.service.care!.leaseOver(entity, operand);
    case event.SESSION_DUE:
      return parts.visits.sessionDue(entity);
    case event.POLL_DUE:
      return parts.visits.pages!.pollDue(entity, operand);
    case event.WARNING_DUE:
      return parts.visits.pages!.warningDue(entity, operand);
    case event.KEEP_ALIVE_DUE:
      return parts.visits.pages!.keepAliveDue(entity, operand);
    case event.LOCK_POLL:
      if (parts.requests.isOf(entity, operand)) parts.service.care!.poll(entity);
      return;
    case event.LOCK_WAIT_OVER:
      if (parts.requests.isOf(entity, operand)) parts.service.care!.waitOver(entity);
      return;
    case event.REPORTS_DUE:
    case event.REPORT_ARRIVES:
    case event.PROBE_AT_SERVER:
    case event.PROBE_ANSWERED:
      return parts.watch.take(kind, entity, operand);
    default:
      throw new Error(`no handler for events of kind ${kind}`);
  }
}
