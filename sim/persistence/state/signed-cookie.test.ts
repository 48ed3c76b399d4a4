import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { PENDING, WRITTEN } from "./backend.ts";
import { Bench, told } from "./testing/bench.ts";

const made = (limitBytes = 4096, knobs: Knobs = {}) => {
  const bench = new Bench("signed-cookie", 3, { limitBytes, ...knobs });
  bench.begin(0);
  bench.bytes.set(0, 300);
  return bench;
};

/** `session=`, 300 bytes in base64, a dot and 43 characters of signature. */
const COOKIE_BYTES = 8 + 400 + 1 + 43;

describe("the signed cookie", () => {
  it("brings the session along to any server, through any crash", () => {
    const bench = made();
    bench.write(0, 0, 1);
    bench.crash(0);
    expect(told(bench.read(0, 1))).toBe(1);
    bench.write(0, 1, 2);
    expect(told(bench.read(0, 2))).toBe(2);
    expect(bench.backend.copies(3)).toBe(0);
  });

  it("travels up with every request and down with every change, in base64", () => {
    const bench = made();
    bench.write(0, 0, 1);
    expect(bench.cookieBytes).toBe(COOKIE_BYTES);
    bench.read(0, 1);
    expect(bench.cookieBytes).toBe(2 * COOKIE_BYTES);
    expect(bench.write(0, 1, 1, false).outcome).toBe(WRITTEN);
    expect(bench.cookieBytes).toBe(2 * COOKIE_BYTES);
    expect(bench).toMatchObject({ nowMs: 0, replicationMessages: 0, storeOperations: 0 });
  });

  it("is dropped by the browser above the limit, which keeps the one it had", () => {
    const bench = made(COOKIE_BYTES);
    bench.write(0, 0, 1);
    bench.bytes.set(0, 301);
    expect(bench.write(0, 0, 2).outcome).toBe(WRITTEN);
    expect(told(bench.read(0, 0))).toBe(1);
  });

  it("was never there when the first one was too large", () => {
    const bench = made(COOKIE_BYTES - 1);
    bench.write(0, 0, 1);
    expect(told(bench.read(0, 0))).toBe("missing: cookie-overflow");
  });

  it("does not come back from a client that refuses cookies", () => {
    const bench = made();
    bench.refusesCookies.add(0);
    bench.write(0, 0, 1);
    expect(bench.cookieBytes).toBe(COOKIE_BYTES);
    expect(told(bench.read(0, 0))).toBe("missing: cookie-refused");
    expect(bench.cookieBytes).toBe(COOKIE_BYTES);
  });

  it("belongs to one session: the next in the slot begins without", () => {
    const bench = made();
    bench.write(0, 0, 1);
    bench.begin(0);
    expect(told(bench.read(0, 0))).toMatch(/^missing/);
  });
});

describe("what it costs", () => {
  it("encrypted is 28 bytes more before base64, and no signature: 2800 bytes are 3771", () => {
    const bench = made(4096, { protection: "encrypted" });
    bench.bytes.set(0, 2800);
    bench.write(0, 0, 1);
    expect(bench.cookieBytes).toBe(8 + 3771);
  });

  it("is paid by every image of the page as well, at the client's uplink", () => {
    const bench = made(4096, { assetRequests: 29 });
    bench.write(0, 0, 1);
    const setBytes = bench.cookieBytes;
    bench.read(0, 0);
    expect(bench.cookieBytes - setBytes).toBe(30 * COOKIE_BYTES);
    // 4 KB on each of 30 requests: 0.98 s on a line of 1 Mbit/s.
    expect((30 * 4096 * 8) / 1e6).toBeCloseTo(0.98, 2);
  });

  it("is CPU time before and after the work, where it takes any", () => {
    const bench = made(4096, { checkMs: 2, signMs: 3 });
    const write = bench.write(0, 0, 1);
    expect(write.outcome).toBe(PENDING);
    bench.settle();
    expect(write).toMatchObject({ outcome: WRITTEN, atMs: 3 });
    const read = bench.read(0, 0);
    bench.settle();
    expect([told(read), read.atMs]).toEqual([1, 5]);
  });

  it("in chunks is a name for each, and no limit but the header's", () => {
    const bench = made(4096, { chunkBytes: 4050, headerLimitBytes: 20_000 });
    bench.bytes.set(0, 9000);
    bench.write(0, 0, 1);
    // 12,044 characters of value in three cookies `sessionC1=` …, after `session=chunks-3`.
    expect(bench.cookieBytes).toBe(16 + 3 * 10 + 12_044);
    expect(told(bench.read(0, 0))).toBe(1);
  });
});

describe("above a limit", () => {
  it("a framework may fail the request instead, and the old cookie stays", () => {
    const bench = made(COOKIE_BYTES, { overflow: "error" });
    bench.write(0, 0, 1);
    bench.bytes.set(0, 301);
    expect(told(bench.write(0, 0, 2))).toBe("unavailable");
    expect(told(bench.read(0, 0))).toBe(1);
  });

  it("of the header every request of the client is refused, for good", () => {
    const bench = made(4096, { chunkBytes: 4050, otherHeaderBytes: 500 });
    bench.bytes.set(0, 5700);
    bench.write(0, 0, 1);
    expect(told(bench.read(0, 0))).toBe(1);
    bench.bytes.set(0, 5800);
    bench.write(0, 0, 2);
    expect(told(bench.read(0, 0))).toBe("unavailable");
    expect(told(bench.read(0, 1))).toBe("unavailable");
  });

  it("the browser's silence is why the copy is behind", () => {
    const bench = made(COOKIE_BYTES);
    bench.write(0, 0, 1);
    bench.bytes.set(0, 301);
    bench.write(0, 0, 2);
    bench.read(0, 0);
    expect(bench.backend.cause).toBe("cookie-overflow");
  });
});

