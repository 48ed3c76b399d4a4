/** What must hold for the record of every run, whatever the scenario and the strategy. */
import { affinityLetters, type Cause, type Fault, type RunRecord, type Scenario, type Strategy } from "../../index.ts";
import { troubleViolations } from "./trouble-laws.ts";

/** Everything that is wrong with the record; empty when nothing is. */
export function violations(record: RunRecord, scenario: Scenario, strategy: Strategy): readonly string[] {
  return [
    ...numbers(record),
    ...requests(record, scenario),
    ...sessions(record, scenario),
    ...times(record),
    ...servers(record),
    ...timeline(record, scenario),
    ...decisions(record),
    ...causes(record, scenario, strategy),
    ...troubleViolations(record, scenario),
  ];
}

/** Sums of floating-point times formed in different orders differ by rounding only. */
const ROUNDING = 1e-9;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const unless = (holds: boolean, message: string): readonly string[] => (holds ? [] : [message]);
const differ = (a: number, b: number): boolean => Math.abs(a - b) > ROUNDING * Math.max(1, Math.abs(a), Math.abs(b));

function numbers({ metrics }: RunRecord): readonly string[] {
  return Object.entries(metrics).flatMap(([name, value]) => {
    if (value === null) return [];
    const isFraction = name.endsWith("Fraction") || name.startsWith("utilisation") || name === "loadJain";
    const atLeast = name.endsWith("PeakToMean") ? 1 - ROUNDING : -ROUNDING;
    const atMost = isFraction ? 1 + ROUNDING : Number.MAX_VALUE;
    return unless(value >= atLeast && value <= atMost, `${name} is ${value}`);
  });
}

function requests({ metrics, digest, affinityOutcomes, warmUpMs }: RunRecord, scenario: Scenario): readonly string[] {
  const of = (name: keyof typeof metrics) => metrics[name] ?? Number.NaN;
  const ended = of("requestsAnswered") + of("requestsRefused") + of("requestsFailed") + of("requestsTimedOut");
  const looked = sum(affinityLetters.map((letter) => affinityOutcomes[letter]));
  const attempts = of("requestsOffered") + of("retries");
  // Who still waits at a balancer when the run ends has had no decision.
  const undecided = looked + of("redispatches") - digest.decisions;
  const mayWait = scenario.cluster.balancers.queue === null ? 0 : of("requestsInFlight");
  return [
    ...unless(of("requestsOffered") === ended + of("requestsInFlight"), "requests do not add up"),
    ...unless(of("requestsInFlight") >= 0, `${of("requestsInFlight")} requests in flight`),
    ...unless(of("goodputPerSec") <= of("throughputPerSec") + ROUNDING, "more goodput than throughput"),
    // Counted from the start only when all of the run is measured.
    ...(warmUpMs > 0
      ? []
      : [
          ...unless(
            undecided >= 0 && undecided <= mayWait,
            `${digest.decisions} decisions, ${looked} look-ups and ${of("redispatches")} redispatches`,
          ),
          ...unless(looked <= attempts, `${looked} look-ups for ${attempts} attempts`),
        ]),
  ];
}

