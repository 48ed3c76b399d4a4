import fc from "fast-check";
import { expect, it } from "vitest";
import { LruLists } from "./lru-lists.ts";

const step = fc.record({
  slot: fc.integer({ min: 0, max: 200 }),
  act: fc.constantFrom("use", "remove"),
  list: fc.integer({ min: 0, max: 1 }),
});

it("keeps the order of the last use in each list, whatever is added, used and removed", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const lists = new LruLists(2);
      const model: number[][] = [[], []];
      for (const { slot, act, list } of steps) {
        const home = model.findIndex((one) => one.includes(slot));
        if (home < 0) {
          lists.add(list, slot);
          model[list]!.unshift(slot);
        } else {
          model[home]!.splice(model[home]!.indexOf(slot), 1);
          if (act === "use") model[home]!.unshift(slot);
          if (act === "use") lists.use(home, slot);
          else lists.remove(home, slot);
        }
        for (const one of [0, 1]) expect(lists.oldest(one)).toBe(model[one]!.at(-1) ?? -1);
      }
    }),
    { seed: 1 },
  );
});
