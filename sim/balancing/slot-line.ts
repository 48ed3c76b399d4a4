import { ServerHeap } from "./server-heap.ts";

/**
 * HAProxy's line of slots for whole `weights` (lb_map.c, 2.6): as many slots as the sum T of the weights. For every slot each
 * place adds its weight to its score, and the first with the highest score in whole lengths of the line gets it and pays T.
 *
 * Its rule looks at every place for every slot. What counts is floor(slot × weight / T) + 1 less the slots won so far, which
 * grows at known slots and falls when a slot is won: so places are kept in order, and only those that move are looked at.
 * O(T log places).
 */
export function lineOf(weights: ArrayLike<number>): Int32Array {
  const places = weights.length;
  const length = Array.from(weights).reduce((sum, weight) => sum + weight, 0);
  const line = new Int32Array(length);
  const rating = new Int32Array(places).fill(1);
  const inOrder = new ServerHeap(places);
  // Whose rating grows at a slot: the first of them, and for each the one after it.
  const firstAt = new Int32Array(length + 1).fill(-1);
  const after = new Int32Array(places);
  const grown = new Int32Array(places);
  const rank = (place: number) => inOrder.put(place, place - rating[place]! * places);
  const schedule = (place: number) => {
    const slot = Math.ceil((++grown[place]! * length) / weights[place]!);
    if (slot > length) return;
    after[place] = firstAt[slot]!;
    firstAt[slot] = place;
  };
  for (let place = 0; place < places; place++) {
    rank(place);
    schedule(place);
  }
  for (let slot = 1; slot <= length; slot++) {
    for (let place = firstAt[slot]!; place >= 0; ) {
      const next = after[place]!;
      rating[place]!++;
      rank(place);
      schedule(place);
      place = next;
    }
    const winner = inOrder.first(-1);
    rating[winner]!--;
    rank(winner);
    line[slot - 1] = winner;
  }
  return line;
}
