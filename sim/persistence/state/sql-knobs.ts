import { acknowledgementKnobs } from "./acknowledgement.ts";
import { failoverKnobs } from "./database-failover.ts";
import { poolKnobs } from "./pool-settings.ts";
import { readRoutingKnobs } from "./read-routing.ts";

/** The knobs of what every database does: statements, the table of sessions, touching. */
export const statementKnobs = {
  roundTripMs: {
    unit: "ms",
    default: 0.5,
    minimum: 0,
    summary: "Server to database and back, over an open connection (to be calibrated).",
  },
  socketTimeoutMs: {
    unit: "ms",
    default: 30_000,
    minimum: 0,
    summary: "The driver gives up on a database that says nothing for so long; JDBC drivers wait for ever unless told.",
  },
  workers: { unit: "count", default: 8, minimum: 1, summary: "Statements that a node works on at a time: its cores." },
  readMs: {
    unit: "ms",
    default: 0.15,
    minimum: 0,
    summary: "A worker's time for a look-up by key (to be calibrated).",
  },
  writeMs: { unit: "ms", default: 0.25, minimum: 0, summary: "A worker's time for a statement (to be calibrated)." },
  commitMs: {
    unit: "ms",
    default: 1,
    minimum: 0,
    summary: "The flush of the log before a commit, which keeps no worker busy (to be calibrated).",
  },
  perKibMs: {
    unit: "ms",
    default: 0.01,
    minimum: 0,
    summary: "Added for each KiB of the session, serialising included (to be calibrated).",
  },
  indexed: {
    unit: "flag",
    default: true,
    summary: "Sessions are found by an index, and so are those that have expired; else by looking through the table.",
  },
  levelMs: {
    unit: "ms",
    default: 0.002,
    minimum: 0,
    summary: "With an index: added for each doubling of the table (to be calibrated).",
  },
  perRowMs: {
    unit: "ms",
    default: 0.0002,
    minimum: 0,
    summary: "Without an index: added for each row, 5 million a second (to be calibrated).",
  },
  initialRows: {
    unit: "count",
    default: 0,
    minimum: 0,
    summary: "Rows in the table that nobody ever asks for or cleans up: years of them, where nobody looked.",
  },
  cleanupIntervalMs: {
    unit: "ms",
    default: 60_000,
    minimum: 1,
    summary: "Expired rows are deleted at this interval; none: never (Django's clearsessions, if nobody runs it).",
  },
  touches: {
    unit: "flag",
    default: true,
    summary: "A request that changes nothing still writes the time of the last access.",
  },
  touchIntervalMs: {
    unit: "ms",
    default: 0,
    minimum: 0,
    summary: "But only if the row has not been written for so long.",
  },
} as const;

/** Whether a request that changes nothing writes the last access of a row that was written `sinceMs` ago. */
export const isTouchDue = (
  { touches, touchIntervalMs }: { readonly touches: boolean; readonly touchIntervalMs: number },
  sinceMs: number,
): boolean => touches && sinceMs >= touchIntervalMs;

/** The knobs of a database with one primary. */
export const sqlKnobs = {
  holds: {
    unit: "choice",
    choices: ["operation", "request"],
    default: "operation",
    summary:
      "A connection is given back after each operation, or kept from a request's read to its end, its work included (Spring's open-in-view, Django's transaction per request).",
  },
  replicas: { unit: "count", default: 1, minimum: 0, maximum: 15, summary: "Nodes that follow the primary." },
  replicationDelayMs: {
    unit: "ms",
    default: 1,
    minimum: 0,
    summary: "From a commit to its arrival on a replica, and as long back for an acknowledgement (to be calibrated).",
  },
  applyMs: {
    unit: "ms",
    default: 0.2,
    minimum: 0,
    summary: "A replica's one applier is busy so long for each write (to be calibrated).",
  },
  ...readRoutingKnobs,
  ...acknowledgementKnobs,
  ...failoverKnobs,
  ...statementKnobs,
  ...poolKnobs,
} as const;
