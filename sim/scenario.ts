/**
 * The model's input, fully resolved: every time in milliseconds, every size in bytes, every share in [0, 1], every
 * default filled in. `scenarios/` makes these from YAML; nothing here is checked or defaulted again.
 */
import type { Knobs } from "./catalogue.ts";
import type { Fault } from "./faults.ts";
import type { SessionRules } from "./session-rules.ts";

export type * from "./faults.ts";
export type * from "./session-rules.ts";

/** A law for a non-negative quantity. All parameters are in the quantity's own unit. */
export type Distribution =
  | { readonly law: "constant"; readonly value: number }
  | { readonly law: "exponential"; readonly mean: number }
  | { readonly law: "uniform"; readonly low: number; readonly high: number }
  /** Cut at zero: a negative draw counts as 0. */
  | { readonly law: "normal"; readonly mean: number; readonly standardDeviation: number }
  | { readonly law: "lognormal"; readonly mean: number; readonly cv: number }
  /** P(X > x) = (minimum / x)^shape, cut at `maximum` when that is not null (a bounded Pareto). */
  | { readonly law: "pareto"; readonly minimum: number; readonly shape: number; readonly maximum: number | null }
  /** `shape` k and mean; k a whole number is the Erlang law. */
  | { readonly law: "gamma"; readonly mean: number; readonly shape: number }
  /** Two phases with balanced means: p = (1 + sqrt((cv² - 1) / (cv² + 1))) / 2, rates 2p/mean and 2(1-p)/mean. */
  | { readonly law: "hyperexponential"; readonly mean: number; readonly cv: number }
  | { readonly law: "weibull"; readonly shape: number; readonly scale: number }
  /** On 1, 2, 3, … with the given mean. */
  | { readonly law: "geometric"; readonly mean: number }
  /** On 1 … count, P(k) proportional to k^-exponent. */
  | { readonly law: "zipf"; readonly count: number; readonly exponent: number }
  | { readonly law: "empirical"; readonly values: readonly number[]; readonly weights: readonly number[] };

/** How sessions arrive. Rates are sessions per second. */
export type Arrivals =
  | { readonly process: "poisson"; readonly ratePerSec: number }
  | { readonly process: "deterministic"; readonly ratePerSec: number }
  /** Independent gaps of any law, in ms. */
  | { readonly process: "renewal"; readonly gapMs: Distribution }
  /** Markov-modulated Poisson: each state has a rate and an exponential stay; states follow in a cycle. */
  | { readonly process: "mmpp"; readonly states: readonly { readonly ratePerSec: number; readonly meanMs: number }[] }
  /** Poisson with a rate that moves in straight lines; after the last phase its end rate goes on. */
  | {
      readonly process: "phases";
      readonly phases: readonly {
        readonly durationMs: number;
        readonly fromPerSec: number;
        readonly toPerSec: number;
      }[];
    }
  /** Poisson with rate mean × (1 + amplitude × cos(2π (t - peakAt) / period)). */
  | {
      readonly process: "diurnal";
      readonly meanPerSec: number;
      readonly amplitudeFraction: number;
      readonly periodMs: number;
      readonly peakAtMs: number;
    }
  /** Poisson: base rate, a ramp to the peak, a hold, then exponential decay back to the base. */
  | {
      readonly process: "flash-crowd";
      readonly basePerSec: number;
      readonly peakPerSec: number;
      readonly atMs: number;
      readonly rampMs: number;
      readonly holdMs: number;
      readonly decayMs: number;
    }
  /** A fixed number of users; each thinks, asks, and starts a new session when one is over. */
  | { readonly process: "closed"; readonly users: number }
  /** A recorded trace, handed in at run time in chunks. */
  | { readonly process: "trace" };

export interface Population {
  readonly name: string;
  readonly arrivals: Arrivals;
  /** Sessions that arrive together at each arrival; null is one. */
  readonly batch: Distribution | null;
  readonly session: {
    /** Rounded to a whole number, at least 1. */
    readonly requests: Distribution;
    readonly thinkMs: Distribution;
    /** Share of requests that write to the session. The first request of a session always does (the login). */
    readonly writesFraction: number;
    readonly stateBytes: Distribution;
    readonly growthBytesPerWrite: number;
    /** Of the state, what one write changes; null: all of it. */
    readonly changedBytesPerWrite: number | null;
    /** Runs of `steps` consecutive requests that must all succeed; `fraction` of the requests start one. */
    readonly transactions: { readonly fraction: number; readonly steps: number } | null;
    /**
     * Requests that a page sends together, rounded, at least 1; the first request of a visit is always alone. The user reads
     * when all have ended. null is one after another.
     */
    readonly parallel: Distribution | null;
    /** What the open page asks for in the background, from the first answer to the end of the visit. */
    readonly polling: {
      readonly intervalMs: number;
      readonly writesFraction: number;
      /** Whether these requests start the idle limit anew, as those of the user do. */
      readonly renews: boolean;
    } | null;
    /** Share of the visits that end with a logout; the others leave a session behind, which lives on until its limit. */
    readonly logoutFraction: number;
    /** Number of the request that logs the user in, from 0; before it the session is that of nobody in particular. */
    readonly loginAt: number;
  };
  readonly clients: {
    /** Share of clients behind a shared address; the others have one of their own. */
    readonly natFraction: number;
    readonly natAddresses: number;
    /** Weight of the k-th shared address is k^-natZipfExponent; 0 makes them equal. */
    readonly natZipfExponent: number;
    /** Share of clients whose address changes, and the mean time between changes (exponential). */
    readonly mobileFraction: number;
    readonly addressChangeMeanMs: number;
    /** Share of clients that return the cookies they are given. */
    readonly cookiesFraction: number;
  };
  /** URLs 1 … count with Zipf popularity. */
  readonly urls: { readonly count: number; readonly zipfExponent: number };
  /** Sizes of requests and answers on the wire, rounded; null: nobody counts them. */
  readonly bytes: { readonly request: Distribution; readonly response: Distribution } | null;
  /** Work per request in ms on a server of speed 1; null takes the cluster's. */
  readonly serviceMs: Distribution | null;
  /** A user waits this long for an answer, retries included, then leaves the session; null is for ever. */
  readonly patienceMs: number | null;
  readonly retry: {
    /** Attempts after the first. */
    readonly attempts: number;
    /** Before retry i (from 0): base × 2^i, at most cap; `full` jitter draws uniformly below that. */
    readonly backoffMs: number;
    readonly backoffCapMs: number;
    readonly jitter: "none" | "full";
  };
  /** After a request failed for good: go on with the next one, or leave. */
  readonly afterFailure: "continue" | "leave";
}

