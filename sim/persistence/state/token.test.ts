import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { Bench, told } from "./testing/bench.ts";

const MINUTE = 60_000;

/** Cryptography that takes no time, and a store that answers at once. */
const quick = {
  algorithm: "HS256",
  checkMs: 0,
  signMs: 0,
  refreshMs: 0,
  lookupMs: 0,
  denylistDelayMs: 0,
  roundTripMs: 0,
  operationMs: 0,
  perKibMs: 0,
};

const made = (knobs: Knobs = {}, holds = "session") => {
  const bench = new Bench("token", 3, { ...quick, lifeMs: 15 * MINUTE, holds, ...knobs });
  bench.begin(0);
  bench.bytes.set(0, 300);
  return bench;
};

/** A read with everything that it waits for. */
const reads = (bench: Bench, server = 0, session = 0) => {
  const read = bench.read(session, server);
  bench.settle();
  return told(read);
};
const logIn = (bench: Bench, session = 0) => {
  const write = bench.write(session, 0, 1);
  bench.settle();
  return write;
};

describe("a token that holds the session", () => {
  it("brings it to any server, through any crash, until it expires", () => {
    const bench = made({ refreshes: false });
    logIn(bench);
    bench.crash(0);
    bench.to(15 * MINUTE);
    expect(reads(bench, 1)).toBe(1);
    bench.to(15 * MINUTE + 1);
    expect(reads(bench, 1)).toBe("expired: token-expired");
    expect(bench.backend.copies(3)).toBe(0);
  });

  it("is made anew by every change, and its life begins anew", () => {
    const bench = made({ refreshes: false });
    logIn(bench);
    bench.to(10 * MINUTE);
    bench.write(0, 1, 2);
    bench.to(25 * MINUTE);
    expect(reads(bench)).toBe(2);
  });

  it("weighs 481 bytes with 300 of payload and HS256, and goes behind `Authorization: Bearer ` on every request", () => {
    const bench = made();
    logIn(bench);
    expect(bench.cookieBytes).toBe(22 + 481);
    reads(bench);
    expect(bench.cookieBytes).toBe(2 * (22 + 481));
  });

  it("in a cookie has the browser's limit: 3005 bytes fit, 3006 do not", () => {
    for (const bytes of [3005, 3006]) {
      const bench = made({ bearer: "cookie" });
      bench.bytes.set(0, bytes);
      logIn(bench);
      expect(reads(bench)).toBe(bytes === 3005 ? 1 : "missing: cookie-overflow");
    }
  });

  it("that has outgrown its cookie leaves the user with the one before, silently", () => {
    const bench = made({ bearer: "cookie" });
    logIn(bench);
    bench.bytes.set(0, 3006);
    bench.write(0, 0, 2);
    expect(reads(bench)).toBe(1);
    expect(bench.backend.cause).toBe("cookie-overflow");
  });

  it("in a cookie is refused with it, in a header it is not", () => {
    for (const bearer of ["cookie", "header"]) {
      const bench = made({ bearer });
      bench.refusesCookies.add(0);
      logIn(bench);
      expect(reads(bench)).toBe(bearer === "header" ? 1 : "missing: cookie-refused");
    }
  });

  it("too long for the headers a server takes is answered by none", () => {
    const bench = made();
    bench.bytes.set(0, 6000);
    logIn(bench);
    expect(reads(bench)).toBe("unavailable");
  });
});

describe("a token that holds the identity", () => {
  it("is as long whatever the session has grown to, which a store keeps, on disk", () => {
    const bench = made({ claimsBytes: 300 }, "identity");
    bench.bytes.set(0, 100_000);
    logIn(bench);
    expect(bench.cookieBytes).toBe(22 + 481);
    expect(bench.storeOperations).toBe(1);
    bench.write(0, 1, 2);
    bench.settle();
    expect(reads(bench, 2)).toBe(2);
    expect(bench.storeOperations).toBe(3);
    bench.backend.storeFaultBegins("crash", 0);
    expect(reads(bench)).toBe("unavailable");
    bench.backend.storeFaultEnds("crash", 0);
    expect(reads(bench)).toBe(2);
    expect(bench.backend.copies(3)).toBe(1);
  });

  it("saves the store the touch of a request that changes nothing", () => {
    const bench = made({}, "identity");
    logIn(bench);
    bench.write(0, 0, 1, false);
    bench.settle();
    expect(bench.storeOperations).toBe(1);
  });
});

