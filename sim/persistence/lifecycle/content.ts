/** What a copy contains after two requests of one session have changed it. */
import type { Concurrency } from "../../scenario.ts";

/**
 * Writes that a copy with `held` of them contains after the write of a request that had read one with `contains - 1`, or
 * with `contains` where it changed nothing; -1 for a write that is refused.
 *
 * - last-write-wins, locked: the whole state is written, so that the copy is what the request made of the one it had read.
 * - merge: only what changed is written (Spring Session `ON_SET_ATTRIBUTE`, Infinispan FINE granularity); as long as requests
 *   change different attributes, nothing is lost, and that they do is taken for granted.
 * - optimistic: the write is refused if the copy is no longer the one that was read.
 */
export function contentAfter(kind: Concurrency["kind"], held: number, contains: number, changed: boolean): number {
  if (!changed) return held;
  if (kind === "merge") return held + 1;
  return kind === "optimistic" && held !== contains - 1 ? -1 : contains;
}

/**
 * Times that a server reads and writes again when a write has met another one. Where the rules do not say, once: MySQL's
 * `wsrep_retry_autocommit`, for databases that find conflicts whatever the framework does.
 */
export const conflictRetriesOf = (concurrency: Concurrency): number =>
  concurrency.kind === "optimistic" ? concurrency.retries : 1;
