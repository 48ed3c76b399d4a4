/** Every metric once: name = CSV column = JSON key, unit last; definition, unit, and which direction is better. */

export type Better = "lower" | "higher" | "neutral";

export interface Metric {
  readonly name: string;
  readonly group: "load skew" | "sessions" | "latency" | "work" | "price";
  /** How a person reads the number; fractions are in [0, 1]. */
  readonly unit: "ratio" | "fraction" | "count" | "ms" | "perSec" | "bytes" | "requests";
  readonly better: Better;
  readonly title: string;
  readonly definition: string;
}

export const metrics = [
  // Load skew. x_i is server i's load divided by its weight, over the servers that were up at the end of warm-up or later.
  { name: "loadPeakToMean", group: "load skew", unit: "ratio", better: "lower", title: "load peak to mean", definition: "max x_i ÷ mean x_i over requests per unit of weight; 1 is perfect" },
  { name: "loadCv", group: "load skew", unit: "ratio", better: "lower", title: "load coefficient of variation", definition: "standard deviation of x_i ÷ mean x_i over requests per unit of weight (population form)" },
  { name: "loadJain", group: "load skew", unit: "ratio", better: "higher", title: "Jain's fairness index", definition: "(Σ x_i)² ÷ (n Σ x_i²) over requests per unit of weight; 1 is perfect, 1/n the worst" },
  { name: "busyPeakToMean", group: "load skew", unit: "ratio", better: "lower", title: "busy time peak to mean", definition: "as loadPeakToMean, over busy worker time per unit of capacity (speed × workers)" },
  { name: "inFlightPeakToMean", group: "load skew", unit: "ratio", better: "lower", title: "requests in flight peak to mean", definition: "as loadPeakToMean, over the time-weighted mean number of requests on the server" },
  { name: "sessionsHeldPeakToMean", group: "load skew", unit: "ratio", better: "lower", title: "sessions held peak to mean", definition: "as loadPeakToMean, over the time-weighted mean number of live sessions last served there" },
  { name: "utilisation", group: "load skew", unit: "fraction", better: "neutral", title: "utilisation", definition: "busy worker time ÷ worker time available, all servers" },
  { name: "utilisationMax", group: "load skew", unit: "fraction", better: "lower", title: "utilisation of the busiest server", definition: "max over servers of busy worker time ÷ worker time available" },
  // Sessions.
  { name: "sessionsBorn", group: "sessions", unit: "count", better: "neutral", title: "sessions born", definition: "sessions whose first request was answered; a new login after a loss counts again" },
  { name: "sessionsLive", group: "sessions", unit: "count", better: "neutral", title: "live sessions", definition: "time-weighted mean number of sessions born and not yet ended" },
  { name: "sessionsCompleted", group: "sessions", unit: "count", better: "higher", title: "sessions completed", definition: "sessions that came to their intended end" },
  { name: "sessionsTimedOut", group: "sessions", unit: "count", better: "lower", title: "sessions timed out", definition: "sessions ended by their idle or absolute limit" },
  { name: "sessionsAbandoned", group: "sessions", unit: "count", better: "lower", title: "sessions abandoned", definition: "sessions whose user left before the end" },
  { name: "sessionsLost", group: "sessions", unit: "count", better: "lower", title: "sessions lost", definition: "live sessions of which a request found no copy: the user is logged out, the cart is empty; each counted once, with one cause" },
  { name: "sessionsLostFraction", group: "sessions", unit: "fraction", better: "lower", title: "share of sessions lost", definition: "sessionsLost ÷ sessions that ended (completed + timed out + abandoned + lost)" },
  { name: "writesLost", group: "sessions", unit: "count", better: "lower", title: "acknowledged writes lost", definition: "acknowledged writes that went with lost sessions or were overwritten from a stale copy" },
  { name: "staleReads", group: "sessions", unit: "count", better: "lower", title: "stale reads", definition: "reads that returned an older version than the newest acknowledged one" },
  { name: "sessionsMoved", group: "sessions", unit: "count", better: "neutral", title: "moves", definition: "requests served by another server than the session's last, state found" },
  { name: "reloginCount", group: "sessions", unit: "count", better: "lower", title: "logins after a loss or timeout", definition: "sessions begun because the one before was lost or had timed out" },
  { name: "surpriseTimeouts", group: "sessions", unit: "count", better: "lower", title: "surprise timeouts", definition: "users who came back to an expired session while still busy" },
  { name: "transactionsInterrupted", group: "sessions", unit: "count", better: "lower", title: "transactions interrupted", definition: "multi-step flows cut by a loss, a timeout or a failed request" },
  // Latency: from the intended send to the answer at the client, retries included.
  { name: "responseTimeMeanMs", group: "latency", unit: "ms", better: "lower", title: "mean response time", definition: "mean over answered requests, intended send to answer, retries included" },
  { name: "responseTimeP50Ms", group: "latency", unit: "ms", better: "lower", title: "median response time", definition: "50th percentile; histogram with at most 0.4 % relative error" },
  { name: "responseTimeP90Ms", group: "latency", unit: "ms", better: "lower", title: "p90 response time", definition: "90th percentile" },
  { name: "responseTimeP99Ms", group: "latency", unit: "ms", better: "lower", title: "p99 response time", definition: "99th percentile" },
  { name: "responseTimeP999Ms", group: "latency", unit: "ms", better: "lower", title: "p99.9 response time", definition: "99.9th percentile; null below 10,000 samples" },
  { name: "responseTimeMaxMs", group: "latency", unit: "ms", better: "lower", title: "longest response time", definition: "maximum over answered requests" },
  { name: "networkMeanMs", group: "latency", unit: "ms", better: "lower", title: "network share of the mean", definition: "mean time on the network, all attempts of an answered request" },
  { name: "waitingMeanMs", group: "latency", unit: "ms", better: "lower", title: "waiting share of the mean", definition: "mean time in the server's queue, last attempt of an answered request" },
  { name: "serviceMeanMs", group: "latency", unit: "ms", better: "lower", title: "service share of the mean", definition: "mean time from the start of the work to its end, last attempt" },
  { name: "stateMeanMs", group: "latency", unit: "ms", better: "lower", title: "session state share of the mean", definition: "mean time spent reading and writing session state, last attempt" },
  // Work: offered = answered + refused + failed + timedOut + inFlight.
  { name: "requestsOffered", group: "work", unit: "requests", better: "neutral", title: "requests offered", definition: "requests that users sent, retries not counted" },
  { name: "requestsAnswered", group: "work", unit: "requests", better: "higher", title: "requests answered", definition: "requests that got their answer, at whichever attempt" },
  { name: "requestsRefused", group: "work", unit: "requests", better: "lower", title: "requests refused", definition: "requests whose last attempt was turned away: no eligible server, or a full queue" },
  { name: "requestsFailed", group: "work", unit: "requests", better: "lower", title: "requests failed", definition: "requests whose last attempt reached a dead server, died with one, or found the session store out of reach" },
  { name: "requestsTimedOut", group: "work", unit: "requests", better: "lower", title: "requests timed out", definition: "requests whose last attempt hit the balancer's timeout, or whose user lost patience" },
  { name: "requestsInFlight", group: "work", unit: "requests", better: "neutral", title: "requests in flight at the end", definition: "requests neither answered nor given up when the run ended" },
  { name: "throughputPerSec", group: "work", unit: "perSec", better: "higher", title: "throughput", definition: "requestsAnswered ÷ measured time" },
  { name: "goodputPerSec", group: "work", unit: "perSec", better: "higher", title: "goodput", definition: "answered requests that found their session fresh ÷ measured time" },
  { name: "errorFraction", group: "work", unit: "fraction", better: "lower", title: "share of requests in error", definition: "(refused + failed + timed out) ÷ (answered + refused + failed + timed out)" },
  { name: "retries", group: "work", unit: "count", better: "lower", title: "retries", definition: "attempts made by clients after the first" },
  { name: "redispatches", group: "work", unit: "count", better: "lower", title: "redispatches", definition: "requests that a balancer sent to another server after a refusal" },
  // Price.
  { name: "replicationMessages", group: "price", unit: "count", better: "lower", title: "replication messages", definition: "messages that carried session state from server to server" },
  { name: "replicationBytes", group: "price", unit: "bytes", better: "lower", title: "replication bytes", definition: "session state carried by those messages" },
  { name: "storeOperations", group: "price", unit: "count", better: "lower", title: "store operations", definition: "reads and writes that the central store served" },
  { name: "cookieBytes", group: "price", unit: "bytes", better: "lower", title: "cookie and token bytes", definition: "bytes of cookies and tokens that balancer and session state put on the wire, both directions" },
  { name: "sessionMemoryBytes", group: "price", unit: "bytes", better: "lower", title: "session memory", definition: "time-weighted mean bytes of session state held, all copies on servers and in the store" },
] as const satisfies readonly Metric[];

export type MetricName = (typeof metrics)[number]["name"];

export const metricNamed: ReadonlyMap<string, Metric> = new Map(metrics.map((metric) => [metric.name, metric]));
