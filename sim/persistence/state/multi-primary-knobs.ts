import { poolKnobs } from "./pool-settings.ts";
import { statementKnobs } from "./sql-knobs.ts";

export const multiPrimaryKnobs = {
  nodes: {
    unit: "count",
    default: 3,
    minimum: 1,
    maximum: 15,
    summary: "Nodes, each of which takes reads and writes.",
  },
  kind: {
    unit: "choice",
    choices: ["certification", "last-writer-wins"],
    default: "certification",
    summary: "How nodes agree: an order of all writes before the commit (Galera), or the newest time stamp afterwards.",
  },
  replicationDelayMs: {
    unit: "ms",
    default: 1,
    minimum: 0,
    summary: "From one node to another; certification pays it twice before each commit (to be calibrated).",
  },
  applyMs: {
    unit: "ms",
    default: 0.2,
    minimum: 0,
    summary: "A node's applier is busy so long for a write of another (to be calibrated).",
  },
  slowestApplyFactor: {
    unit: "number",
    default: 1,
    minimum: 1,
    summary: "The last node applies so many times slower; flow control makes all commits wait for it.",
  },
  causalReads: {
    unit: "flag",
    default: false,
    summary: "A read waits until its node has applied all that was committed anywhere (wsrep_sync_wait).",
  },
  suspectTimeoutMs: {
    unit: "ms",
    default: 5000,
    minimum: 0,
    summary:
      "With certification: a node that is silent for so long is excluded; until then nobody commits (evs.suspect_timeout).",
  },
  transferMs: {
    unit: "ms",
    default: 10_000,
    minimum: 0,
    summary: "With certification: a node that comes back is given the state for so long (to be calibrated).",
  },
  clockSkewMs: {
    unit: "ms",
    default: 0,
    minimum: 0,
    summary: "With last-writer-wins: how far the fastest clock is ahead of the slowest.",
  },
  ...statementKnobs,
  ...poolKnobs,
} as const;
