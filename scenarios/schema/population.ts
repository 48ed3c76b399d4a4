/** One population: users of one kind. */
import type { z } from "zod";
import { arrivals } from "./arrivals.ts";
import { closed } from "./closed.ts";
import { countLaw, durationLaw, sizeLaw } from "./distribution.ts";
import { count, duration, durationOrNone, plainNumber, share, size, word } from "./quantities.ts";

const positive = { above: 0 };

const transactions = closed({
  share: share().describe("Share of requests that begin a transaction."),
  steps: count({ minimum: 2 }).describe("Consecutive requests that must all succeed."),
});

const session = closed({
  requests: countLaw()
    .describe("Requests in a session, the login included; rounded, at least 1. Given by the log in a replay.")
    .optional(),
  think: durationLaw().describe("From an answer to the user's next request. Given by the log in a replay.").optional(),
  writes: share()
    .describe("Share of requests that change the session's data; the first always does. Given by the log in a replay.")
    .optional(),
  size: sizeLaw().describe("Size of the session's data at birth."),
  growth: size().describe("Growth of the data with every write.").prefault("0B"),
  transactions: transactions.describe("Flows of several requests that are worthless unless complete.").optional(),
});

const nat = closed({
  share: share().describe("Share of clients that sit behind a shared address."),
  addresses: count().describe("Number of shared addresses."),
  zipf: plainNumber({ minimum: 0 })
    .describe("The k-th shared address has weight k^-zipf; 0 makes them equal.")
    .prefault(0),
});

const mobile = closed({
  share: share().describe("Share of clients whose address changes while they are active."),
  changeEvery: duration(positive).describe("Mean time between changes (exponential)."),
});

const clients = closed({
  addresses: closed({
    nat: nat.describe("Clients behind shared addresses; none when absent.").optional(),
    mobile: mobile.describe("Clients whose address changes; none when absent.").optional(),
  })
    .describe("What the balancer sees as the source address. Given by the log in a replay.")
    .optional(),
  cookies: share().describe("Share of clients that return the cookies they are given.").prefault("100%"),
});

const urls = closed({
  count: count().describe("Number of URLs."),
  zipf: plainNumber({ minimum: 0 }).describe("The k-th URL has popularity k^-zipf; 0 makes them equal."),
});

const retry = closed({
  attempts: count({ minimum: 0 }).describe("Attempts after the first."),
  backoff: closed({
    exponential: duration().describe("Pause before the first retry; doubles with each one."),
    cap: duration().describe("Longest pause.").prefault("30s"),
    jitter: word(["none", "full"])
      .describe("full: the pause is uniform between zero and its nominal value.")
      .prefault("full"),
  }).describe("Pauses between attempts."),
});

const bytes = closed({
  request: sizeLaw().describe("Size of a request.").prefault("0B"),
  response: sizeLaw().describe("Size of an answer.").prefault("0B"),
});

export const population = closed({
  arrivals: arrivals.describe("How sessions arrive."),
  batch: countLaw().describe("Sessions that arrive together; one when absent.").optional(),
  session: session.describe("What one session does."),
  clients: clients.describe("How clients look to the balancer.").prefault({}),
  urls: urls
    .describe("What they ask for: { count: 1000, zipf: 1 } when absent. Given by the log in a replay.")
    .optional(),
  bytes: bytes
    .describe("What goes over the wire, for algorithms that balance traffic; not counted when absent.")
    .optional(),
  service: durationLaw().describe("Work per request on a server of speed 1; the cluster's when absent.").optional(),
  patience: durationOrNone(positive)
    .describe("A user waits this long for an answer, retries included, then leaves; none is for ever.")
    .prefault("none"),
  retry: retry.describe("What the client does after an error; no retry when absent.").optional(),
  afterFailure: word(["continue", "leave"])
    .describe("After a request failed for good: go on with the next one, or leave.")
    .prefault("continue"),
});

export type PopulationFile = z.output<typeof population>;
