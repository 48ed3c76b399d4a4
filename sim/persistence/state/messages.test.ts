import { expect, it } from "vitest";
import { Messages } from "./messages.ts";

it("messages under way keep apart, and leave their slots to others when they have arrived", () => {
  const messages = new Messages();
  const slots = Array.from({ length: 500 }, (_, i) => messages.put(i, 2 * i, 3 * i, 4 * i, 5 * i, 6 * i));
  expect(new Set(slots).size).toBe(500);
  slots.forEach((slot, i) => {
    const { session, tenancy, contains, life, newestLife, order } = messages;
    expect([session[slot], tenancy[slot], contains[slot]]).toEqual([i, 2 * i, 3 * i]);
    expect([life[slot], newestLife[slot], order[slot]]).toEqual([4 * i, 5 * i, 6 * i]);
  });
  for (const slot of slots) messages.release(slot);
  const again = Array.from({ length: 500 }, (_, i) => messages.put(i, 0, 0, 0));
  expect([...again].sort((a, b) => a - b)).toEqual([...slots].sort((a, b) => a - b));
});