describe("its cryptography", () => {
  it("takes a server's time: a millisecond to sign and thirty microseconds to check with RS256", () => {
    const bench = new Bench("token", 2, { holds: "session", algorithm: "RS256" });
    bench.begin(0);
    const login = bench.write(0, 0, 1);
    bench.settle();
    expect(login.atMs).toBe(1);
    const read = bench.read(0, 0);
    bench.settle();
    expect(read.atMs).toBeCloseTo(1.03, 9);
  });
});

describe("an expired token", () => {
  it("is exchanged with the issuer, whose round trip the request pays", () => {
    const bench = made({ refreshMs: 30 });
    logIn(bench);
    bench.to(20 * MINUTE);
    const read = bench.read(0, 0);
    bench.settle();
    expect([told(read), read.atMs]).toEqual([1, 20 * MINUTE + 30]);
  });

  it("ends the session when the issuer has not been asked for too long, or the login is too long ago", () => {
    const idle = made({ refreshIdleMs: 30 * MINUTE });
    logIn(idle);
    idle.to(31 * MINUTE);
    expect(reads(idle)).toBe("expired: token-expired");

    const old = made({ refreshLifeMs: 60 * MINUTE });
    logIn(old);
    for (const minute of [20, 40, 60]) {
      old.to(minute * MINUTE);
      const read = old.read(0, 0);
      old.settle();
      expect(told(read)).toBe(1);
      old.deliver(read);
    }
    // The token of the last exchange is good to its end.
    old.to(75 * MINUTE);
    expect(reads(old)).toBe(1);
    old.to(76 * MINUTE);
    expect(reads(old)).toBe("expired: token-expired");
  });

  it("presented twice by requests that met is taken for theft where refresh tokens rotate, unless forgiven for a while", () => {
    for (const [reuseGraceMs, expected] of [
      [0, "expired: token-revoked"],
      [2000, 1],
    ] as const) {
      const bench = made({ rotates: true, reuseGraceMs });
      logIn(bench);
      bench.to(20 * MINUTE);
      expect(reads(bench)).toBe(1);
      // The second one had left before the first one's answer was there.
      bench.to(20 * MINUTE + 1000);
      expect(reads(bench)).toBe(expected);
    }
    const without = made({ rotates: false });
    logIn(without);
    without.to(20 * MINUTE);
    expect([reads(without), reads(without)]).toEqual([1, 1]);
  });
});

describe("clocks that differ", () => {
  it("let a server refuse a token that was just made, unless the tolerance covers it", () => {
    const SERVERS = 200;
    for (const [leewayMs, expected] of [
      [0, 0.5],
      [1000, 0.1587],
      [60_000, 0],
    ] as const) {
      const bench = new Bench("token", SERVERS, { ...quick, holds: "session", clockSkewMs: 1000, leewayMs });
      bench.begin(0);
      logIn(bench);
      const refused = Array.from({ length: SERVERS }, (_, server) => reads(bench, server)).filter(
        (found) => found === "unavailable",
      ).length;
      // A normal clock is behind by more than the tolerance with that probability; four standard errors.
      const tolerance = 4 * Math.sqrt((expected * (1 - expected)) / SERVERS);
      expect(Math.abs(refused / SERVERS - expected)).toBeLessThanOrEqual(tolerance);
    }
  });
});

