/** Where two decision streams part, from their digests alone. */
import type { DigestRecord } from "../sim/record.ts";

/** Decisions `from` (counted from 0) up to but not including `to`; the first that differs is among them. */
export interface Divergence {
  readonly from: number;
  readonly to: number;
}

/** The running digest after `decisions` decisions, a multiple of the record's window size; undefined if it was not kept. */
const after = (digest: DigestRecord, decisions: number): string | undefined =>
  digest.windows[decisions / digest.windowSize - 1];

/**
 * The window that holds the first decision in which two streams differ; null when they are the same.
 *
 * The digest runs on from window to window, so once different it stays different: the first is found by bisection.
 * Window sizes are powers of two; where they differ, the coarser decides.
 */
export function firstDivergence(a: DigestRecord, b: DigestRecord): Divergence | null {
  if (a.value === b.value && a.decisions === b.decisions) return null;
  const size = Math.max(a.windowSize, b.windowSize);
  const shortest = Math.min(a.decisions, b.decisions);
  let same = 0;
  let different = Math.floor(shortest / size) + 1;
  while (different - same > 1) {
    const middle = (same + different) >>> 1;
    if (after(a, middle * size) === after(b, middle * size)) same = middle;
    else different = middle;
  }
  const longest = Math.max(a.decisions, b.decisions);
  return { from: same * size, to: Math.min((same + 1) * size, longest) };
}

/**
 * Whether a run that was made again, as far as it has come, decided as its record says up to, but not including,
 * `decisions`: a multiple of the record's window size, or all there are. Every window since the start counts, for the
 * digest runs on.
 */
export function agrees(recorded: DigestRecord, again: DigestRecord, decisions: number): boolean {
  if (decisions < recorded.decisions) {
    const expected = after(recorded, decisions);
    return expected !== undefined && expected === after(again, decisions);
  }
  return again.decisions === recorded.decisions && again.value === recorded.value;
}
