/**
 * Why a session was lost: the closed list. Every lost session has exactly one cause.
 *
 * The index of a cause is its code inside the model; the order is the order of reports and legends.
 */
export const lossCauses = [
  { name: "crash", summary: "the server that held the only copy crashed" },
  { name: "store-crash", summary: "the session store crashed and lost its data" },
  { name: "replication-lag", summary: "the copy had not arrived when its source crashed" },
  { name: "failover", summary: "the server that holds the copy is up, but the balancer believed it down" },
  { name: "overflow", summary: "the server that holds the copy refused the request, and another one answered" },
  { name: "no-affinity", summary: "nothing led the request back to the server that holds the copy" },
  { name: "rehash", summary: "the hash sends the client to another server since the set of servers changed" },
  { name: "address-changed", summary: "the client's address changed, and the binding with it" },
  { name: "cookie-refused", summary: "the client does not return cookies" },
  { name: "binding-expired", summary: "the balancer's table entry expired before the user came back" },
  { name: "binding-evicted", summary: "the balancer's table was full, and the entry made room for another" },
  { name: "unsynchronised-balancer", summary: "another balancer knows the binding, the one that was asked does not" },
  { name: "shared-address", summary: "other clients behind the same address rewrote the binding" },
  { name: "cookie-overflow", summary: "the session outgrew the cookie, and the browser dropped it" },
] as const satisfies readonly { name: string; summary: string }[];

export type LossCause = (typeof lossCauses)[number]["name"];

/** The code of a cause: its index in `lossCauses`. */
export const causeCode = (cause: LossCause): number => lossCauses.findIndex((entry) => entry.name === cause);
