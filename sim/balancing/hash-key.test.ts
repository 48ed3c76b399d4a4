import { describe, expect, it } from "vitest";
import { HashKey, type HashKeyOptions } from "./hash-key.ts";
import { type BenchParts, requestsOf } from "./testing/bench.ts";

const plain: HashKeyOptions = {
  key: "uri",
  keyName: "",
  uriLength: null,
  uriDepth: null,
  uriWhole: false,
  uriPathOnly: false,
  domainOnly: false,
};
const textOf = (options: Partial<HashKeyOptions>, parts: BenchParts) =>
  new HashKey({ ...plain, ...options }, requestsOf(parts)).textOf(0);
const ofUri = (uri: string, options: Partial<HashKeyOptions> = {}) => textOf(options, { uriOf: () => uri });
const ofHeader = (value: string | null, domainOnly = false) =>
  textOf(
    { key: "header", keyName: "host", domainOnly },
    { headerOf: (_, name) => (name === "host" ? value : "other") },
  );

describe("the key of a hash", () => {
  it("is the URI up to the query, or with it", () => {
    expect(ofUri("/a/b?c=1")).toBe("/a/b");
    expect(ofUri("/a/b?c=1", { uriWhole: true })).toBe("/a/b?c=1");
  });

  it("is as many characters of the URI as are asked for, the query among them only when it counts", () => {
    expect(ofUri("/abc?d=1", { uriLength: 3 })).toBe("/ab");
    expect(ofUri("/abc?d=1", { uriLength: 7 })).toBe("/abc");
    expect(ofUri("/abc?d=1", { uriLength: 7, uriWhole: true })).toBe("/abc?d=");
  });

  it("is as many directories as are asked for, the leading slash being the first", () => {
    expect(ofUri("/a/b/c/d", { uriDepth: 2 })).toBe("/a/b");
    expect(ofUri("/a", { uriDepth: 2 })).toBe("/a");
    expect(ofUri("/a?x=/b/c", { uriDepth: 1, uriWhole: true })).toBe("/a?x=");
  });

  it("leaves scheme and host of an absolute URI out when only the path counts", () => {
    expect(ofUri("http://shop.example/a/b", { uriPathOnly: true })).toBe("/a/b");
    expect(ofUri("http://shop.example/a/b")).toBe("http://shop.example/a/b");
    expect(ofUri("/a/b", { uriPathOnly: true })).toBe("/a/b");
  });

  it("is the first parameter of the name, maybe empty, and none without it", () => {
    const parameter = (uri: string) => ofUri(uri, { key: "url-param", keyName: "id" });
    expect(parameter("/?a=1&id=7&id=8")).toBe("7");
    expect(parameter("/?id=&b=1")).toBe("");
    expect(parameter("/?idle=3&kid=4")).toBe(null);
    expect(parameter("/id=3")).toBe(null);
    expect(parameter("/?id")).toBe(null);
  });

  it("is the header, or of its domain the label before the last dot; an empty one is none", () => {
    expect(ofHeader("shop.example.org")).toBe("shop.example.org");
    expect(ofHeader("shop.example.org", true)).toBe("example");
    expect(ofHeader("example.org", true)).toBe("example");
    expect(ofHeader("localhost", true)).toBe("localhost");
    // What HAProxy 2.6 makes of dots where no domain has them.
    expect([".com", "a.b.", "x..com", "..com"].map((value) => ofHeader(value, true))).toEqual([".com", "b", "x.", "."]);
    expect(ofHeader("")).toBe(null);
    expect(ofHeader(null)).toBe(null);
  });

  it("is a cookie, an empty one too, or none", () => {
    const cookie = (value: string | null) => textOf({ key: "cookie", keyName: "sid" }, { cookieOf: () => value });
    expect([cookie("abc"), cookie(""), cookie(null)]).toEqual(["abc", "", null]);
  });

  it("is the address, as text, number or bytes; tuples of five tell the ports of one client apart", () => {
    const parts = { addressOf: () => 0xc0000201 };
    const source = new HashKey({ ...plain, key: "source" }, requestsOf(parts));
    expect(source.isAddress).toBe(true);
    expect(source.textOf(0)).toBe("192.0.2.1");
    expect(source.addressOf(0)).toBe(0xc0000201);
    expect([...source.addressBytesOf(0)]).toEqual([192, 0, 2, 1]);
    const tuple = (key: string) => new HashKey({ ...plain, key }, requestsOf(parts));
    for (const key of ["2-tuple", "3-tuple"]) expect(tuple(key).textOf(0)).toBe(tuple(key).textOf(1));
    expect(tuple("5-tuple").textOf(0)).not.toBe(tuple("5-tuple").textOf(1));
  });

  it("is refused when nobody knows it", () => {
    expect(() => textOf({ key: "moon" }, {})).toThrow(/unknown hash key "moon"; known: source, uri/);
  });
});
