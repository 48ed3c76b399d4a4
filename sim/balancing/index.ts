import type { BalancingDefinition } from "./algorithm.ts";
import { ipHash } from "./ip-hash.ts";
import { leastConnections } from "./least-connections.ts";
import { leastResponseTime } from "./least-response-time.ts";
import { maglev } from "./maglev.ts";
import { powerOfTwoChoices } from "./power-of-two-choices.ts";
import { random } from "./random.ts";
import { ringHash } from "./ring-hash.ts";
import { roundRobin } from "./round-robin.ts";
import { urlHash } from "./url-hash.ts";
import { weightedRoundRobin } from "./weighted-round-robin.ts";

/** Every balancing algorithm, in the order of lists and reports. */
export const balancingAlgorithms: readonly BalancingDefinition[] = [
  random,
  roundRobin,
  weightedRoundRobin,
  leastConnections,
  leastResponseTime,
  powerOfTwoChoices,
  ipHash,
  urlHash,
  ringHash,
  maglev,
];
