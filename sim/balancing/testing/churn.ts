/** What happens to many keys when the fleet changes. */
import type { Bench } from "./bench.ts";

/** The server of every request 0 … keys - 1, none of which is under way when the next is placed. */
export const placements = (bench: Bench, keys: number): Int32Array =>
  Int32Array.from({ length: keys }, (_, key) => bench.serve(key));

export interface Moves {
  /** Keys whose server has changed. */
  readonly moved: number;
  /** Of those, the ones that were not on a server in `left` and are not on one in `joined` either. */
  readonly strays: number;
}

export function movesBetween(
  before: Int32Array,
  after: Int32Array,
  left: readonly number[],
  joined: readonly number[],
): Moves {
  let moved = 0;
  let strays = 0;
  before.forEach((from, key) => {
    const to = after[key]!;
    if (from === to) return;
    moved++;
    if (!left.includes(from) && !joined.includes(to)) strays++;
  });
  return { moved, strays };
}

/** How many keys each of `servers` servers has. */
export function countsOf(placed: Int32Array, servers: number): number[] {
  const counts = new Array<number>(servers).fill(0);
  for (const server of placed) counts[server]!++;
  return counts;
}
