/**
 * Figures that Envoy's tests publish, held against the rings and tables that the lab's algorithms decide by. A ring or a
 * table counts as one figure, each look-up as one.
 */
import { type HashedHosts, hashedHosts } from "../balancing/envoy-hosts.ts";
import { envoyRing } from "../balancing/envoy-ring.ts";
import { slotOf } from "../balancing/maglev.ts";
import { maglevTable } from "../balancing/maglev-table.ts";
import type { Conformance, Mismatch } from "./replay.ts";
import type { Vectors } from "./trace.ts";

interface Placement {
  /** `host position` or `host`, in the order of the published list. */
  readonly entries: readonly string[];
  /** The host for a hash, at an attempt from 0. */
  hostAt(high: number, low: number, attempt: number): string;
}

/** @throws RangeError for an algorithm that has no such figures. */
export function checkVectors(vectors: Vectors): Conformance {
  const placement = placementOf(vectors);
  const mismatches: Mismatch[] = [];
  let total = 0;
  const compare = (expected: string, found: string) => {
    const request = total++;
    if (expected !== found) mismatches.push({ step: 0, request, what: "server", expected, found });
  };
  const published = vectors.ring?.map(([host, position]) => `${host} ${position}`) ?? vectors.table;
  if (published !== undefined) compare(published.join(", "), placement.entries.join(", "));
  for (const [hash, host, attempt = 0] of vectors.lookups ?? []) {
    const { high, low } = halvesOf(hash);
    compare(host, placement.hostAt(high, low, attempt));
  }
  return { matched: total - mismatches.length, total, mismatches };
}

function placementOf(vectors: Vectors): Placement {
  const { config, hosts } = vectors;
  const hashed = hashedHosts(
    hosts.map(({ key }) => key),
    hosts.map(({ weight = 1 }) => weight),
  );
  switch (vectors.algorithm) {
    case "ring-hash":
      return ringOf(hashed, config);
    case "maglev":
      return tableOf(hashed, numberOf(config, "size", 65_537));
    default:
      throw new RangeError(`no figures are known of Envoy's "${vectors.algorithm}"; known: ring-hash, maglev`);
  }
}

function ringOf(hosts: HashedHosts, config: Vectors["config"]): Placement {
  const sizes = { minimum: numberOf(config, "min", 1024), maximum: numberOf(config, "max", 8_388_608) };
  const ring = envoyRing(hosts, sizes, /^murmur/i.test(String(config["hash"] ?? "")) ? "murmur2" : "xxhash");
  return {
    entries: Array.from(ring.server, (host, i) => `${hosts.keys[host]} ${textOf(ring.high[i]!, ring.low[i]!)}`),
    hostAt: (high, low, attempt) => hosts.keys[ring.server[(ring.find(high, low) + attempt) % ring.size]!]!,
  };
}

function tableOf(hosts: HashedHosts, size: number): Placement {
  const table = maglevTable(hosts, size);
  return {
    entries: Array.from(table, (host) => hosts.keys[host]!),
    hostAt: (high, low, attempt) => hosts.keys[table[slotOf(high, low, attempt, size)]!]!,
  };
}

function numberOf(config: Vectors["config"], name: string, missing: number): number {
  const value = config[name];
  return value === undefined || value === null ? missing : Number(value);
}

/** Beside the decisions' path, BigInt is plainest for 64-bit numbers in decimals. */
function halvesOf(decimal: string): { readonly high: number; readonly low: number } {
  const value = BigInt(decimal);
  return { high: Number(value >> 32n), low: Number(value & 0xffffffffn) };
}

const textOf = (high: number, low: number): string => String((BigInt(high) << 32n) | BigInt(low));
