/** Causes that lie with session stores: databases, caches, quorums. */

export const storeNotes = {
  "store-crash": {
    seen: "Errors for everybody while the store is down, and when it is back everybody is logged out.",
    check: "The store came back empty, or as of its last snapshot.",
    from: "A store that keeps its data in memory only, or loses what was not yet on disk.",
    remedy: "Persist each write (append-only file, fsync), or run a replica that takes over.",
  },
  "store-failover": {
    seen: "Half a minute of errors, then the newest sessions are gone and the newest changes with them.",
    check: "A failover stands in the store's log; what is missing was written within the replication lag before it.",
    from: "Stores with asynchronous replicas: Sentinel, cluster, asynchronous databases.",
    remedy:
      "Wait for a replica on each write (WAIT, semi-synchronous), or stop accepting writes without one (min-replicas-to-write).",
  },
  "store-eviction": {
    seen: "Users are logged out at random and without any error, more of them the more are online.",
    check: "The store's counter of evictions rises, and its memory stands at the limit.",
    from: "Stores of bounded memory that make room: maxmemory with an eviction policy, Memcached.",
    remedy:
      "Give sessions a store of their own, sized for live sessions times their bytes, with an alarm on the first eviction; smaller sessions and shorter limits help.",
  },
  "store-flush": {
    seen: "All users are logged out at one instant; nothing crashed.",
    check: "A flush in the store's command log, as by a deploy script or a shared cache that was cleared.",
    from: "Any store outside the servers.",
    remedy: "Keep sessions apart from caches that people clear; forbid the command.",
  },
  "split-brain": {
    seen: "Minutes after a network fault has healed, some users are back in time or logged out.",
    check: "Two primaries took writes at once; what the minority had taken is gone since it rejoined.",
    from: "Stores and databases that elect a new primary while the old one still serves.",
    remedy: "Let a primary without a majority refuse writes (min-replicas-to-write, quorum), and fence the old one.",
  },
  "quorum-miss": {
    seen: "A rare stale page, more often just after a change or while a replica is down.",
    check: "Reads and writes together ask for no more replicas than there are: R + W ≤ N.",
    from: "Quorum stores with weak settings, or hinted hand-off standing in for real replicas.",
    remedy: "R + W > N, for instance both of them a majority; the price is the slowest of more answers.",
  },
  "clock-skew": {
    seen: "A change is acknowledged and never seen again, though nobody else changed anything.",
    check: "The write that survived carries the later time stamp, and was made earlier.",
    from: "Several primaries that resolve conflicts by time: last writer wins.",
    remedy:
      "Keep a session's writes on one primary, discipline the clocks, or order writes by version instead of time.",
  },
  "write-conflict": {
    seen: "One of two parallel actions comes back with an error, or an older page.",
    check: "Writes rolled back; the database reports certification failures or serialisation errors.",
    from: "Certifying multi-primary databases and stores that compare versions.",
    remedy: "Retry from a fresh read, keep each session's writes on one node, make writes smaller.",
  },
  "expired-early": {
    seen: "Active users are logged out earlier than the limit says, often after a visit to another server.",
    check:
      "The idle time at death is below the limit; the store's own expiry or clock had not been told of the last use.",
    from: "Stores that refresh expiry on writes only or after half the window, replicas that never hear of last use, skewed clocks.",
    remedy:
      "Refresh the expiry with each request, replicate last use, and make the store's time to live longer than the limit.",
  },
};
