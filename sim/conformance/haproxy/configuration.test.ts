import { describe, expect, it } from "vitest";
import { replay } from "../replay.ts";
import { haproxy } from "./haproxy.ts";
import { decisions, open, req, traceOf } from "./testing/script.ts";
import { hasFlawedIds, versionOf } from "./version.ts";

const run = (config: Readonly<Record<string, unknown>>) => decisions({ config, servers: [{}, {}], steps: [req()] });

describe("HAProxy's configuration", () => {
  it("is refused by name where we cannot follow it", () => {
    const backend = (line: string) => () => run({ balance: "roundrobin", backend: [line] });
    expect(() => run({ balance: "rdp-cookie" })).toThrow(/balance "rdp-cookie"/);
    expect(() => run({ balance: "source", hashType: "consistent md5" })).toThrow(/hash-type "consistent md5"/);
    expect(backend("http-send-name-header X")).toThrow(/line "http-send-name-header X"/);
    expect(backend("cookie SRV insert maxidle 30m")).toThrow(/cookie option "maxidle"/);
    expect(backend("option prefer-last-server")).toThrow(/option "option prefer-last-server"/);
    expect(backend("stick on src")).toThrow(/stick-table/);
    expect(backend("force-persist if { ssl_fc }")).toThrow(/expression "ssl_fc"/);
    expect(() => run({ balance: "hash src,unknown" })).toThrow(/converter "unknown"/);
  });

  it("reads conditions with alternatives, negation and named acls", () => {
    const rules = [
      "acl office src 10.0.0.0/8",
      "acl office hdr(X-Office) -i YES",
      "force-persist if office !{ path /a } or { url_param(x) 1 }",
    ];
    const config = { balance: "roundrobin", backend: ["cookie S insert", ...rules] };
    // Forced persistence is seen where the server is stopped.
    const goes = (content: object) =>
      decisions({
        config,
        servers: [{ cookie: "c1" }, {}],
        steps: [{ op: "server-down", name: "s1" }, req({ cookie: "S=c1", ...content })],
      });
    expect(goes({ ip: "10.1.2.3" })).toBe("1");
    expect(goes({ ip: "11.1.2.3" })).toBe("2");
    expect(goes({ headers: { "X-Office": "no,yes" } })).toBe("1");
    expect(goes({ ip: "10.1.2.3", uri: "/a" })).toBe("2");
    expect(goes({ ip: "10.1.2.3", uri: "/a?x=1" })).toBe("1");
  });

  it("knows the releases whose rings differ", () => {
    const flawed = (text: string) => hasFlawedIds(versionOf(text));
    expect(["2.6.12-1+deb12u4", "3.0.13", "3.1.10", "3.2.7", "3.3.0", "3.4.0-64a"].map(flawed)).not.toContain(true);
    expect(["3.0.0-5590ada47", "3.0.12", "3.1.9", "3.2.6"].map(flawed)).not.toContain(false);
    expect(() => versionOf("unknown")).toThrow(/version "unknown"/);
  });
});

describe("HAProxy's chance", () => {
  const trace = (balance: string, version: string, expected: readonly string[], free: readonly number[]) =>
    replay(
      traceOf(
        { config: { balance }, servers: [{}, {}, {}], steps: expected.map((_, id) => open(id)), version, free },
        expected,
      ),
      haproxy,
    ).mismatches.length;

  it("may draw any server that is in use", () => {
    expect(trace("random", "2.6.12", ["s3", "s3", "s1"], [0, 1, 2])).toBe(0);
    expect(trace("random", "2.6.12", ["s3", "s9", "s1"], [0, 1, 2])).toBeGreaterThan(0);
  });

  it("decides among the least loaded from 3.2 on, and among no others", () => {
    expect(trace("leastconn", "3.2.0", ["s2", "s3", "s1"], [0, 1, 2])).toBe(0);
    expect(trace("leastconn", "3.2.0", ["s2", "s2", "s1"], [0, 1, 2])).toBeGreaterThan(0);
    expect(trace("leastconn", "2.6.12", ["s2", "s3", "s1"], [0, 1, 2])).toBeGreaterThan(0);
  });
});
