/** Strategies by name: the triples that people run, so that a scenario can say `redis-sessions` and mean it. */
import type { Knobs } from "../sim/catalogue.ts";

interface PresetPart {
  readonly name: string;
  /** Only what departs from the part's defaults. */
  readonly knobs: Knobs;
}

export interface StrategyPreset {
  readonly name: string;
  /** One sentence: what it does. */
  readonly summary: string;
  /** Products that do this, and how they call it. */
  readonly products: string;
  readonly knownFlaw: string;
  readonly balancing: PresetPart;
  readonly affinity: PresetPart;
  readonly state: PresetPart;
}

const part = (name: string, knobs: Knobs = {}): PresetPart => ({ name, knobs });

export const strategyPresets: readonly StrategyPreset[] = [
  {
    name: "no-affinity",
    summary: "Every request goes to the least busy server, and every server remembers only its own sessions.",
    products:
      "What remains when an application that keeps sessions in memory is put behind a balancer without stickiness.",
    knownFlaw: "With n servers, a session is found again once in n requests.",
    balancing: part("least-connections"),
    affinity: part("none"),
    state: part("server-memory"),
  },
  {
    name: "sticky-cookie",
    summary: "The balancer's cookie leads every session back to the server that holds it in memory.",
    products:
      "HAProxy `cookie SERVERID insert`, AWS ALB duration-based stickiness, Traefik `sticky.cookie`, nginx `sticky cookie`.",
    knownFlaw: "A crash takes the server's sessions with it, and new servers get new sessions only.",
    balancing: part("round-robin"),
    affinity: part("balancer-cookie"),
    state: part("server-memory"),
  },
  {
    name: "sticky-cookie-least-connections",
    summary: "As sticky-cookie, but a new session starts on the least busy server.",
    products: "HAProxy `balance leastconn` with `cookie … insert`.",
    knownFlaw: "Only a session's first request is placed; the others follow it whatever the load has become.",
    balancing: part("least-connections"),
    affinity: part("balancer-cookie"),
    state: part("server-memory"),
  },
  {
    name: "source-hash",
    summary: "A hash of the client's address chooses the server, which keeps the session in memory.",
    products: "HAProxy `balance source`, nginx `ip_hash`, AWS NLB and Azure source-address affinity.",
    knownFlaw:
      "Clients behind one address share one server, and a change of the fleet moves sessions away from their data.",
    balancing: part("round-robin"),
    affinity: part("source-hash"),
    state: part("server-memory"),
  },
  {
    name: "source-table",
    summary: "The balancer remembers in a table which server each client address was given.",
    products: "HAProxy `stick-table type ip`, Kubernetes `sessionAffinity: ClientIP`, LVS persistence.",
    knownFlaw:
      "Clients behind one address share one server; each balancer has a table of its own unless they are synchronised.",
    balancing: part("round-robin"),
    affinity: part("source-table"),
    state: part("server-memory"),
  },
  {
    name: "redis-sessions",
    summary: "Every server reads and writes sessions in one central store; any server can answer any request.",
    products: "Spring Session, express-session with connect-redis, PHP with the redis session handler.",
    knownFlaw: "Every request pays the way to the store, and nothing works while the store is away.",
    balancing: part("least-connections"),
    affinity: part("none"),
    state: part("central-store"),
  },
  {
    name: "round-robin-redis",
    summary: "As redis-sessions, with the servers taken in turn.",
    products: "nginx without a balancing directive, HAProxy `balance roundrobin`, most cloud balancers by default.",
    knownFlaw: "Turns are blind: a server that is busy with slow requests gets the next one all the same.",
    balancing: part("round-robin"),
    affinity: part("none"),
    state: part("central-store"),
  },
  {
    name: "replicated-sync",
    summary: "Every write is copied to all servers before it is acknowledged; any server can answer any request.",
    products: "Tomcat DeltaManager with `channelSendOptions=6`, Infinispan `REPL_SYNC`.",
    knownFlaw: "Every write waits for the slowest copy, and traffic and memory grow with the square of the fleet.",
    balancing: part("least-connections"),
    affinity: part("none"),
    state: part("replicated", { mode: "sync" }),
  },
  {
    name: "replicated-async",
    summary: "Sticky sessions, whose writes are copied to all other servers after they are acknowledged.",
    products: "Tomcat DeltaManager behind a sticky balancer, Infinispan `REPL_ASYNC`.",
    knownFlaw: "A crash loses the writes that were acknowledged but not yet sent.",
    balancing: part("round-robin"),
    affinity: part("balancer-cookie"),
    state: part("replicated", { mode: "async" }),
  },
  {
    name: "replicated-async-unbound",
    summary: "As replicated-async, without stickiness.",
    products: "A replicated session manager behind a balancer that nobody configured for it.",
    knownFlaw: "A user who is faster than the copy reads an old session, and a write on top of it loses the newer one.",
    balancing: part("least-connections"),
    affinity: part("none"),
    state: part("replicated", { mode: "async" }),
  },
  {
    name: "one-backup",
    summary: "Sticky sessions, each with one copy on a second server.",
    products: "WebLogic in-memory replication, Tomcat BackupManager, GlassFish replicated sessions.",
    knownFlaw: "Two servers that fail together take the sessions that had both copies there.",
    balancing: part("round-robin"),
    affinity: part("balancer-cookie"),
    state: part("one-backup"),
  },
  {
    name: "signed-cookie",
    summary: "The session itself travels in a signed cookie; servers remember nothing.",
    products: "Rails CookieStore, Flask sessions, ASP.NET Core cookie authentication.",
    knownFlaw: "A browser drops a cookie above about 4 KB, and every request carries the whole session.",
    balancing: part("least-connections"),
    affinity: part("none"),
    state: part("signed-cookie"),
  },
];

const byName: ReadonlyMap<string, StrategyPreset> = new Map(strategyPresets.map((preset) => [preset.name, preset]));

/** The preset of that name, or undefined. */
export const presetNamed = (name: string): StrategyPreset | undefined => byName.get(name);
