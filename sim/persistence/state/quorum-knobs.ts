import type { ValuesOf } from "../../catalogue.ts";
import { DELAY_LAWS } from "./quorum-delays.ts";

/** Most replicas of a session; numbers of draws are dealt out by it. */
export const MOST_REPLICAS = 8;

/** What can be set on a quorum store; the defaults are Cassandra's (4.1, cassandra.yaml) where it has any. */
export const quorumKnobs = {
  replicas: { unit: "count", default: 3, minimum: 1, maximum: MOST_REPLICAS, summary: "N: copies of each session." },
  nodes: {
    unit: "count",
    default: 3,
    minimum: 1,
    maximum: 1000,
    summary: "Machines of the store; at least N of them are used.",
  },
  readQuorum: {
    unit: "count",
    default: 1,
    minimum: 1,
    maximum: MOST_REPLICAS,
    summary: "R: answers that a read waits for (Cassandra's ONE).",
  },
  writeQuorum: {
    unit: "count",
    default: 1,
    minimum: 1,
    maximum: MOST_REPLICAS,
    summary: "W: acknowledgements that a write waits for. With R + W > N every read sees the last write.",
  },
  asks: {
    unit: "choice",
    choices: ["first", "random", "nearest"],
    default: "first",
    summary:
      "Whom a read asks: all, and the first R answers count (Dynamo, Riak); R by lot; or the R nearest to the server (Cassandra).",
  },
  delays: {
    unit: "choice",
    choices: DELAY_LAWS,
    default: "linkedin-ssd",
    summary:
      "Law of the four one-way delays: constant or exponential with the means below, or LinkedIn's as fitted in 2012.",
  },
  writeMs: {
    unit: "ms",
    default: 0.5,
    minimum: 0,
    summary: "Mean until a write reaches a replica (to be calibrated).",
  },
  ackMs: {
    unit: "ms",
    default: 0.5,
    minimum: 0,
    summary: "Mean until its acknowledgement is back (to be calibrated).",
  },
  readMs: { unit: "ms", default: 0.5, minimum: 0, summary: "Mean until a read reaches a replica (to be calibrated)." },
  answerMs: { unit: "ms", default: 0.5, minimum: 0, summary: "Mean until its answer is back (to be calibrated)." },
  operationMs: {
    unit: "ms",
    default: 0.05,
    minimum: 0,
    summary: "A replica's thread is busy so long for one operation; counted where it is sent (to be calibrated).",
  },
  perKibMs: {
    unit: "ms",
    default: 0.002,
    minimum: 0,
    summary: "Added for each KiB of the session (to be calibrated).",
  },
  threads: {
    unit: "count",
    default: 32,
    minimum: 1,
    summary: "Threads of a node (concurrent_reads, concurrent_writes).",
  },
  touches: {
    unit: "flag",
    default: true,
    summary: "A request that changes nothing still writes the time of last use, and waits for W.",
  },
  readRepair: {
    unit: "flag",
    default: true,
    summary: "Of the replicas that answered, those behind are sent what was read.",
  },
  hintWindowMs: {
    unit: "ms",
    default: 10_800_000,
    minimum: 0,
    summary: "Hinted hand-off: what a node misses is kept for it, unless it is away longer than this; 0: no hints.",
  },
  hintBytesPerSec: {
    unit: "number",
    default: 2_097_152,
    minimum: 1,
    summary: "Pace at which hints are handed off: 1024 KiB/s in each of two threads.",
  },
  sloppy: {
    unit: "flag",
    default: false,
    summary:
      "Other nodes acknowledge in the place of replicas that are down (Dynamo, Riak): W may be met without any of them.",
  },
  durable: { unit: "flag", default: true, summary: "What a node has survives its crash (commit log)." },
  detectionMs: {
    unit: "ms",
    default: 10_000,
    minimum: 0,
    summary:
      "Until a node that hangs is taken for down and asked no more (to be calibrated); one that crashes is known at once.",
  },
  timeoutMs: {
    unit: "ms",
    default: 5000,
    minimum: 1,
    summary: "A read or write without its quorum by then has failed (Cassandra 5 s, 2 s).",
  },
} as const;

export type QuorumSettings = ValuesOf<typeof quorumKnobs>;
