/** Sessions in a store of their own: Redis, Memcached and their kind. */
import { part, type StrategyPreset } from "./preset.ts";

export const stores: readonly StrategyPreset[] = [
  {
    name: "redis-sessions",
    summary: "Every server reads and writes sessions in one central store; any server can answer any request.",
    products: "Spring Session, express-session with connect-redis, PHP with the redis session handler.",
    source: "Spring Session 4 and connect-redis: one read, then one write or refresh, for every request.",
    knownFlaw: "Every request pays the way to the store, and nothing works while the store is away.",
    shownBy: "store-outage",
    balancing: part("least-connections"),
    affinity: part("none"),
    state: part("redis"),
  },
  {
    name: "round-robin-redis",
    summary: "As redis-sessions, with the servers taken in turn.",
    products: "nginx without a balancing directive, HAProxy `balance roundrobin`, most cloud balancers by default.",
    source: "nginx ngx_http_upstream_module, the default method.",
    knownFlaw: "Turns are blind: a server that is busy with slow requests gets the next one all the same.",
    shownBy: "slow-pages",
    balancing: part("round-robin"),
    affinity: part("none"),
    state: part("redis"),
  },
];
