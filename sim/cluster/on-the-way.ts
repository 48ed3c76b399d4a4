/** Events of a request on its way, from the client and back. */
import type { Balancers } from "./balancers.ts";
import * as event from "./events.ts";
import type { Service } from "./service.ts";
import type { Visits } from "./visits.ts";

export interface Way {
  readonly balancers: Balancers;
  readonly service: Service;
  readonly visits: Visits;
}

export function takeOnTheWay({ balancers, service, visits }: Way, kind: number, slot: number): void {
  switch (kind) {
    case event.AT_BALANCER:
      return balancers.arriveAtBalancer(slot);
    case event.AT_SERVER:
      return service.atServer(slot);
    case event.READ_DONE:
      return service.readDone(slot);
    case event.WRITE_DONE:
      return service.writeDone(slot);
    case event.ANSWER_AT_BALANCER:
      return balancers.answerAtBalancer(slot);
    case event.ANSWER_AT_CLIENT:
      return visits.answerArrived(slot);
    case event.REFUSAL_AT_BALANCER:
      return balancers.refusalAtBalancer(slot);
    case event.FAILURE_AT_BALANCER:
      return balancers.failureAtBalancer(slot);
    case event.ERROR_AT_CLIENT:
      return visits.errorArrived(slot);
    case event.RETRY:
      return balancers.sendAgain(slot);
  }
}