function sessions(
  { metrics, sessionsLostByCause, sessionLifespanMs, servers, warmUpMs }: RunRecord,
  { populations }: Scenario,
) {
  const allLogOut = populations.every(({ session }) => session.logoutFraction === 1);
  const of = (name: keyof typeof metrics) => metrics[name] ?? Number.NaN;
  const ended = of("sessionsCompleted") + of("sessionsTimedOut") + of("sessionsAbandoned") + of("sessionsLost");
  const lost = sum(sessionsLostByCause.map((entry) => entry.sessions));
  const writes = sum(sessionsLostByCause.map((entry) => entry.writes));
  const held = sum(servers.map((server) => server.sessionsHeldMean));
  return [
    ...unless(lost === of("sessionsLost"), `${of("sessionsLost")} sessions lost, ${lost} by cause`),
    ...unless(writes <= of("writesLost"), `${of("writesLost")} writes lost, ${writes} by cause`),
    ...unless(writes >= lost, "a session was lost without the write that began it"),
    ...unless(
      allLogOut ? of("surpriseTimeouts") === of("sessionsTimedOut") : of("surpriseTimeouts") <= of("sessionsTimedOut"),
      "surprise timeouts are not the timeouts of those who came back",
    ),
    ...unless(of("reloginCount") <= of("sessionsBorn"), "more logins again than logins"),
    ...unless(sessionLifespanMs.total === ended, `${ended} sessions ended, ${sessionLifespanMs.total} have a lifespan`),
    ...unless(warmUpMs > 0 || of("sessionsBorn") >= ended, "more sessions ended than were born"),
    ...unless(!differ(held, of("sessionsLive")), `${of("sessionsLive")} sessions live, ${held} held by servers`),
  ];
}

function times({ metrics, responseTimeMs }: RunRecord): readonly string[] {
  const ladder = [metrics.responseTimeP50Ms, metrics.responseTimeP90Ms, metrics.responseTimeP99Ms]
    .concat(metrics.responseTimeP999Ms, metrics.responseTimeMaxMs)
    .filter((value) => value !== null);
  const mean = metrics.responseTimeMeanMs ?? 0;
  const parts =
    (metrics.networkMeanMs ?? 0) +
    (metrics.heldMeanMs ?? 0) +
    (metrics.waitingMeanMs ?? 0) +
    (metrics.serviceMeanMs ?? 0);
  return [
    ...unless(responseTimeMs.total === metrics.requestsAnswered, "not every answer has its time"),
    ...unless(sum(responseTimeMs.count) === responseTimeMs.total, "the histogram does not add up"),
    ...unless(
      ladder.every((value, index) => index === 0 || ladder[index - 1]! <= value),
      "percentiles cross",
    ),
    ...unless(parts + (metrics.stateMeanMs ?? 0) <= mean * (1 + ROUNDING) + ROUNDING, `parts exceed the mean ${mean}`),
  ];
}

function servers({ servers, metrics, warmUpMs, digest, faults }: RunRecord): readonly string[] {
  const reached = sum(servers.map((server) => server.requests));
  return [
    ...servers.flatMap(({ name, utilisation }) =>
      unless(utilisation === null || utilisation <= 1 + ROUNDING, `${name} was ${utilisation} busy`),
    ),
    ...unless(warmUpMs > 0 || reached <= digest.decisions, "servers got more requests than were sent to them"),
    ...unless(
      metrics.requestsAnswered === 0 || warmUpMs > 0 || reached >= (metrics.requestsAnswered ?? 0),
      "more answers than requests that reached a server",
    ),
    ...unless(
      sum(servers.map((server) => server.crashes)) === 0 || faults.some((fault) => fault.kind === "crash"),
      "a server crashed of itself",
    ),
  ];
}

function timeline({ timeline, metrics, durationMs, warmUpMs }: RunRecord, { windowMs }: Scenario): readonly string[] {
  const windows = Math.ceil(durationMs / windowMs);
  const bad: string[] = [...unless(timeline.windows === windows, `${timeline.windows} windows, not ${windows}`)];
  if (warmUpMs > 0) return bad;
  const whole: readonly [string, readonly number[], number | null][] = [
    ["offered", timeline.requestsOffered, metrics.requestsOffered],
    ["answered", timeline.requestsAnswered, metrics.requestsAnswered],
    ["born", timeline.sessionsBorn, metrics.sessionsBorn],
    ["moved", timeline.sessionsMoved, metrics.sessionsMoved],
    ["stale", timeline.staleReads, metrics.staleReads],
    ["lost", timeline.sessionsLost.flatMap((entry) => entry.count), metrics.sessionsLost],
    ["heat", timeline.heat.filter((_, index) => index % 3 === 2), metrics.requestsAnswered],
  ];
  for (const [name, columns, total] of whole) {
    bad.push(...unless(sum(columns) === total, `${name}: ${sum(columns)} in the windows, ${total} in all`));
  }
  return bad;
}