describe("a revoked session", () => {
  const SESSIONS = 200;
  const LIFE = 100_000;
  const STEP = 2000;

  /** When each session, used every other second, was refused. */
  const refusedAtMs = (knobs: Knobs) => {
    const bench = new Bench("token", 1, {
      ...quick,
      holds: "session",
      lifeMs: LIFE,
      refreshIdleMs: 10 * LIFE,
      refreshLifeMs: 1000 * LIFE,
      revokeAfterMs: LIFE,
      ...knobs,
    });
    return Array.from({ length: SESSIONS }, (_, session) => {
      bench.begin(session);
      const startMs = bench.nowMs;
      logIn(bench, session);
      for (;;) {
        bench.to(bench.nowMs + STEP);
        const read = bench.read(session, 0);
        if (told(read) !== 1) {
          expect(told(read)).toBe("expired: token-revoked");
          return bench.nowMs - startMs;
        }
        // What an expired token was exchanged for reaches the client with the answer.
        bench.deliver(read);
      }
    });
  };

  it("works on for half the token's life on average without a denylist, and for the list's delay with one", () => {
    const listed = refusedAtMs({ denylist: true });
    const late = refusedAtMs({ denylist: true, denylistDelayMs: 6000 });
    const unlisted = refusedAtMs({});
    const lags = unlisted.map((atMs, session) => atMs - listed[session]!);
    // Uniform over a life and a step: its standard deviation over √12; what is seen is rounded up to steps.
    const mean = lags.reduce((sum, lag) => sum + lag, 0) / SESSIONS;
    expect(Math.abs(mean - (LIFE + STEP) / 2)).toBeLessThan((4 * (LIFE + STEP)) / Math.sqrt(12 * SESSIONS) + STEP);
    expect(Math.max(...lags)).toBeLessThanOrEqual(LIFE + STEP);
    expect(Math.min(...lags)).toBeGreaterThanOrEqual(0);
    // An exchange that comes due before the list knows finds the revocation out first: here in 6 of 102 s.
    const lateBy = late.map((atMs, session) => atMs - listed[session]!);
    expect(Math.max(...lateBy)).toBe(6000);
    const share = lateBy.filter((lag) => lag < 6000).length / SESSIONS;
    expect(Math.abs(share - 6 / 102)).toBeLessThan(4 * Math.sqrt((6 * 96) / 102 ** 2 / SESSIONS) + 2 / 102);
  });

  it("is counted with every read that it is found by all the same, and with none that a denylist stops", () => {
    for (const [denylist, expected] of [
      [false, [0, 1, 2]],
      [true, [0, 0, 0]],
    ] as const) {
      const bench = made({ denylist, denylistDelayMs: 0, revokeAfterMs: MINUTE });
      logIn(bench);
      reads(bench);
      const counts = [bench.revokedReads];
      // Ten times the mean, and the token is still good: e^-10 are not revoked by then.
      bench.to(10 * MINUTE);
      for (let read = 0; read < 2; read++) {
        reads(bench);
        counts.push(bench.revokedReads);
      }
      expect(counts).toEqual(expected);
    }
  });

  it("passes while the list does not answer, or nobody does; and again when it was emptied", () => {
    for (const denylistFails of ["open", "closed"]) {
      const bench = made({ denylist: true, revokeAfterMs: 1, denylistFails });
      logIn(bench);
      bench.to(MINUTE);
      bench.backend.storeFaultBegins("hang", 0);
      expect(reads(bench)).toBe(denylistFails === "open" ? 1 : "unavailable");
      bench.backend.storeFaultEnds("hang", 0);
      expect(reads(bench)).toBe("expired: token-revoked");
      bench.backend.storeFaultBegins("flush", 0);
      bench.backend.storeFaultEnds("flush", 0);
      expect(reads(bench)).toBe(1);
    }
  });

  it("pays a look-up on every request for the list", () => {
    const bench = made({ denylist: true, lookupMs: 2 });
    logIn(bench);
    const read = bench.read(0, 0);
    bench.settle();
    expect([told(read), read.atMs, bench.storeOperations]).toEqual([1, 2, 1]);
  });

  it("is another one after the next login, with a time of its own", () => {
    const bench = made({ denylist: true, revokeAfterMs: 1000 });
    const ends: number[] = [];
    for (let login = 0; login < 3; login++) {
      bench.begin(0);
      const startMs = bench.nowMs;
      logIn(bench);
      while (reads(bench) === 1) bench.to(bench.nowMs + 1);
      ends.push(bench.nowMs - startMs);
    }
    expect(new Set(ends).size).toBe(3);
  });
});
