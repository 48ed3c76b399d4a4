import { describe, expect, it } from "vitest";
import { replay } from "../replay.ts";
import { filesOf, traceOf } from "../testing/golden.ts";
import { off, on, open, played, req, wait } from "../testing/script.ts";
import { caddy, cookieOf } from "./caddy.ts";

describe("Caddy", () => {
  it.each(filesOf("caddy"))("decides as recorded in %s", (file) => {
    const { matched, total, mismatches } = replay(traceOf("caddy", file), caddy);
    expect(mismatches.slice(0, 3)).toEqual([]);
    expect(matched).toBe(total);
  });
});

const roundRobin = { policy: "round_robin" };
const passive = { fail_duration: "2s", max_fails: 1 };

describe("Caddy's upstreams", () => {
  it("are left alone while failures count, and used again when they are forgotten", () => {
    const config = { policy: { policy: "first" }, passive, retries: 1 };
    const steps = [off("s1"), req(2), on("s1"), wait(1999), req(), wait(1), req()];
    const { verdicts, attempts } = played(caddy, { config, servers: [{}, {}], steps });
    expect(verdicts).toEqual(["s2", "s2", "s2", "s1"]);
    expect(attempts).toEqual([["s1", "s2"], ["s2"], ["s2"], ["s1"]]);
  });

  it("may be chosen again right after they refused, when failures are not counted", () => {
    const config = { policy: { policy: "first" }, retries: 2 };
    const { verdicts, attempts } = played(caddy, { config, servers: [{}, {}], steps: [off("s1"), req()] });
    expect([verdicts, attempts]).toEqual([["!502"], [["s1", "s1", "s1"]]]);
  });

  it("give 502 once one has refused, and 503 when there was none to try", () => {
    // As Caddy 2.6.2 did with one upstream: the second try of the first request finds none, but 502 stays.
    const config = { policy: roundRobin, passive: { ...passive, fail_duration: "600s" }, retries: 2 };
    expect(played(caddy, { config, servers: [{}], steps: [off("s1"), req(2)] }).verdicts).toEqual(["!502", "!503"]);
  });

  it("have a limit each, or one for all", () => {
    const steps = [open(0), open(1), req()];
    const servers = [{ max_requests: 1 }, { max_requests: 1 }];
    expect(played(caddy, { config: { policy: roundRobin }, servers, steps }).verdicts).toEqual(["s2", "s1", "!503"]);
    const config = { policy: roundRobin, passive: { unhealthy_request_count: 1 } };
    expect(played(caddy, { config, servers: [{}, {}], steps }).verdicts).toEqual(["s2", "s1", "!503"]);
  });
});

describe("Caddy's cookie", () => {
  it("is the HMAC of the upstream's address", () => {
    expect(cookieOf("goldenkey", "127.20.3.200:8080")).toBe(
      "29dfdc79d4c14dbd4132a1c91c207d5bf35d58ee4153c210079a0673074f72cd",
    );
  });

  it("is set at every choice, those that fail included, before the application's own", () => {
    // As Caddy 2.6.2 did: one upstream that refuses, three retries, four cookies beside the 502.
    const config = { policy: { policy: "cookie" }, retries: 3 };
    const cookie = `lb=${cookieOf("", "127.0.1.1:9101")}; Path=/`;
    const answered = { op: "req", respHeaders: { "Set-Cookie": "x=1" } } as const;
    const { verdicts, cookies } = played(caddy, { config, servers: [{}], steps: [answered, off("s1"), req()] });
    expect(verdicts).toEqual(["s1", "!502"]);
    expect(cookies).toEqual([
      [cookie, "x=1"],
      [cookie, cookie, cookie, cookie],
    ]);
  });

  it("leads back while the upstream is available", () => {
    const config = { policy: { policy: "cookie", name: "k", secret: "z" }, active: true };
    const cookie = `k=${cookieOf("z", "127.0.1.2:9101")}`;
    const steps = [
      { op: "req", cookie } as const,
      { op: "server-down", name: "s2" } as const,
      { op: "req", cookie } as const,
    ];
    const { verdicts, cookies } = played(caddy, { config, servers: [{}, {}], steps });
    expect(verdicts).toEqual(["s2", "s1"]);
    expect(cookies).toEqual([[], [`k=${cookieOf("z", "127.0.1.1:9101")}; Path=/`]]);
  });
});

describe("Caddy's hashing", () => {
  it("changed its text in 2.6.3 and its function in 2.8", () => {
    const servers = Array.from({ length: 8 }, () => ({}));
    const steps = Array.from({ length: 40 }, (_, i) => ({ op: "req", uri: `/page/${i}` }) as const);
    const by = (version: string) =>
      played(caddy, { version, config: { policy: { policy: "uri_hash" } }, servers, steps }).verdicts;
    expect(by("v2.7.6")).not.toEqual(by("2.6.2"));
    expect(by("v2.7.6")).toEqual(by("2.6.3"));
    expect(by("2.8.4")).not.toEqual(by("2.7.6"));
  });
});

describe("a setting of Caddy that is not understood", () => {
  it.each([
    [{ policy: { policy: "weighted_round_robin" } }, 'policy "weighted_round_robin"'],
    [{ policy: { policy: "ip_hash", fallback: {} } }, "ip_hash fallback"],
    [{ policy: roundRobin, passive: { unhealthy_latency: "1s" } }, 'passive "unhealthy_latency"'],
    [{ policy: roundRobin, try_duration: "1s" }, 'setting "try_duration"'],
  ])("%j is named, not passed over", (config, named) => {
    const create = () => played(caddy, { config, servers: [{}, {}], steps: [] });
    expect(create).toThrow(RangeError);
    expect(create).toThrow(named);
  });
});
