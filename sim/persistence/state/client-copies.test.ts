import { describe, expect, it } from "vitest";
import { Draws } from "../../engine/draws.ts";
import { ClientCopies, NOTHING } from "./client-copies.ts";

/** Requests 0 … 999 are session 0's, the next thousand session 1's. */
const sessionOf = (request: number) => Math.floor(request / 1000);
const copies = () => {
  const made = new ClientCopies({ sessionOf, attach: (columns) => columns.grow(2), hasDates: true, hasStamps: true });
  made.forget(0);
  made.forget(1);
  return made;
};

const exchange = (held: ClientCopies, request: number, contains: number) => {
  held.sent(request);
  held.bring(request, contains, 10 * contains, 100 * contains);
  held.arrived(request);
};

describe("copies that travel with the client", () => {
  it("are what the last answer brought: writes, date and stamp, each client its own", () => {
    const held = copies();
    exchange(held, 0, 1);
    exchange(held, 1000, 7);
    held.sent(1);
    held.sent(1001);
    expect([held.carriedBy(1), held.madeAt(1), held.stampOf(1)]).toEqual([1, 10, 100]);
    expect([held.carriedBy(1001), held.madeAt(1001), held.stampOf(1001)]).toEqual([7, 70, 700]);
  });

  it("stay as they are when an answer brings none", () => {
    const held = copies();
    exchange(held, 0, 3);
    held.sent(1);
    held.arrived(1);
    held.sent(2);
    expect(held.carriedBy(2)).toBe(3);
  });

  it("are carried as they were when the request was sent, whatever arrives meanwhile", () => {
    const held = copies();
    exchange(held, 0, 1);
    held.sent(1);
    exchange(held, 2, 2);
    expect(held.carriedBy(1)).toBe(1);
    held.sent(3);
    expect(held.carriedBy(3)).toBe(2);
  });

  it("are replaced by the answer that arrives last, not by the one that was made last", () => {
    for (const last of [1, 2]) {
      const held = copies();
      exchange(held, 0, 1);
      held.sent(1);
      held.sent(2);
      held.bring(1, 5, 0, 0);
      held.bring(2, 6, 0, 0);
      held.arrived(last === 1 ? 2 : 1);
      held.arrived(last);
      held.sent(3);
      expect(held.carriedBy(3)).toBe(last === 1 ? 5 : 6);
    }
  });

  it("of a session that is over do not come back with a late answer; a request sent before counts as sent now", () => {
    const held = copies();
    exchange(held, 0, 4);
    held.sent(1);
    held.sent(2);
    held.bring(1, 5, 0, 0);
    held.forget(0);
    held.arrived(1);
    expect(held.carriedBy(2)).toBe(NOTHING);
    held.begin(2);
    // The login that follows is an answer to the request that found the session gone.
    held.bring(2, 1, 0, 0);
    held.arrived(2);
    held.sent(3);
    expect(held.carriedBy(3)).toBe(1);
  });
});

describe("requests of one client that overlap", () => {
  const REQUESTS = 20_000;
  const draws = new Draws(1, "overlap");

  /** Of requests at rate 1 that each count one more on what they brought, and take a while, the share that is not counted. */
  const missing = (mean: number, takesMs: (k: number) => number) => {
    const held = new ClientCopies({
      sessionOf: () => 0,
      attach: (columns) => columns.grow(1),
      hasDates: false,
      hasStamps: false,
    });
    let nowMs = 0;
    const moments = Array.from({ length: REQUESTS }, (_, k) => {
      nowMs += draws.at(0, k).exponential();
      const lastsMs = mean * takesMs(k);
      return [
        { atMs: nowMs, request: k, isSent: true },
        { atMs: nowMs + lastsMs, request: k, isSent: false },
      ];
    }).flat();
    for (const { request, isSent } of moments.toSorted((a, b) => a.atMs - b.atMs)) {
      if (isSent) {
        held.sent(request);
        held.bring(request, held.carriedBy(request) + 1, 0, 0);
      } else {
        held.arrived(request);
      }
    }
    held.sent(REQUESTS);
    return 1 - held.carriedBy(REQUESTS) / REQUESTS;
  };

  it.each([0.05, 0.2, 1])(
    "lose m/(1+m) of their changes, however long each takes, m of them being under way on average (m = %f)",
    (m) => {
      // The count goes up once in a cycle of mean 1 + m and standard deviation √(1 + m²) at most: over n cycles the
      // share that is kept is off by that over (1 + m)√n, and the number of requests by 1/√REQUESTS.
      const kept = 1 / (1 + m);
      const cycles = REQUESTS * kept;
      const error = kept * Math.sqrt((1 + m * m) / ((1 + m) * (1 + m) * cycles) + 1 / REQUESTS);
      for (const takesMs of [() => 1, (k: number) => draws.at(1, k).exponential()]) {
        expect(Math.abs(missing(m, takesMs) - m / (1 + m))).toBeLessThan(4 * error);
      }
    },
  );
});
