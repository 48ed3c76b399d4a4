/** What Envoy's hashing balancers are made from: hosts with keys and weights, normalised so that the weights sum to 1. */
import type { FleetView, ServerIdentity } from "./algorithm.ts";

export interface HashedHosts {
  /** What is hashed for each host. */
  readonly keys: readonly string[];
  /** Sums to 1. */
  readonly shares: Float64Array;
}

/** From plain weights, none below 0; hosts that all have weight 0 share alike. */
export function hashedHosts(keys: readonly string[], weights: ArrayLike<number>): HashedHosts {
  const sum = Array.from(weights).reduce((total, weight) => total + weight, 0);
  return { keys, shares: Float64Array.from(weights, (weight) => (sum > 0 ? weight / sum : 1 / keys.length)) };
}

export const hostKeyKnob = {
  unit: "choice",
  choices: ["address", "name"],
  default: "address",
  summary: "What is hashed for a server: its address and port, or its name (`use_hostname_for_hashing`).",
} as const;

const keyOf = (identity: ServerIdentity, hostKey: string) =>
  hostKey === "name" ? identity.name : `${identity.host}:${identity.port}`;

/** Some servers of the fleet, in their order. */
export const hostsOf = (fleet: FleetView, servers: Int32Array, hostKey: string): HashedHosts =>
  hashedHosts(
    Array.from(servers, (server) => keyOf(fleet.identity[server]!, hostKey)),
    Array.from(servers, (server) => fleet.weight[server]!),
  );

/** The eligible servers, in the order of the fleet. */
export const eligibleHosts = (fleet: FleetView, hostKey: string): HashedHosts =>
  hostsOf(fleet, fleet.eligible.subarray(0, fleet.eligibleCount), hostKey);
