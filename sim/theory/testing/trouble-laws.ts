/** What must hold for the lists by cause of every record: sums, and which cause can do which harm, and when. */
import { type Cause, type RunRecord, type Scenario, sessionCauses, troubleKinds } from "../../index.ts";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const unless = (holds: boolean, message: string): readonly string[] => (holds ? [] : [message]);

/** Ends of requests: they cost no session, only the transaction that they are part of. */
const ofRequests: readonly Cause[] = ["request-refused", "request-failed", "request-timed-out"];
const ofLimits: readonly Cause[] = ["idle-timeout", "absolute-timeout"];
/** A token's life is a limit of its own; other backends may find a copy past the time that they had been given. */
const ofBackends: readonly Cause[] = ["token-expired", "token-revoked", "expired-early", "cookie-expired"];
/** Two writes met: something is overwritten, and everybody is still logged in. */
const ofWriters: readonly Cause[] = ["concurrent-request", "clock-skew", "write-conflict"];
/** Which server a request was led to: that decides whether a copy is found, not how old it is. */
const ofTheWay: readonly Cause[] = [
  ...(["failover", "overflow", "drain", "no-affinity", "rehash", "address-changed", "link-missed"] as const),
  ...(["tls-session-changed", "binding-expired", "binding-evicted", "binding-refused", "binding-reset"] as const),
  ...(["balancer-restart", "old-route", "unsynchronised-balancer", "shared-address"] as const),
];

const all: readonly Cause[] = sessionCauses.map(({ name }) => name);
const without = (...groups: readonly (readonly Cause[])[]): ReadonlySet<Cause> =>
  new Set(all.filter((cause) => !groups.some((group) => group.includes(cause))));

const mayCause = {
  sessionsLost: without(ofRequests, ofLimits, ofWriters),
  surpriseTimeouts: new Set([...ofLimits, ...ofBackends]),
  staleReads: without(ofRequests, ofLimits, ofTheWay),
  writesLost: without(ofRequests, ofLimits),
  transactionsInterrupted: without(ofWriters),
} as const satisfies Readonly<Record<(typeof troubleKinds)[number], ReadonlySet<Cause>>>;

export function troubleViolations(record: RunRecord, scenario: Scenario): readonly string[] {
  const { metrics, sessionsLostByCause, surpriseTimeoutsByCause, warmUpMs } = record;
  const countOf = (kind: (typeof troubleKinds)[number], cause: Cause): number => {
    const entry = record[`${kind}ByCause`].find((found) => found.cause === cause);
    return entry === undefined ? 0 : "count" in entry ? entry.count : entry.sessions;
  };
  const sums = troubleKinds.flatMap((kind) => {
    const causes = record[`${kind}ByCause`].map(({ cause }) => cause);
    const counted = sum(causes.map((cause) => countOf(kind, cause)));
    return [
      ...unless(counted === metrics[kind], `${metrics[kind]} ${kind}, ${counted} by cause`),
      ...causes.flatMap((cause) => unless(mayCause[kind].has(cause), `${kind} by ${cause}`)),
      ...unless(
        causes.every((cause, at) => at === 0 || all.indexOf(causes[at - 1]!) < all.indexOf(cause)),
        `causes of ${kind} out of order`,
      ),
    ];
  });
  const ended = [...sessionsLostByCause, ...surpriseTimeoutsByCause].flatMap((entry) => [
    ...unless(entry.writes >= entry.sessions, `${entry.cause} ended a session without the write that began it`),
    ...unless(entry.requests >= 0 && entry.ms >= 0, `${entry.cause} cost ${entry.requests} requests, ${entry.ms} ms`),
    ...unless(entry.ms <= entry.sessions * record.durationMs, `${entry.cause} ended sessions older than the run`),
  ]);
  const went = sessionsLostByCause.flatMap(({ cause, writes }) =>
    unless(countOf("writesLost", cause) >= writes, `${writes} writes went with sessions lost by ${cause}`),
  );
  // What cuts a transaction ends its request or its session, and is counted there too.
  const cut = record.transactionsInterruptedByCause
    .filter(({ cause }) => !ofRequests.includes(cause))
    .flatMap(({ cause, count }) =>
      unless(
        count <= countOf("sessionsLost", cause) + countOf("surpriseTimeouts", cause),
        `${count} transactions interrupted by ${cause}, which ended fewer sessions`,
      ),
    );
  const endedRequests: readonly [Cause, number][] = [
    ["request-refused", metrics.requestsRefused ?? 0],
    ["request-failed", metrics.requestsFailed ?? 0],
    ["request-timed-out", metrics.requestsTimedOut ?? 0],
  ];
  // Requests are measured by when they were meant to be sent, the ledger's entries by when they are made.
  const requests = endedRequests.flatMap(([cause, count]) =>
    unless(
      warmUpMs > 0 || countOf("transactionsInterrupted", cause) <= count,
      `more transactions than requests: ${cause}`,
    ),
  );
  const { idleTimeoutMs, absoluteTimeoutMs } = scenario.sessions;
  const limits = [
    ...unless(idleTimeoutMs !== null || countOf("surpriseTimeouts", "idle-timeout") === 0, "idle, without a limit"),
    ...unless(
      absoluteTimeoutMs !== null || countOf("surpriseTimeouts", "absolute-timeout") === 0,
      "too old, without a limit",
    ),
  ];
  const transactions = scenario.populations.some(({ session }) => session.transactions !== null);
  return [
    ...sums,
    ...ended,
    ...went,
    ...cut,
    ...requests,
    ...limits,
    // A write comes back with a copy that had been replaced: it was counted as lost at that moment, or before the warm-up's end.
    ...unless(
      warmUpMs > 0 || (metrics.writesRestored ?? 0) <= (metrics.writesLost ?? 0),
      `${metrics.writesRestored} writes came back of ${metrics.writesLost} lost`,
    ),
    ...unless(transactions || metrics.transactionsInterrupted === 0, "transactions interrupted that nobody began"),
  ];
}
