/** Sessions in the memory of one server, and the ways back to it. */
import { part, type StrategyPreset } from "./preset.ts";

export const memory: readonly StrategyPreset[] = [
  {
    name: "no-affinity",
    summary: "Every request goes to the least busy server, and every server remembers only its own sessions.",
    products:
      "What remains when an application that keeps sessions in memory is put behind a balancer without stickiness.",
    source: "The default of every balancer; HAProxy 2.6 `balance leastconn` without `cookie` or `stick`.",
    knownFlaw: "With n servers, a session is found again once in n requests.",
    shownBy: "lost-cart",
    balancing: part("least-connections"),
    affinity: part("none"),
    state: part("server-memory"),
  },
  {
    name: "sticky-cookie",
    summary: "The balancer's cookie leads every session back to the server that holds it in memory.",
    products:
      "HAProxy `cookie SERVERID insert`, AWS ALB duration-based stickiness, Traefik `sticky.cookie`, nginx `sticky cookie`.",
    source: "HAProxy 2.6 configuration manual, `cookie`; the plainest form of what the products share.",
    knownFlaw: "A crash takes the server's sessions with it.",
    shownBy: "checkout-crash",
    balancing: part("round-robin"),
    affinity: part("balancer-cookie"),
    state: part("server-memory"),
  },
  {
    name: "sticky-cookie-least-connections",
    summary: "As sticky-cookie, but a new session starts on the least busy server.",
    products: "HAProxy `balance leastconn` with `cookie … insert`.",
    source: "HAProxy 2.6 configuration manual, `balance leastconn` and `cookie`.",
    knownFlaw:
      "Only a session's first request is placed: servers that join are given new sessions, and stay behind until the old ones end.",
    shownBy: "scale-out-sticky",
    balancing: part("least-connections"),
    affinity: part("balancer-cookie"),
    state: part("server-memory"),
  },
  {
    name: "source-hash",
    summary: "A hash of the client's address chooses the server, which keeps the session in memory.",
    products: "HAProxy `balance source`; in kind Azure's and Google's source-address hashes.",
    source: "HAProxy 2.6 configuration manual, `balance source`, `hash-type map-based`.",
    knownFlaw: "Clients behind one address share one server.",
    shownBy: "office-nat",
    balancing: part("round-robin"),
    affinity: part("source-hash"),
    state: part("server-memory"),
  },
  {
    name: "source-table",
    summary: "The balancer remembers in a table which server each client address was given.",
    products: "HAProxy `stick-table type ip`, Kubernetes `sessionAffinity: ClientIP`, LVS persistence.",
    source: "HAProxy 2.6 configuration manual, `stick-table` and `stick on src`, without `peers`.",
    knownFlaw:
      "Each balancer has a table of its own unless they are synchronised: who comes in by another one is a stranger.",
    shownBy: "two-balancers",
    balancing: part("round-robin"),
    affinity: part("source-table"),
    state: part("server-memory"),
  },
];
