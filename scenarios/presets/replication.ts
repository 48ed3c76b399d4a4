/** Sessions copied between the servers, or on a file system that they share. */
import { part, type StrategyPreset } from "./preset.ts";

export const replication: readonly StrategyPreset[] = [
  {
    name: "replicated-sync",
    summary: "Every write is copied to all servers before it is acknowledged; any server can answer any request.",
    products: "Tomcat DeltaManager with `channelSendOptions=6`, Infinispan `REPL_SYNC`.",
    source: "Apache Tomcat 11 cluster-howto: DeltaManager with acknowledged, synchronous sends.",
    knownFlaw: "Every write waits for the slowest copy, and traffic and memory grow with the square of the fleet.",
    shownBy: "session-size",
    balancing: part("least-connections"),
    affinity: part("none"),
    state: part("replicated", { mode: "sync-processed" }),
  },
  {
    name: "replicated-async",
    summary: "Sticky sessions, whose writes are copied to all other servers after they are acknowledged.",
    products: "Tomcat DeltaManager behind a sticky balancer, Infinispan `REPL_ASYNC`.",
    source: "Apache Tomcat 11 cluster-howto: DeltaManager, `channelSendOptions` 8, its default.",
    knownFlaw: "A crash loses the writes that were acknowledged but not yet sent.",
    shownBy: "copy-in-the-queue",
    balancing: part("round-robin"),
    affinity: part("balancer-cookie"),
    state: part("replicated", { mode: "async" }),
  },
  {
    name: "replicated-async-unbound",
    summary: "As replicated-async, without stickiness.",
    products: "A replicated session manager behind a balancer that nobody configured for it.",
    source: "Apache Tomcat 11 cluster-howto, against its checklist, which demands sticky routing.",
    knownFlaw: "A user who is faster than the copy reads an old session, and a write on top of it loses the newer one.",
    shownBy: "stale-reads",
    balancing: part("least-connections"),
    affinity: part("none"),
    state: part("replicated", { mode: "async" }),
  },
  {
    name: "one-backup",
    summary: "Sticky sessions, each with one copy on a second server.",
    products: "WebLogic in-memory replication, Tomcat BackupManager, GlassFish replicated sessions.",
    source: "Apache Tomcat 11 cluster-howto: BackupManager, `mapSendOptions` 6, its default.",
    knownFlaw: "Two servers that fail together take the sessions that had both copies there.",
    shownBy: "rack-failure",
    balancing: part("round-robin"),
    affinity: part("balancer-cookie"),
    state: part("backups"),
  },
];
