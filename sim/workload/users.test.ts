import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { population } from "../cluster/testing/scenario.ts";
import { expectEven, expectFits, expectFollows, expectShare } from "../engine/testing/fit.ts";
import type { Population } from "../scenario.ts";
import * as field from "./sessions.ts";
import { HAS_NEW_ADDRESS, IS_BORN, IS_MOBILE, RETURNS_COOKIES, Sessions } from "./sessions.ts";
import { Users } from "./users.ts";

const everybody = population();

interface Parts {
  readonly session?: Partial<Population["session"]>;
  readonly clients?: Partial<Population["clients"]>;
  readonly retry?: Partial<Population["retry"]>;
  readonly rest?: Partial<Population>;
  readonly seed?: number;
}

function usersOf({ session, clients, retry, rest, seed = 1 }: Parts = {}) {
  const sessions = new Sessions(true);
  const made = population({
    session: { ...everybody.session, ...session },
    clients: { ...everybody.clients, ...clients },
    retry: { ...everybody.retry, ...retry },
    ...rest,
  });
  const users = new Users(made, sessions, { law: "exponential", mean: 20 }, seed);
  return { users, sessions };
}

/** A population of which everything is drawn. */
const varied: Parts = {
  session: {
    requests: { law: "geometric", mean: 6 },
    thinkMs: { law: "exponential", mean: 1000 },
    writesFraction: 0.3,
    stateBytes: { law: "lognormal", mean: 4000, cv: 1 },
    growthBytesPerWrite: 10,
    transactions: { fraction: 0.2, steps: 3 },
  },
  clients: {
    natFraction: 0.3,
    natAddresses: 5,
    natZipfExponent: 1,
    mobileFraction: 0.4,
    addressChangeMeanMs: 2000,
    cookiesFraction: 0.9,
  },
  retry: { attempts: 3, backoffMs: 10, backoffCapMs: 100, jitter: "full" },
  rest: { urls: { count: 50, zipfExponent: 1 }, batch: { law: "uniform", low: 1, high: 4 } },
};

/** All that the users say of request `number` of visit `visit`, in slot `slot`. */
function everything({ users, sessions }: ReturnType<typeof usersOf>, slot: number, visit: number, number: number) {
  const drawn = new Float64Array(2);
  users.begin(slot, visit, 0);
  users.drawDemand(drawn, 0, slot, number);
  users.drawThink(drawn, 1, slot, number);
  const begun = [
    sessions.ints[slot * field.INTS + field.PLANNED],
    sessions.ints[slot * field.INTS + field.META],
    users.addressOf(slot),
    users.bytesOf(slot),
  ];
  users.refreshAddress(slot, number);
  return [
    ...begun,
    users.addressOf(slot),
    ...drawn,
    users.batchSize(visit),
    users.writesAt(slot, number),
    users.startsTransaction(slot, number),
    users.urlAt(slot, number),
    users.backoffMs(slot, number, 1),
  ];
}