function decisions({ digest }: RunRecord): readonly string[] {
  const full = Math.floor(digest.decisions / digest.windowSize);
  return unless(digest.windows.length === full, "the digest's windows do not fit its decisions");
}

/** Requests that bring nothing to be recognised by, as a mechanism's knobs may have it. */
const mayLackKey = ({
  absentFraction = 0,
  missedFraction = 0,
  learns,
  key,
  cookie,
}: Strategy["affinity"]["knobs"]): boolean =>
  absentFraction !== 0 ||
  missedFraction !== 0 ||
  learns === "carried" ||
  key === "address-and-port" ||
  cookie === "application";

/** A cause can only be named when there was an occasion for it. */
function causes({ sessionsLostByCause }: RunRecord, scenario: Scenario, { affinity }: Strategy): readonly string[] {
  const { populations, cluster, faults } = scenario;
  const has = (...kinds: readonly Fault["kind"][]) => faults.some((fault) => kinds.includes(fault.kind));
  const crashes = has("crash");
  const drains = has("drain", "scale-in");
  const failsChecks = has("checks-fail") && cluster.balancers.healthCheck !== null;
  const changes = crashes || drains || failsChecks || has("scale-out");
  // Requests of one session overlap: of two logins at once, one server keeps the copy and another is bound.
  const overlaps = populations.some(
    ({ arrivals, session }) => arrivals.process === "trace" || session.parallel !== null || session.polling !== null,
  );
  const someone = (is: (clients: Scenario["populations"][number]["clients"]) => boolean) =>
    populations.some((population) => is(population.clients));
  const isPossible: Readonly<Partial<Record<Cause, boolean>>> = {
    crash: crashes,
    "scale-in": drains,
    drain: drains,
    "store-crash": has("store-crash", "store-hang", "store-cut-off", "store-flush"),
    "store-failover": has("store-crash", "store-hang", "store-cut-off"),
    "store-flush": has("store-flush"),
    "split-brain": has("store-hang", "store-cut-off"),
    "balancer-restart": has("balancer-restart", "balancer-reload"),
    "replication-lag": true,
    failover: (crashes && cluster.balancers.healthCheck !== null) || failsChecks || drains,
    overflow: cluster.balancers.redispatch > 0 || cluster.servers.some(({ maxConnections }) => maxConnections !== null),
    "no-affinity": affinity.name === "none" || overlaps || mayLackKey(affinity.knobs),
    rehash: changes || overlaps,
    "address-changed": someone(({ mobileFraction }) => mobileFraction > 0),
    "cookie-refused": someone(({ cookiesFraction }) => cookiesFraction < 1),
    "binding-expired":
      overlaps || Object.entries(affinity.knobs).some(([name, value]) => name.endsWith("Ms") && value !== null),
    "binding-evicted": affinity.knobs["entries"] !== undefined,
    "unsynchronised-balancer": cluster.balancers.count > 1,
    "shared-address":
      overlaps || Number(affinity.knobs["prefixBits"] ?? 32) < 32 || someone(({ natFraction }) => natFraction > 0),
    "binding-reset": changes && affinity.knobs["whenServersChange"] !== "keep",
    // A table that drops a few looks at a few only, and finds them all in use now and then.
    "binding-refused": affinity.knobs["whenFull"] !== "drop-oldest",
    "old-route": changes || overlaps || cluster.balancers.redispatch > 0,
    "link-missed": affinity.knobs["missedFraction"] !== 0,
    "tls-session-changed": affinity.knobs["resumingFraction"] !== undefined,
    "cookie-overflow": true,
  };
  return sessionsLostByCause.flatMap(({ cause }) =>
    unless(isPossible[cause] ?? true, `a loss by ${cause}, out of nothing`),
  );
}
