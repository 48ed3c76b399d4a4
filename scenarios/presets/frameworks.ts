/** What web frameworks do with sessions: when they end, and what becomes of requests that meet. */
import { part, type StrategyPreset } from "./preset.ts";

/** Any server, and a Redis for all of them. */
const inRedis = { balancing: part("least-connections"), affinity: part("none"), state: part("redis") } as const;

export const frameworks: readonly StrategyPreset[] = [
  {
    name: "php-files",
    summary: "A file for each session on a shared file system, locked from the start of a request to its end.",
    products: "PHP 8 as it comes: `session.save_handler` files, `session.gc_probability` 1, `session.gc_divisor` 100.",
    source: "PHP manual, session configuration and `session_write_close`; flock over NFSv4.",
    knownFlaw: "What a page asks for at once is answered one after the other, and whoever waits holds a worker.",
    shownBy: "concurrent-tabs",
    balancing: part("least-connections"),
    affinity: part("none"),
    state: part("shared-files"),
    sessions: {
      concurrency: { kind: "locked", readersShare: false, pollMs: 0, waitTimeoutMs: null, leaseMs: null },
      cleanup: { kind: "probabilistic", chance: 0.01 },
    },
  },
  {
    name: "php-redis-locks",
    summary: "Sessions in Redis, each locked by a request from its start to its end; others of that user wait.",
    products: "PHP 8 with phpredis 6 and `redis.session.locking_enabled=1`.",
    source: "phpredis README: lock_wait_time 20 ms, lock_retries 100, lock_expire as max_execution_time (30 s).",
    knownFlaw: "As php-files; and a lock that is free is only noticed at the next look.",
    shownBy: "concurrent-tabs",
    ...inRedis,
    sessions: {
      concurrency: { kind: "locked", readersShare: false, pollMs: 20, waitTimeoutMs: 2000, leaseMs: 30_000 },
    },
  },
  {
    name: "aspnet-session-lock",
    summary: "Sessions in a database, with one writer at a time; pages that only read wait for nobody but a writer.",
    products: "ASP.NET 4.8 session state in mode SQLServer, pages with `EnableSessionState` True or ReadOnly.",
    source:
      "ASP.NET 4.8 SessionStateModule: a waiting request looks again every 0.5 s (not checked); a lock is broken after 110 s, the execution timeout.",
    knownFlaw: "Who finds the session locked waits for half a second, however short the other request was.",
    shownBy: "concurrent-tabs",
    balancing: part("least-connections"),
    affinity: part("none"),
    state: part("sql-database"),
    sessions: {
      concurrency: { kind: "locked", readersShare: true, pollMs: 500, waitTimeoutMs: null, leaseMs: 110_000 },
    },
  },
  {
    name: "express-session-redis",
    summary: "Sessions in Redis, read and written back as a whole; nothing keeps requests of one user apart.",
    products: "express-session 1.18 with connect-redis 7; ASP.NET Core's session does the same.",
    source:
      "express-session README: `resave`, `store.touch`; ASP.NET Core 8 session: non-locking, the last write wins.",
    knownFlaw: "Of two requests at once the one that ends later undoes what the other has changed.",
    shownBy: "concurrent-tabs",
    ...inRedis,
    sessions: { concurrency: { kind: "last-write-wins" } },
  },
  {
    name: "spring-session-redis",
    summary: "Sessions in Redis, as hashes of which a request writes only the attributes that it has set.",
    products:
      "Spring Session 4 with Spring Boot 4 and Lettuce: SaveMode ON_SET_ATTRIBUTE, FlushMode ON_SAVE, 30 min, the lab's default too.",
    source:
      "Spring Session 4 RedisSessionRepository: HGETALL, then HSET of what was set and of the last access, and EXPIRE; Lettuce 6 RedisURI: timeout 60 s. Two requests that set the same attribute are counted as changes that add up.",
    knownFlaw: "While Redis hangs, requests wait for it for a minute, and hold their threads until there is none left.",
    shownBy: "redis-hang",
    ...inRedis,
    sessions: { concurrency: { kind: "merge" } },
  },
  {
    name: "django-cached-sessions",
    summary: "Sessions in a cache, stored only by requests that change them; the limit counts from the last change.",
    products: "Django 5 with `SESSION_ENGINE` cache and Redis.",
    source:
      "Django 5 documentation, `SESSION_SAVE_EVERY_REQUEST` False (a default not checked): reading a session does not extend it.",
    knownFlaw: "Who only reads is logged out in the middle of it.",
    shownBy: "readers-logged-out",
    balancing: part("least-connections"),
    affinity: part("none"),
    state: part("redis", { touches: false }),
    sessions: { renewal: "on-write" },
  },
  {
    name: "aspnet-core-cookie",
    summary: "A ticket in an encrypted cookie, replaced once more than half of its time has passed.",
    products: "ASP.NET Core 8 cookie authentication with `SlidingExpiration`, its default.",
    source: "ASP.NET Core 8 CookieAuthenticationHandler: renews when the time elapsed exceeds the time remaining.",
    knownFlaw: "Somebody who has just been active may have no more than half of the limit left.",
    shownBy: "half-a-window",
    balancing: part("least-connections"),
    affinity: part("none"),
    state: part("signed-cookie"),
    sessions: { renewal: "half-window" },
  },
];
