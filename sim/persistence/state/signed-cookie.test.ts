import { describe, expect, it } from "vitest";
import { WRITTEN } from "./backend.ts";
import { Bench, told } from "./testing/bench.ts";

const made = (limitBytes = 4096) => {
  const bench = new Bench("signed-cookie", 3, { limitBytes });
  bench.begin(0);
  bench.bytes.set(0, 300);
  return bench;
};

/** 300 bytes in base64, and what surrounds them. */
const COOKIE_BYTES = 400 + 64;

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
