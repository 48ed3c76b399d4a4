import { describe, expect, it } from "vitest";
import { NO_EVENT } from "../engine/kernel.ts";
import * as request from "./requests.ts";

const { INTS, FLOATS } = request;

describe("the slots of attempts", () => {
  it("go to another attempt once released, under a new generation", () => {
    const requests = new request.Requests();
    const slot = requests.take();
    const generation = requests.ints[slot * INTS + request.GENERATION]!;
    requests.release(slot);
    expect(requests.take()).toBe(slot);
    expect(requests.ints[slot * INTS + request.GENERATION]).not.toBe(generation);
  });

  it("keep what is in them while there are more and more", () => {
    const requests = new request.Requests();
    const slots = Array.from({ length: 500 }, (_, i) => {
      const slot = requests.take();
      requests.ints[slot * INTS + request.SESSION] = i;
      requests.floats[slot * FLOATS + request.STATE_MS] = i / 2;
      return slot;
    });
    expect(new Set(slots).size).toBe(500);
    slots.forEach((slot, i) => {
      expect(requests.ints[slot * INTS + request.SESSION]).toBe(i);
      expect(requests.floats[slot * FLOATS + request.STATE_MS]).toBe(i / 2);
    });
  });

  it("have generations that fit an event's operand and come round again", () => {
    const requests = new request.Requests();
    const slot = requests.take();
    requests.ints[slot * INTS + request.GENERATION] = request.GENERATION_MASK;
    requests.renew(slot);
    expect(requests.ints[slot * INTS + request.GENERATION]).toBe(0);
  });

  it("tell those in use from those that are free", () => {
    const requests = new request.Requests();
    const slots = [requests.take(), requests.take(), requests.take()];
    for (const slot of slots) requests.ints[slot * INTS + request.PHASE] = request.WORKING;
    requests.release(slots[1]!);
    expect(requests.slotsWhere(() => true)).toEqual([slots[0], slots[2]]);
  });

  it("hand what is the client's to an heir: no timers, no ghost's marks, a generation of its own", () => {
    const requests = new request.Requests();
    const [from, to] = [requests.take(), requests.take()];
    for (let field = 0; field < INTS; field++) requests.ints[from * INTS + field] = 100 + field;
    for (let field = 0; field < FLOATS; field++) requests.floats[from * FLOATS + field] = 0.5 + field;
    requests.ints[from * INTS + request.FLAGS] =
      request.WRITES | request.IS_MEASURED | request.IS_GHOST | request.IS_COUNTED;
    requests.ints[to * INTS + request.GENERATION] = 7;
    requests.copyClientSide(from, to);
    const word = (field: number) => requests.ints[to * INTS + field];
    expect([request.SESSION, request.NUMBER, request.ATTEMPT, request.URL, request.BALANCER].map(word)).toEqual(
      [request.SESSION, request.NUMBER, request.ATTEMPT, request.URL, request.BALANCER].map((field) => 100 + field),
    );
    expect(requests.floats[to * FLOATS + request.INTENDED_AT_MS]).toBe(0.5 + request.INTENDED_AT_MS);
    expect(word(request.FLAGS)).toBe(request.WRITES | request.IS_MEASURED);
    expect(word(request.GENERATION)).toBe(7);
    expect([word(request.TIMEOUT), word(request.PATIENCE)]).toEqual([NO_EVENT, NO_EVENT]);
  });
});
