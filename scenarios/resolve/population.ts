import type { Population } from "../../sim/scenario.ts";
import type { PopulationFile } from "../schema/population.ts";
import { arrivalsOf } from "./arrivals.ts";

export function populationOf(name: string, file: PopulationFile): Population {
  const { session, clients, urls, retry } = file;
  const { nat, mobile } = clients.addresses ?? {};
  const { transactions, polling } = session;
  return {
    name,
    arrivals: arrivalsOf(file.arrivals),
    batch: file.batch ?? null,
    session: {
      // Absent only in a replay, where the log says it.
      requests: session.requests ?? { law: "constant", value: 1 },
      thinkMs: session.think ?? { law: "constant", value: 0 },
      writesFraction: session.writes ?? 0,
      stateBytes: session.size,
      growthBytesPerWrite: session.growth,
      changedBytesPerWrite: session.changes ?? null,
      transactions: transactions === undefined ? null : { fraction: transactions.share, steps: transactions.steps },
      parallel: session.parallel ?? null,
      polling:
        polling === undefined
          ? null
          : { intervalMs: polling.interval, writesFraction: polling.writes, renews: polling.renews },
      logoutFraction: session.logout,
      loginAt: session.loginAt,
    },
    clients: {
      natFraction: nat?.share ?? 0,
      natAddresses: nat?.addresses ?? 0,
      natZipfExponent: nat?.zipf ?? 0,
      mobileFraction: mobile?.share ?? 0,
      addressChangeMeanMs: mobile?.changeEvery ?? 0,
      cookiesFraction: clients.cookies,
    },
    urls: { count: urls?.count ?? 1000, zipfExponent: urls?.zipf ?? 1 },
    bytes: file.bytes ?? null,
    serviceMs: file.service ?? null,
    patienceMs: file.patience,
    retry: {
      attempts: retry?.attempts ?? 0,
      backoffMs: retry?.backoff.exponential ?? 0,
      backoffCapMs: retry?.backoff.cap ?? 0,
      jitter: retry?.backoff.jitter ?? "none",
    },
    afterFailure: file.afterFailure,
  };
}