describe("of two answers at once", () => {
  it("the one that arrives last is what the client keeps, and the other's change is gone", () => {
    for (const last of [5, 6]) {
      const bench = made();
      bench.write(0, 0, 4);
      bench.holdsAnswers = true;
      const five = bench.write(0, 0, 5);
      const six = bench.write(0, 1, 6);
      bench.deliver(last === 5 ? six : five);
      bench.deliver(last === 5 ? five : six);
      expect(told(bench.read(0, 0))).toBe(last);
      expect(bench.backend.cause).toBe("concurrent-request");
    }
  });
});

describe("its age", () => {
  it("ends the session when it was made too long ago, and counts from the last change", () => {
    const bench = made(4096, { maxAgeMs: 1000 });
    bench.write(0, 0, 1);
    bench.to(900);
    bench.write(0, 0, 2);
    bench.to(1900);
    expect(told(bench.read(0, 0))).toBe(2);
    bench.write(0, 0, 2, false);
    bench.to(1901);
    expect(told(bench.read(0, 0))).toBe("expired: token-expired");
  });

  it("begins anew with every answer, or with those in the second half, where the framework renews so", () => {
    for (const [renewal, atMs, expected] of [
      ["every-request", 400, 1],
      ["half-window", 400, "expired: token-expired"],
      ["half-window", 501, 1],
    ] as const) {
      const bench = made(4096, { maxAgeMs: 1000, renewal });
      bench.write(0, 0, 1);
      bench.to(atMs);
      bench.write(0, 0, 1, false);
      bench.to(atMs + 1000);
      expect(told(bench.read(0, 0))).toBe(expected);
    }
  });
});

describe("its key", () => {
  it("checks until so many newer ones have come", () => {
    const bench = made(4096, { keyLifeMs: 1000, oldKeys: 1 });
    bench.to(999);
    bench.write(0, 0, 1);
    bench.to(1999);
    expect(told(bench.read(0, 0))).toBe(1);
    bench.to(2000);
    expect(told(bench.read(0, 0))).toBe("missing: token-expired");
  });

  it("is known to the server that made it only, until that is started again, where nobody shared a secret", () => {
    const bench = made(4096, { keys: "per-server" });
    bench.write(0, 0, 1);
    expect(told(bench.read(0, 0))).toBe(1);
    expect(told(bench.read(0, 1))).toBe("missing: elsewhere");
    bench.crash(0);
    bench.start(0);
    expect(told(bench.read(0, 0))).toBe("missing: crash");
  });
});

describe("a replay", () => {
  const REQUESTS = 4000;

  it("brings any of the older copies, each as often, and what is made of it replaces the newest", () => {
    const bench = made(4096, { replayFraction: 0.5 });
    bench.write(0, 0, 5);
    const seen = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < REQUESTS; i++) seen[bench.read(0, 0).found]!++;
    // A half is the newest, an eighth each of the four others; four standard errors of a share.
    for (const [version, share] of [0.125, 0.125, 0.125, 0.125, 0.5].entries()) {
      const tolerance = 4 * Math.sqrt((share * (1 - share)) / REQUESTS);
      expect(Math.abs(seen[version + 1]! / REQUESTS - share)).toBeLessThan(tolerance);
    }
    bench.write(0, 0, 3);
    expect(bench.read(0, 0).found).toBeLessThanOrEqual(3);
  });

  it("is the client's own doing in the ledger", () => {
    const bench = made(4096, { replayFraction: 1 });
    bench.write(0, 0, 2);
    expect(told(bench.read(0, 0))).toBe(1);
    expect(bench.backend.cause).toBe("client-copy");
  });

  it("is refused where servers keep the number of the newest, at a round trip before and after, and only while that store is up", () => {
    const bench = made(4096, { replayFraction: 1, checksVersion: true, versionCheckMs: 2 });
    bench.write(0, 0, 1);
    bench.settle();
    // The first version has no older one.
    const first = bench.read(0, 0);
    bench.settle();
    expect([told(first), first.atMs]).toEqual([1, 4]);
    bench.write(0, 0, 2);
    const replay = bench.read(0, 0);
    bench.settle();
    expect(told(replay)).toBe("unavailable");
    expect(bench.storeOperations).toBe(4);
  });

  it("check refuses a late writer as well", () => {
    const bench = made(4096, { checksVersion: true, versionCheckMs: 0 });
    bench.write(0, 0, 1);
    expect(told(bench.write(0, 0, 2))).toBe(2);
    expect(told(bench.write(0, 1, 2))).toBe("unavailable");
    bench.backend.storeFaultBegins("crash", 0);
    expect(told(bench.read(0, 0))).toBe("unavailable");
    bench.backend.storeFaultEnds("crash", 0);
    expect(told(bench.read(0, 0))).toBe(2);
  });
});
