/** Balancers, servers and the network between them. */
import { z } from "zod";
import { closed } from "./closed.ts";
import { durationLaw } from "./distribution.ts";
import { count, countOrNone, duration, durationOrNone, identifier, plainNumber, word } from "./quantities.ts";
import { reports } from "./reports.ts";

const positive = { above: 0 };

/** Defaults as in HAProxy's `check`: inter 2s, rise 2, fall 3. */
const healthCheck = closed({
  interval: duration(positive).describe("Time between two checks of a server.").prefault("2s"),
  timeout: duration(positive).describe("A check without an answer for this long has failed.").prefault("1s"),
  rise: count().describe("Successes in a row that bring a server back.").prefault(2),
  fall: count().describe("Failures in a row that take a server out.").prefault(3),
});

const queue = closed({
  limit: countOrNone({ minimum: 0 })
    .describe("Requests that may wait at one balancer; one more is refused.")
    .prefault("none"),
  perServer: countOrNone({ minimum: 0 })
    .describe("Requests that may wait for one server; one more that is bound to it goes elsewhere (HAProxy maxqueue).")
    .prefault("none"),
  timeout: durationOrNone().describe("A request that has waited so long is refused.").prefault("none"),
});

const balancers = closed({
  count: count().describe("Number of balancers.").prefault(1),
  zones: z
    .array(identifier("a zone's name"), { error: "must be a list of zones" })
    .describe("Where balancers stand: the first in the first zone, and so on, over and over; nowhere when empty.")
    .prefault([]),
  choose: word(["per-request", "per-session"])
    .describe("Which balancer a request reaches: drawn anew for each request, or once for each session.")
    .prefault("per-request"),
  redispatch: count({ minimum: 0 }).describe("Times a refused request is sent to another server at once.").prefault(0),
  requestTimeout: durationOrNone(positive)
    .describe("The balancer answers 504 when a server takes longer.")
    .prefault("none"),
  cancelsAbandonedWork: z
    .boolean({ error: "must be true or false" })
    .describe("Whether a server drops the work of a request that timed out or was left.")
    .prefault(false),
  healthCheck: z
    .union([healthCheck, z.literal("none").transform(() => null)], {
      error: "must be a map such as { interval: 2s, rise: 2, fall: 3 }, or none",
    })
    .describe("How balancers learn that a server is down or back; none: they never do.")
    .prefault({}),
  queue: z
    .union([queue, z.literal("none").transform(() => null)], {
      error: "must be a map such as { limit: 100, timeout: 5s }, or none",
    })
    .describe("Where requests wait for servers that have as many connections as they may; none: they are refused.")
    .prefault("none"),
  reports: reports
    .describe("What servers tell balancers about their load; none: balancers know what they see themselves.")
    .prefault("none"),
});

export const serverGroup = closed({
  name: identifier("a group's name")
    .describe("Servers are called name-1, name-2, …; a single group is called server unless named.")
    .optional(),
  count: count().describe("Number of servers in the group."),
  workers: count().describe("Requests that a server works on at once."),
  discipline: word(["fcfs", "ps"])
    .describe("fcfs: first come, first served by the workers; ps: all share the workers' capacity.")
    .prefault("fcfs"),
  speed: plainNumber(positive).describe("Work done per unit of time; 2 halves every service time.").prefault(1),
  weight: plainNumber(positive).describe("What the balancer is told about its capacity.").prefault(1),
  queueLimit: countOrNone({ minimum: 0 })
    .describe("Requests that may wait at a server; one more is refused.")
    .prefault("none"),
  concurrencyLimit: countOrNone().describe("Under ps: requests served at once, the others wait.").prefault("none"),
  maxConnections: countOrNone()
    .describe("Requests that one balancer may have on a server at once, as HAProxy's maxconn and nginx's max_conns.")
    .prefault("none"),
  tier: count({ minimum: 0 })
    .describe(
      "Servers of tier 1, 2, … are used when those of lower tiers cannot be: nginx's and HAProxy's backup is 1.",
    )
    .prefault(0),
  zone: identifier("a zone's name").describe("Where the servers stand; nowhere in particular when absent.").optional(),
  service: durationLaw()
    .describe("Work per request on a server of speed 1: the cluster's service time, if written here.")
    .optional(),
});

const network = closed({
  clientToBalancer: durationLaw().describe("One way.").prefault("0s"),
  balancerToServer: durationLaw().describe("One way.").prefault("0s"),
});

export const cluster = closed({
  balancers: balancers.describe("The load balancers; all have the same rules.").prefault({}),
  servers: z
    .union([serverGroup, z.array(serverGroup).min(1, { error: "must hold at least one group of servers" })], {
      error: "must be a group of servers such as { count: 8, workers: 16, service: 40ms }, or a list of groups",
    })
    .describe("One group of equal servers, or a list of named groups."),
  service: durationLaw()
    .describe("Work per request on a server of speed 1, for populations that name none.")
    .optional(),
  network: network.describe("Latencies.").prefault({}),
});

export type ClusterFile = z.output<typeof cluster>;
export type ServerGroupFile = z.output<typeof serverGroup>;
