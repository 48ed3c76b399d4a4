/**
 * Why something went wrong with a session: the closed list. Every lost session, stale read, lost write, surprise timeout
 * and interrupted transaction has exactly one of these causes.
 *
 * The index of a cause is its code inside the model; the order is the order of reports and legends.
 */
export const sessionCauses = [
  { name: "crash", summary: "the server that held the only copy crashed" },
  { name: "scale-in", summary: "the server that held the only copy was taken away, as in a deploy" },
  { name: "store-crash", summary: "the session store crashed and lost its data" },
  { name: "store-failover", summary: "the store's new primary did not have it yet" },
  { name: "store-eviction", summary: "the store was full, and the entry made room for another" },
  { name: "store-flush", summary: "the session store was emptied" },
  { name: "split-brain", summary: "it was written on the side of a partition that was discarded afterwards" },
  { name: "replication-lag", summary: "the copy had not arrived when it was needed" },
  { name: "state-transfer", summary: "the server had just started, and had not been given the others' state" },
  { name: "write-behind", summary: "the write was still in a queue when the machine that held the queue crashed" },
  { name: "quorum-miss", summary: "none of the replicas that were asked had it" },
  { name: "near-cache", summary: "the server answered from a copy of its own that was out of date" },
  { name: "attribute-cache", summary: "the file system trusted attributes that it had cached" },
  { name: "old-copy", summary: "a node that came back still had the copy from before it went" },
  { name: "client-copy", summary: "the client sent state that it had been given earlier" },
  { name: "concurrent-request", summary: "another request of the same session wrote between its read and its write" },
  { name: "clock-skew", summary: "the writers' clocks disagreed, and the older write won" },
  { name: "write-conflict", summary: "two writes met, and the later one was rolled back" },
  { name: "failover", summary: "the server that holds the copy is up, but the balancer believed it down" },
  { name: "overflow", summary: "the server that holds the copy refused the request, and another one answered" },
  { name: "drain", summary: "the server that holds the copy was draining, and the balancer sent its users elsewhere" },
  { name: "no-affinity", summary: "nothing led the request back to the server that holds the copy" },
  { name: "rehash", summary: "the hash sends the client to another server since the set of servers changed" },
  { name: "address-changed", summary: "the client's address changed, and the binding with it" },
  { name: "cookie-refused", summary: "the client does not return cookies" },
  { name: "cookie-expired", summary: "the browser dropped the cookie that named the server, its time being over" },
  { name: "cookie-overflow", summary: "the session outgrew the cookie, and the browser dropped it" },
  { name: "link-missed", summary: "the user followed a link that did not carry the session's id" },
  { name: "tls-session-changed", summary: "the client came with another TLS session" },
  { name: "id-regenerated", summary: "the request carried the id from before the login" },
  { name: "binding-expired", summary: "the balancer's table entry expired before the user came back" },
  { name: "binding-evicted", summary: "the balancer's table was full, and the entry made room for another" },
  { name: "binding-refused", summary: "the balancer's table was full, and took no new entry" },
  { name: "binding-reset", summary: "the set of servers changed, and the balancer dropped its bindings" },
  { name: "balancer-restart", summary: "the balancer restarted, and its table was gone" },
  { name: "old-route", summary: "the session's id still named the server from before a failover" },
  { name: "unsynchronised-balancer", summary: "another balancer knows the binding, the one that was asked does not" },
  { name: "shared-address", summary: "other clients behind the same address rewrote the binding" },
  { name: "expired-early", summary: "the copy expired although the session was still within its limits" },
  { name: "token-expired", summary: "the token was no longer valid, and could not be renewed" },
  { name: "token-revoked", summary: "the token had been revoked" },
  { name: "idle-timeout", summary: "the session was not used for longer than the idle limit" },
  { name: "absolute-timeout", summary: "the session reached the limit of its age" },
  { name: "request-refused", summary: "no server took a request of it" },
  { name: "request-failed", summary: "a request of it broke off on the server" },
  { name: "request-timed-out", summary: "a request of it was not answered in time" },
] as const satisfies readonly { name: string; summary: string }[];

export type Cause = (typeof sessionCauses)[number]["name"];

const codes = new Map<string, number>(sessionCauses.map(({ name }, code) => [name, code]));

/** The code of a cause: its index in `sessionCauses`. */
export const causeCode = (cause: Cause): number => codes.get(cause)!;
