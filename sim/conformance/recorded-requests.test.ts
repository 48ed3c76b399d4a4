import { describe, expect, it } from "vitest";
import { addressBytes, cookieIn, RecordedRequests } from "./recorded-requests.ts";
import type { Trace } from "./trace.ts";

const requestsIn = (frontMode: Trace["frontMode"]) => new RecordedRequests({ frontMode } as Trace);

describe("an address", () => {
  it.each([
    ["192.0.2.1", [192, 0, 2, 1]],
    ["::1", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ["2001:db8::a:b", [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 11]],
    ["1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ["::ffff:192.0.2.1", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1]],
    ["fe80::", [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ])("%s is those bytes in network order", (text, bytes) => {
    expect([...addressBytes(text)]).toEqual(bytes);
  });

  it.each(["1.2.3", "1.2.3.256", "1:2", "1:2:3:4:5:6:7:8:9", "::g"])("%s is none", (text) => {
    expect(() => addressBytes(text)).toThrow(RangeError);
  });

  it("of IPv6 is, as one number, its four words exclusive-ored", () => {
    const requests = requestsIn("proxy");
    requests.put(0, { ip: "1:2:3:4:5:6:7:8" });
    // 0x00010002 ^ 0x00030004 ^ 0x00050006 ^ 0x00070008
    expect(requests.addressOf(0)).toBe(0x00000008);
    requests.put(1, { ip: "255.1.2.3" });
    expect(requests.addressOf(1)).toBe(0xff010203);
  });
});

describe("a recorded request", () => {
  it("has what the trace leaves unsaid: an address by the way it came, a path, a host", () => {
    for (const [mode, address] of [
      ["proxy", "192.0.2.1"],
      ["bind", "127.0.0.1"],
    ] as const) {
      const requests = requestsIn(mode);
      requests.put(0, {});
      expect(requests.addressTextOf(0)).toBe(address);
      expect([requests.uriOf(0), requests.methodOf(0), requests.headerOf(0, "host")]).toEqual([
        "/",
        "GET",
        "app.example",
      ]);
      expect(requests.headerOf(0, "X-User")).toBeNull();
    }
  });

  it("has headers whatever their case, and the first cookie of a name", () => {
    const requests = requestsIn("proxy");
    requests.put(0, { headers: { "X-User": "u", Host: "h" }, cookie: "a=1; b=2;a=3; c" });
    expect([requests.headerOf(0, "x-user"), requests.headerOf(0, "HOST")]).toEqual(["u", "h"]);
    expect(["a", "b", "c", "A"].map((name) => requests.cookieOf(0, name))).toEqual(["1", "2", null, null]);
    expect(cookieIn(" x = y ", "x")).toBe("y");
  });
});
