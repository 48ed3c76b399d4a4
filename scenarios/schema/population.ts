/** One population: users of one kind. */
import { z } from "zod";
import { arrivals } from "./arrivals.ts";
import { closed } from "./closed.ts";
import { countLaw, durationLaw, sizeLaw } from "./distribution.ts";
import { count, duration, durationOrNone, plainNumber, share, size, word } from "./quantities.ts";

const positive = { above: 0 };

const transactions = closed({
  share: share().describe("Share of requests that begin a transaction."),
  steps: count({ minimum: 2 }).describe("Consecutive requests that must all succeed."),
});

const polling = closed({
  interval: duration(positive).describe("Time between two background requests."),
  writes: share().describe("Share of them that change the session's data.").prefault("0%"),
  renews: z
    .boolean({ error: "must be true or false" })
    .describe("Whether they start the idle limit anew, as requests of the user do; in most products they do.")
    .prefault(true),
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
  changes: size()
    .describe("How much of the data one write changes, for what sends or merges only that; all of it when absent.")
    .optional(),
  transactions: transactions.describe("Flows of several requests that are worthless unless complete.").optional(),
  parallel: countLaw()
    .describe(
      "Requests that a page sends together, the first page excepted; one when absent. Given by the log in a replay.",
    )
    .optional(),
  polling: polling
    .describe("What an open page asks for in the background; nothing when absent, and in a replay.")
    .optional(),
  logout: share()
    .describe(
      "Share of visits that end with a logout; the others leave a session behind that lives on until its limit.",
    )
    .prefault("100%"),
  loginAt: count({ minimum: 0 })
    .describe("Number of the request that logs the user in, the first being 0; before it nobody knows who it is.")
    .prefault(0),
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
