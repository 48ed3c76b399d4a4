/** The knobs that every mechanism with tables in its balancers shares. */
import type { WhenFull } from "./stick-rows.ts";

export interface TableOptions {
  readonly entries: number;
  readonly expireMs: number | null;
  readonly whenFull: WhenFull;
  readonly peers: boolean;
  readonly peerDelayMs: number;
  readonly resyncMs: number;
  readonly updateBytes: number;
  readonly sharedMemory: boolean;
  /** "keep": rows stay; "forget": those of a server that leaves go; "reset": with any change of the set of servers all go. */
  readonly whenServersChange: "keep" | "forget" | "reset";
}

interface Defaults {
  readonly entries: number;
  readonly expireMs: number | null;
  readonly whenFull?: WhenFull;
  readonly sharedMemory?: boolean;
  readonly whenServersChange?: TableOptions["whenServersChange"];
}

export const tableKnobs = ({
  entries,
  expireMs,
  whenFull = "drop-few",
  sharedMemory = false,
  whenServersChange = "keep",
}: Defaults) =>
  ({
    entries: {
      unit: "count",
      default: entries,
      minimum: 1,
      maximum: 16_777_216,
      summary: "Rows in each balancer's table (HAProxy size; of an nginx zone 4,000 to the MiB).",
    },
    expireMs: {
      unit: "ms",
      default: expireMs as number | null,
      minimum: 1,
      summary: "Forget a key not seen for so long (HAProxy expire, nginx timeout, Kubernetes timeoutSeconds).",
    },
    whenFull: {
      unit: "choice",
      choices: ["drop-few", "drop-oldest", "refuse"],
      default: whenFull,
      summary:
        "A full table: drop a few that were not used of late (HAProxy), the one used longest ago (nginx), or take nothing new (HAProxy nopurge).",
    },
    peers: {
      unit: "flag",
      default: false,
      summary:
        "Balancers tell each other of every binding, and one that starts anew is taught by the process before or by another (HAProxy peers).",
    },
    peerDelayMs: {
      unit: "ms",
      default: 5,
      minimum: 0,
      summary: "From a binding to its copies at the other balancers; to be calibrated.",
    },
    resyncMs: {
      unit: "ms",
      default: 500,
      minimum: 0,
      summary:
        "From a restart until the new process has the old one's table (HAProxy: connects within 0.5 s, gives up after 5 s).",
    },
    updateBytes: {
      unit: "bytes",
      default: 24,
      minimum: 1,
      summary: "One binding told to one peer: key, server, time; to be calibrated.",
    },
    sharedMemory: {
      unit: "flag",
      default: sharedMemory,
      summary:
        "The table lies in memory that a reload does not touch (an nginx zone); a restart loses it all the same.",
    },
    whenServersChange: {
      unit: "choice",
      choices: ["keep", "forget", "reset"],
      default: whenServersChange,
      summary:
        "The set of servers changes: rows stay (HAProxy, nginx), those of a server that leaves go (Kubernetes, Google), or all go (AWS NLB may).",
    },
  }) as const;

interface TableValues extends Omit<TableOptions, "whenFull" | "whenServersChange"> {
  readonly whenFull: string;
  readonly whenServersChange: string;
}

/** What values of `tableKnobs` say; the schema has checked the words. */
export const tableOptions = (values: TableValues): TableOptions => ({
  ...values,
  whenFull: values.whenFull as WhenFull,
  whenServersChange: values.whenServersChange as TableOptions["whenServersChange"],
});
