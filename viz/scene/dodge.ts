/** Labels that would overlap move apart, as little as possible. */

/**
 * Places in the order of `wanted`, at least `gap` apart and within [`from`, `to`] where there is room; without it they
 * overlap evenly. Labels that touch form a block around the mean of their wishes, so none jumps over another.
 */
export function dodge(wanted: readonly number[], gap: number, from: number, to: number): readonly number[] {
  const room = wanted.length > 1 ? Math.min(gap, (to - from) / (wanted.length - 1)) : gap;
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const blocks: { members: number[]; start: number }[] = [];
  for (const index of order) {
    let block = { members: [index], start: clampStart(wanted[index]!, 1) };
    for (;;) {
      const before = blocks.at(-1);
      if (before === undefined || before.start + before.members.length * room <= block.start) break;
      blocks.pop();
      const members = [...before.members, ...block.members];
      const wish = members.reduce((sum, member, at) => sum + wanted[member]! - at * room, 0) / members.length;
      block = { members, start: clampStart(wish, members.length) };
    }
    blocks.push(block);
  }
  function clampStart(start: number, count: number): number {
    return Math.max(from, Math.min(start, to - (count - 1) * room));
  }
  const places = wanted.slice();
  for (const { members, start } of blocks)
    for (const [at, member] of members.entries()) places[member] = start + at * room;
  return places;
}