describe("users", () => {
  it("do what follows from the visit's and the request's number, whatever was asked before and wherever they sit", () => {
    const place = fc.tuple(fc.nat(10_000), fc.nat(30));
    fc.assert(
      fc.property(fc.integer(), fc.array(place, { minLength: 1, maxLength: 15 }), (seed, places) => {
        const parts = { ...varied, seed };
        const inOrder = usersOf(parts);
        const first = places.map(([visit, number]) => everything(inOrder, 0, visit, number));
        const reversed = usersOf(parts);
        for (let i = places.length - 1; i >= 0; i--) {
          expect(everything(reversed, i, places[i]![0], places[i]![1])).toEqual(first[i]);
        }
      }),
    );
  });

  it("differ from seed to seed and from population to population", () => {
    const of = (parts: Parts) => Array.from({ length: 20 }, (_, i) => everything(usersOf(parts), 0, i, 1));
    expect(of({ ...varied, seed: 2 })).not.toEqual(of(varied));
    expect(of({ ...varied, rest: { ...varied.rest, name: "others" } })).not.toEqual(of(varied));
  });

  it("have traits in the given shares, one apart from the other", () => {
    const { users, sessions } = usersOf({ clients: { cookiesFraction: 0.7, mobileFraction: 0.2 } });
    const counts = [0, 0, 0, 0];
    for (let visit = 0; visit < 20_000; visit++) {
      users.begin(0, visit, 0);
      counts[sessions.ints[field.META]! & (RETURNS_COOKIES | IS_MOBILE)]!++;
    }
    expectFits(counts, [0.3 * 0.8, 0.7 * 0.8, 0.3 * 0.2, 0.7 * 0.2]);
  });

  it("have them for certain at shares of 0 and 1", () => {
    const { users, sessions } = usersOf({ clients: { cookiesFraction: 1, mobileFraction: 0 } });
    const flags = Array.from({ length: 100 }, (_, visit) => {
      users.begin(0, visit, 0);
      return sessions.ints[field.META];
    });
    expect(new Set(flags)).toEqual(new Set([RETURNS_COOKIES]));
  });

  it("send at least one request, and a whole number of them", () => {
    const { users, sessions } = usersOf({ session: { requests: { law: "uniform", low: 0, high: 3 } } });
    const counts = [0, 0, 0];
    for (let visit = 0; visit < 6000; visit++) {
      users.begin(0, visit, 0);
      counts[sessions.ints[field.PLANNED]! - 1]!++;
    }
    expectFits(counts, [1.5 / 3, 1 / 3, 0.5 / 3]);
  });

  it("begin a visit with nothing left of the one before in the slot", () => {
    const { users, sessions } = usersOf();
    users.begin(0, 5, 0);
    const fresh = [sessions.ints[field.META], users.addressOf(0)];
    sessions.ints[field.ISSUED] = 9;
    sessions.ints[field.WRITES] = 3;
    sessions.ints[field.SERVER] = 2;
    sessions.mark(0, 7, 255);
    sessions.setTransactionLeft(0, 1);
    users.begin(0, 5, 2);
    const { ints } = sessions;
    expect([field.VISIT_LOW, field.ISSUED, field.WRITES, field.SERVER].map((column) => ints[column])).toEqual([
      5, 0, 0, -1,
    ]);
    expect(sessions.populationOf(0)).toBe(2);
    users.begin(0, 5, 0);
    expect([sessions.ints[field.META], users.addressOf(0)]).toEqual(fresh);
    expect([sessions.ints[field.META]! & IS_BORN, sessions.transactionLeftOf(0)]).toEqual([0, 0]);
  });

  it("carry state that grows with every write, from a size of the visit's own", () => {
    const { users, sessions } = usersOf({
      session: { stateBytes: { law: "uniform", low: 1000, high: 2000 }, growthBytesPerWrite: 50 },
    });
    const sizes = Array.from({ length: 2000 }, (_, visit) => {
      users.begin(0, visit, 0);
      return users.bytesOf(0);
    });
    expectFollows(sizes, (x) => (x - 1000) / 1000);
    sessions.ints[field.WRITES] = 4;
    expect(users.bytesOf(0)).toBe(sizes[1999]! + 200);
  });
});

describe("clients' addresses", () => {
  it("are shared by the given share of clients, the k-th gateway by k^-z of them", () => {
    const { users } = usersOf({ clients: { natFraction: 0.4, natAddresses: 4, natZipfExponent: 1 } });
    const clients = new Map<number, number>();
    for (let visit = 0; visit < 20_000; visit++) {
      users.begin(0, visit, 0);
      clients.set(users.addressOf(0), (clients.get(users.addressOf(0)) ?? 0) + 1);
    }
    const shared = [...clients.values()].filter((count) => count > 100).sort((a, b) => b - a);
    const alone = 20_000 - shared.reduce((sum, count) => sum + count, 0);
    // Weights 12, 6, 4 and 3 of 25.
    expectFits([...shared, alone], [12, 6, 4, 3].map((weight) => (0.4 * weight) / 25).concat(0.6));
  });

  it("are nearly always one's own without gateways, and scattered evenly", () => {
    const { users } = usersOf();
    const addresses = Array.from({ length: 20_000 }, (_, visit) => {
      users.begin(0, visit, 0);
      return users.addressOf(0);
    });
    // 20,000² / 2^33 = 0.05 pairs meet by chance.
    expect(20_000 - new Set(addresses).size).toBeLessThanOrEqual(1);
    const cells = new Array<number>(256).fill(0);
    for (const address of addresses) cells[address >>> 24]!++;
    expectEven(cells);
  });

  it("change for mobile clients with the chance of a change during the think time before the request", () => {
    const { users, sessions } = usersOf({
      session: { thinkMs: { law: "exponential", mean: 3000 } },
      clients: { mobileFraction: 1, addressChangeMeanMs: 9000 },
    });
    let changes = 0;
    let marked = 0;
    for (let visit = 0; visit < 10_000; visit++) {
      users.begin(0, visit, 0);
      const before = users.addressOf(0);
      users.refreshAddress(0, 1);
      const isMarked = (sessions.ints[field.META]! & HAS_NEW_ADDRESS) !== 0;
      if (users.addressOf(0) !== before) changes++;
      if (isMarked && users.addressOf(0) !== before) marked++;
      else if (isMarked) marked = Number.NaN;
    }
    expect(marked).toBe(changes);
    // Two exponentials race: a change comes before the think time ends with probability 3000 / (3000 + 9000).
    expectShare(changes, 10_000, 1 / 4);
  });

  it("change by the length of a constant think time too", () => {
    const { users } = usersOf({
      session: { thinkMs: { law: "constant", value: 1000 } },
      clients: { mobileFraction: 1, addressChangeMeanMs: 2000 },
    });
    let changes = 0;
    users.begin(0, 1, 0);
    for (let number = 1; number <= 10_000; number++) {
      const before = users.addressOf(0);
      users.refreshAddress(0, number);
      if (users.addressOf(0) !== before) changes++;
    }
    expectShare(changes, 10_000, 1 - Math.exp(-0.5));
  });

  it("stay for everybody else, and before anybody's first request", () => {
    const session = { thinkMs: { law: "constant", value: 1000 } } as const;
    const still = usersOf({ session, clients: { mobileFraction: 0, addressChangeMeanMs: 0.001 } });
    const moving = usersOf({ session, clients: { mobileFraction: 1, addressChangeMeanMs: 0.001 } });
    for (let visit = 0; visit < 200; visit++) {
      still.users.begin(0, visit, 0);
      moving.users.begin(0, visit, 0);
      const [own, other] = [still.users.addressOf(0), moving.users.addressOf(0)];
      still.users.refreshAddress(0, 5);
      moving.users.refreshAddress(0, 0);
      expect([still.users.addressOf(0), moving.users.addressOf(0)]).toEqual([own, other]);
    }
  });
});

