import type { BalancingDefinition } from "./algorithm.ts";
import { anchorHash } from "./anchor-hash.ts";
import { boundedLoadHash } from "./bounded-load-hash.ts";
import { busiest } from "./busiest.ts";
import { byBusyness } from "./by-busyness.ts";
import { byRequests } from "./by-requests.ts";
import { byTraffic } from "./by-traffic.ts";
import { c3 } from "./c3.ts";
import { consistentHash } from "./consistent-hash.ts";
import { dynamicRoundRobin } from "./dynamic-round-robin.ts";
import { earliestDeadlineFirst } from "./earliest-deadline-first.ts";
import { ewma } from "./ewma.ts";
import { fallback } from "./fallback.ts";
import { first } from "./first.ts";
import { flowHash } from "./flow-hash.ts";
import { ipHash } from "./ip-hash.ts";
import { joinIdleQueue } from "./join-idle-queue.ts";
import { jumpHash } from "./jump-hash.ts";
import { ketama } from "./ketama.ts";
import { leastBandwidth } from "./least-bandwidth.ts";
import { leastConnections } from "./least-connections.ts";
import { leastRequest } from "./least-request.ts";
import { leastResponseTime } from "./least-response-time.ts";
import { leastWorkLeft } from "./least-work-left.ts";
import { maglev } from "./maglev.ts";
import { moduloHash } from "./modulo-hash.ts";
import { multiProbeHash } from "./multi-probe-hash.ts";
import { neverQueue } from "./never-queue.ts";
import { peakEwma } from "./peak-ewma.ts";
import { powerOfDChoices } from "./power-of-d-choices.ts";
import { powerOfTwoChoices } from "./power-of-two-choices.ts";
import { prequal } from "./prequal.ts";
import { random } from "./random.ts";
import { randomChoose } from "./random-choose.ts";
import { rendezvous } from "./rendezvous.ts";
import { ringHash } from "./ring-hash.ts";
import { roundRobin } from "./round-robin.ts";
import { scaledHash } from "./scaled-hash.ts";
import { shard } from "./shard.ts";
import { shortestExpectedDelay } from "./shortest-expected-delay.ts";
import { staticRoundRobin } from "./static-round-robin.ts";
import { weightedByUtilisation } from "./weighted-by-utilisation.ts";
import { weightedHash } from "./weighted-hash.ts";
import { weightedLeastConnections } from "./weighted-least-connections.ts";
import { weightedRandom } from "./weighted-random.ts";
import { weightedRendezvous } from "./weighted-rendezvous.ts";
import { weightedRoundRobin } from "./weighted-round-robin.ts";

/** Every balancing algorithm, in the order of lists and reports. */
export const balancingAlgorithms: readonly BalancingDefinition[] = [
  random,
  weightedRandom,
  roundRobin,
  weightedRoundRobin,
  byRequests,
  dynamicRoundRobin,
  staticRoundRobin,
  first,
  fallback,
  leastConnections,
  weightedLeastConnections,
  byBusyness,
  byTraffic,
  leastResponseTime,
  powerOfTwoChoices,
  randomChoose,
  ipHash,
  weightedHash,
  ketama,
  rendezvous,
  weightedRendezvous,
  scaledHash,
  shard,
  ringHash,
  maglev,
  weightedByUtilisation,
  c3,
  prequal,
  joinIdleQueue,
  leastWorkLeft,
  busiest,
  leastBandwidth,
  neverQueue,
  shortestExpectedDelay,
  peakEwma,
  ewma,
  flowHash,
  boundedLoadHash,
  anchorHash,
  multiProbeHash,
  jumpHash,
  earliestDeadlineFirst,
  leastRequest,
  powerOfDChoices,
  moduloHash,
  consistentHash,
];