export interface ServerGroup {
  /** Servers are named `name-1`, `name-2`, … within the group. */
  readonly name: string;
  readonly count: number;
  readonly workers: number;
  readonly discipline: "fcfs" | "ps";
  readonly speed: number;
  readonly weight: number;
  /** Requests that may wait; one more is refused. null is without bound. */
  readonly queueLimit: number | null;
  /** Under processor sharing: requests served at once, the others wait. null is without bound. Unused under FCFS. */
  readonly concurrencyLimit: number | null;
  /** Requests that one balancer may have on a server at once; null is without bound. */
  readonly maxConnections: number | null;
  /** Servers of a higher tier are used when those of lower ones cannot be; 0 is the first. */
  readonly tier: number;
  /** Where they stand; null where that is not said. */
  readonly zone: string | null;
}

/** How servers tell balancers about themselves. */
export interface Reports {
  /** Time between two reports of a server; 0 is a report at every change. */
  readonly intervalMs: number;
  /** Each server's reports begin at a moment of its own, or all servers report at the same moments. */
  readonly phases: "own" | "common";
  /** From a server to one balancer. */
  readonly delayMs: Distribution;
  /** Share of the reports that never reach a balancer. */
  readonly lossFraction: number;
}

export interface Cluster {
  readonly servers: readonly ServerGroup[];
  readonly serviceMs: Distribution;
  readonly balancers: {
    readonly count: number;
    /** Where they stand: balancer i in the i-th zone, over and over; empty where that is not said. */
    readonly zones: readonly string[];
    /** Which balancer a request reaches: drawn anew for each request, or once for each session. */
    readonly choose: "per-request" | "per-session";
    /** Times a refused request (connection refused, queue full) is sent to another server at once. */
    readonly redispatch: number;
    /** The balancer answers 504 when a server takes longer; null is never. */
    readonly requestTimeoutMs: number | null;
    /** Whether the server notices and drops the work of a request that timed out or was left. */
    readonly cancelsAbandonedWork: boolean;
    readonly healthCheck: {
      readonly intervalMs: number;
      readonly timeoutMs: number;
      readonly rise: number;
      readonly fall: number;
    } | null;
    /** Where requests wait for which there is no room on the servers, at each balancer; null: they are refused. */
    readonly queue: {
      /** Requests that may wait; one more is refused. null is without bound. */
      readonly limit: number | null;
      /** Requests that may wait for one server; a further one that is bound to it goes elsewhere. null is without bound. */
      readonly perServerLimit: number | null;
      /** A request that has waited so long is refused; null is never. */
      readonly timeoutMs: number | null;
    } | null;
    /** null: balancers know only what they see themselves. A strategy may have other reports. */
    readonly reports: Reports | null;
  };
  readonly network: {
    readonly clientToBalancerMs: Distribution;
    readonly balancerToServerMs: Distribution;
  };
}

export interface Scenario {
  readonly name: string;
  readonly durationMs: number;
  /** Metrics count from here on; decisions and the digest from 0. */
  readonly warmUpMs: number;
  /** Width of one timeline window. */
  readonly windowMs: number;
  readonly populations: readonly Population[];
  readonly cluster: Cluster;
  readonly sessions: SessionRules;
  readonly faults: readonly Fault[];
}

export interface PartChoice {
  readonly name: string;
  /** Every knob of the part, defaults included. */
  readonly knobs: Knobs;
}

/** One way to run the cluster: who chooses, who remembers, where the data lives. */
export interface Strategy {
  readonly name: string;
  readonly balancing: PartChoice;
  /** What stands between the balancer's fleet and the algorithm, the first helper on top; absent, nothing does. */
  readonly placement?: readonly PartChoice[];
  /** What servers report to balancers under this strategy, null for nothing; absent, it is what the cluster says. */
  readonly reports?: Reports | null;
  readonly affinity: PartChoice;
  readonly state: PartChoice;
  /** Rules of sessions that come with this strategy's framework; what is absent is as the scenario says. */
  readonly sessions?: Partial<SessionRules>;
}