describe("users' requests", () => {
  it("write in the given share, the first of a visit always", () => {
    const { users } = usersOf({ session: { writesFraction: 0.3 } });
    const visits = Array.from({ length: 5000 }, (_, visit) => visit);
    const writes = (those: Users, visit: number, number: number) => {
      those.begin(0, visit, 0);
      return those.writesAt(0, number);
    };
    const never = usersOf().users;
    expect(visits.every((visit) => writes(users, visit, 0))).toBe(true);
    expectShare(visits.filter((visit) => writes(users, visit, 1)).length, 5000, 0.3);
    expect(visits.some((visit) => writes(never, visit, 1))).toBe(false);
  });

  it("start transactions in the given share", () => {
    const { users } = usersOf({ session: { transactions: { fraction: 0.1, steps: 4 } } });
    const starts = Array.from({ length: 5000 }, (_, number) => users.startsTransaction(3, number));
    expectShare(starts.filter((starts) => starts).length, 5000, 0.1);
    expect(usersOf().users.startsTransaction(3, 1)).toBe(false);
  });

  it("ask for URLs by Zipf's law, from 1 up", () => {
    const { users } = usersOf({ rest: { urls: { count: 5, zipfExponent: 1 } } });
    const counts = [0, 0, 0, 0, 0];
    for (let number = 0; number < 10_000; number++) counts[users.urlAt(7, number) - 1]!++;
    expectFits(
      counts,
      [60, 30, 20, 15, 12].map((weight) => weight / 137),
    );
    expect(usersOf().users.urlAt(7, 3)).toBe(1);
  });

  it("are worth the population's own work where it has one, else the cluster's", () => {
    const demands = (parts: Parts) => {
      const { users } = usersOf(parts);
      const target = new Float64Array(3000);
      for (let number = 0; number < 3000; number++) users.drawDemand(target, number, 1, number);
      return target;
    };
    expectFollows(demands({}), (x) => 1 - Math.exp(-x / 20));
    expect(new Set(demands({ rest: { serviceMs: { law: "constant", value: 3 } } }))).toEqual(new Set([3]));
  });

  it("arrive in batches of the given sizes, at least one at a time", () => {
    const { users } = usersOf({ rest: { batch: { law: "uniform", low: 0, high: 2 } } });
    const counts = [0, 0];
    for (let k = 0; k < 4000; k++) counts[users.batchSize(k) - 1]!++;
    expectFits(counts, [3 / 4, 1 / 4]);
    expect(usersOf().users.batchSize(9)).toBe(1);
  });

  it("wait before a retry for twice as long each time, up to the cap", () => {
    const { users } = usersOf({ retry: { backoffMs: 100, backoffCapMs: 1000, jitter: "none" } });
    expect([0, 1, 2, 3, 4, 200].map((retry) => users.backoffMs(1, 2, retry))).toEqual([100, 200, 400, 800, 1000, 1000]);
    const low = usersOf({ retry: { backoffMs: 100, backoffCapMs: 30, jitter: "none" } });
    expect(low.users.backoffMs(1, 2, 0)).toBe(30);
  });

  it("wait uniformly below that with full jitter, each retry on its own", () => {
    const { users } = usersOf({ retry: { backoffMs: 100, backoffCapMs: 1000, jitter: "full" } });
    const waits = (retry: number) =>
      Array.from({ length: 3000 }, (_, visit) => {
        users.begin(0, visit, 0);
        return users.backoffMs(0, 2, retry);
      });
    expectFollows(waits(0), (x) => x / 100);
    expectFollows(waits(3), (x) => x / 800);
    expect(waits(5)).not.toEqual(waits(4));
  });
});
