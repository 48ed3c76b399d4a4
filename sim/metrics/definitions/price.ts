/** What a strategy costs in messages, operations, bytes and memory. */
import type { Metric } from "../metric.ts";

export const priceMetrics = [
  {
    name: "replicationMessages",
    group: "price",
    unit: "count",
    better: "lower",
    title: "replication messages",
    definition: "messages that carried session state from server to server",
  },
  {
    name: "replicationBytes",
    group: "price",
    unit: "bytes",
    better: "lower",
    title: "replication bytes",
    definition: "session state carried by those messages",
  },
  {
    name: "storeOperations",
    group: "price",
    unit: "count",
    better: "lower",
    title: "store operations",
    definition: "reads and writes that the central store served",
  },
  {
    name: "cookieBytes",
    group: "price",
    unit: "bytes",
    better: "lower",
    title: "cookie and token bytes",
    definition: "bytes of cookies and tokens that balancer and session state put on the wire, both directions",
  },
  {
    name: "balancerMessages",
    group: "price",
    unit: "count",
    better: "lower",
    title: "messages about load",
    definition: "reports that servers sent to balancers, lost ones included, and balancers' probes and their answers",
  },
  {
    name: "zoneCrossings",
    group: "price",
    unit: "count",
    better: "lower",
    title: "crossings between zones",
    definition: "requests that a balancer sent to a server of another zone, every attempt counted",
  },
  {
    name: "sessionMemoryBytes",
    group: "price",
    unit: "bytes",
    better: "lower",
    title: "session memory",
    definition: "time-weighted mean bytes of session state held, all copies on servers and in the store",
  },
] as const satisfies readonly Metric[];
