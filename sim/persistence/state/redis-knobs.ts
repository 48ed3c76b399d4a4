/** What can be set on a Redis, with its own defaults (redis.conf and sentinel.conf of 7.2) where it has any. */

import type { ValuesOf } from "../../catalogue.ts";
import { keyedStoreKnobs } from "./keyed-store-knobs.ts";
import { EVICTION_POLICIES } from "./redis-memory.ts";

/** The way to one node and what an operation costs there. */
export const redisStationKnobs = {
  roundTripMs: { unit: "ms", default: 0.4, minimum: 0, summary: "Server to store and back (to be calibrated)." },
  operationMs: {
    unit: "ms",
    default: 0.013,
    minimum: 0,
    summary: "A node's one thread is busy so long for one operation: 1 / 77,000 s.",
  },
  ...keyedStoreKnobs,
  timeoutMs: {
    unit: "ms",
    default: 60_000,
    minimum: 1,
    summary: "A server waits so long for a node that does not answer (Lettuce: 60 s; Jedis: 2 s).",
  },
} as const;

const slowKnobs = {
  slowCommandMs: {
    unit: "ms",
    default: 100,
    minimum: 0,
    summary: "A slow command, such as KEYS over everything or the deletion of a large value, holds the thread so long.",
  },
  slowCommandEveryMs: {
    unit: "ms",
    default: null,
    minimum: 1,
    summary: "Somebody sends one to a node so often, in the mean and at random; none: nobody does.",
  },
} as const;

const placeKnobs = {
  topology: {
    unit: "choice",
    choices: ["single", "sentinel", "cluster"],
    default: "single",
    summary:
      "Who takes over when a primary dies: nobody, a replica that Sentinels choose, or one that the cluster votes for.",
  },
  shards: { unit: "count", default: 3, minimum: 1, maximum: 1000, summary: "Primaries of a cluster; it needs three." },
  replicas: {
    unit: "count",
    default: null,
    minimum: 0,
    maximum: 15,
    summary: "Replicas of each primary; none: no replica of a single one, one in a Sentinel set-up or a cluster.",
  },
  readFrom: {
    unit: "choice",
    choices: ["primary", "replica"],
    default: "primary",
    summary: "Where reads go: replicas share the load and may be behind.",
  },
  replicationLagMs: {
    unit: "ms",
    default: 1,
    minimum: 0,
    summary: "From a write's acknowledgement until the replicas have it (to be calibrated).",
  },
  waitReplicas: {
    unit: "count",
    default: 0,
    minimum: 0,
    summary:
      "Each write is followed by WAIT for so many replicas (0: no WAIT); it lowers the loss and does not remove it.",
  },
  waitTimeoutMs: {
    unit: "ms",
    default: 1000,
    minimum: 1,
    summary: "WAIT gives up after so long, and the write counts as done all the same.",
  },
  minReplicas: {
    unit: "count",
    default: 0,
    minimum: 0,
    summary: "min-replicas-to-write: with fewer good replicas a primary refuses writes (0: never).",
  },
  minReplicasMaxLagMs: {
    unit: "ms",
    default: 10_000,
    minimum: 0,
    summary: "A replica that was not heard of for so long is not a good one: bounds what a cut-off primary takes in.",
  },
} as const;

const diskKnobs = {
  persistence: {
    unit: "choice",
    choices: ["none", "snapshots", "everysec", "always"],
    default: "snapshots",
    summary:
      "What is there after a restart: nothing, the last snapshot (after 3600 s with 1 change, 300 s with 100, 60 s with 10,000), or the append-only file, flushed every second or at every write.",
  },
  fsyncMs: {
    unit: "ms",
    default: 0.1,
    minimum: 0,
    summary: "Under always, the thread waits so long for the disk at every write (to be calibrated).",
  },
  forkMsPerGib: {
    unit: "number",
    default: 15,
    minimum: 0,
    summary:
      "At each snapshot the thread stands still so many ms for each GiB: 9 to 24, 239 to 424 on old virtual machines.",
  },
  maxMemoryBytes: {
    unit: "bytes",
    default: null,
    minimum: 1,
    summary: "maxmemory of each node; none: no limit, and nobody counts.",
  },
  maxMemoryPolicy: {
    unit: "choice",
    choices: EVICTION_POLICIES,
    default: "noeviction",
    summary:
      "Who makes room when memory is full: nobody, so that writes fail, or keys by age, by time to live or by lot.",
  },
  keyOverheadBytes: {
    unit: "bytes",
    default: 128,
    minimum: 0,
    summary:
      "What a key takes beside the session: its name, its object and its place in two tables (to be calibrated).",
  },
} as const;

const failoverKnobs = {
  downAfterMs: {
    unit: "ms",
    default: 30_000,
    minimum: 0,
    summary: "down-after-milliseconds: a Sentinel takes a primary for down when it has been silent so long.",
  },
  sentinels: {
    unit: "count",
    default: 3,
    minimum: 1,
    maximum: 99,
    summary: "Sentinels, on machines of their own that stay up.",
  },
  quorum: {
    unit: "count",
    default: 2,
    minimum: 1,
    maximum: 99,
    summary: "So many of them must find the primary down.",
  },
  nodeTimeoutMs: {
    unit: "ms",
    default: 15_000,
    minimum: 0,
    summary: "cluster-node-timeout: after so long a node is suspected, and a primary without a majority stops.",
  },
  pingMs: {
    unit: "ms",
    default: 1000,
    minimum: 0,
    summary: "Between two pings: up to so much is added to or saved from the silence.",
  },
  agreementMs: {
    unit: "ms",
    default: 1000,
    minimum: 0,
    summary: "Until the others agree, at most: Sentinels ask each other every second, a cluster gossips.",
  },
  electionMs: {
    unit: "ms",
    default: 2000,
    minimum: 0,
    summary: "Until a Sentinel is elected, at most: a random start of up to a second, and the votes.",
  },
  promotionMs: {
    unit: "ms",
    default: 1000,
    minimum: 0,
    summary: "Until the replica says that it is a primary, at most: Sentinel asks it every second.",
  },
  clientsLearnMs: {
    unit: "ms",
    default: 1000,
    minimum: 0,
    summary: "Until a server has learned of the new primary, at most, each for itself.",
  },
  requireFullCoverage: {
    unit: "flag",
    default: true,
    summary: "cluster-require-full-coverage: while one shard is without a primary, all refuse.",
  },
  isolatedFraction: {
    unit: "fraction",
    default: 0.25,
    minimum: 0,
    maximum: 1,
    summary:
      "Share of the servers that hear nothing of a new primary while the old one is cut off, and go on with that one.",
  },
} as const;

export const redisKnobs = { ...redisStationKnobs, ...slowKnobs, ...placeKnobs, ...diskKnobs, ...failoverKnobs };

export type RedisSettings = ValuesOf<typeof redisKnobs>;
