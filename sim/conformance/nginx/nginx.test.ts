import { describe, expect, it } from "vitest";
import { replay } from "../replay.ts";
import { filesOf, traceOf } from "../testing/golden.ts";
import { close, off, on, open, played, req, wait } from "../testing/script.ts";
import { nginx } from "./nginx.ts";

describe("nginx", () => {
  it.each(filesOf("nginx"))("decides as recorded in %s", (file) => {
    const { matched, total, mismatches } = replay(traceOf("nginx", file), nginx);
    expect(mismatches.slice(0, 3)).toEqual([]);
    expect(matched).toBe(total);
  });
});

describe("nginx's servers", () => {
  const two = [{}, {}];

  it("are left alone after max_fails failures for fail_timeout, in whole seconds, and tried again after it", () => {
    const config = { fail: "max_fails=1 fail_timeout=2s" };
    const steps = [off("s1"), req(), req(), wait(2900), req(), on("s1"), wait(200), req(3)];
    // Refused at 0 s. At 2.9 s two whole seconds have passed, not more; at 3.1 s three have. Current values are -1, 1 and the
    // effective weight of s1 is 0, so it takes three rounds: -1 2 → s2 pays 1, 0 2 → s2 pays 2, 1 1 → s1.
    const { verdicts, attempts } = played(nginx, { config, servers: two, steps });
    expect(verdicts).toEqual(["s2", "s2", "s2", "s2", "s2", "s1"]);
    expect(attempts[0]).toEqual(["s1", "s2"]);
    expect(attempts.slice(1).map((tried) => tried.length)).toEqual([1, 1, 1, 1, 1]);
  });

  it("do not count failures when there is one only", () => {
    const steps = [off("s1"), req(3), on("s1"), req()];
    expect(played(nginx, { servers: [{}], steps }).verdicts).toEqual(["!502", "!502", "!502", "s1"]);
  });

  it("stand in as backups when no primary may be used, tried after them in the same request", () => {
    const servers = [{}, {}, { backup: true }, { backup: true }];
    const config = { method: "least_conn", fail: "max_fails=1 fail_timeout=60s" };
    const steps = [off("s1"), off("s2"), open(0), open(1), off("s4"), off("s3"), req()];
    const { verdicts, attempts } = played(nginx, { config, servers, steps });
    expect(attempts).toEqual([["s1", "s2", "s3"], ["s4"], ["s4", "s3"]].map((tried) => expect.arrayContaining(tried)));
    expect(verdicts).toEqual(["s3", "s4", "!502"]);
  });

  it("hold max_conns requests and no more, each in its own configuration", () => {
    const servers = [{ max_conns: 1 }, { max_conns: 1 }];
    const steps = [open(0), open(1), req(), close(0), req(), { op: "reload" } as const, open(4), open(5), req()];
    const { verdicts } = played(nginx, { servers, steps });
    expect(verdicts).toEqual(["s1", "s2", "!502", "s1", "s1", "s2", "!502"]);
  });

  it("are as many as can be tried, those that are down not counted", () => {
    const steps = [{ op: "server-down", name: "s2" } as const, off("s1"), off("s3"), req()];
    const { verdicts, attempts } = played(nginx, { servers: [{}, {}, {}], steps, config: { fail: "max_fails=0" } });
    expect([verdicts, attempts]).toEqual([["!502"], [["s1", "s3"]]]);
  });

  it("have weighted turns for requests that lack the key", () => {
    const config = { method: "hash $http_x_user consistent" };
    const { verdicts } = played(nginx, { config, servers: [{ weight: 2 }, {}], steps: [req(3)] });
    expect(verdicts).toEqual(["s1", "s2", "s1"]);
  });
});

describe("nginx's sticky sessions", () => {
  const route = [{ route: "a" }, { route: "b" }];
  const withCookie = (cookie: string) => ({ op: "req", cookie }) as const;

  it("set the cookie of the server tried last, with every answer, before the application's own", () => {
    const config = { stickyLine: "sticky cookie srv path=/app httponly expires=max domain=.example" };
    const answered = { op: "req", cookie: "srv=b", respHeaders: { "Set-Cookie": "x=1" } } as const;
    const { verdicts, cookies } = played(nginx, {
      config,
      servers: route,
      steps: [answered, off("s1"), off("s2"), withCookie("srv=a")],
    });
    const attributes = "; expires=Thu, 31-Dec-37 23:55:55 GMT; max-age=315360000; domain=.example; httponly; path=/app";
    expect(verdicts).toEqual(["s2", "!502"]);
    expect(cookies).toEqual([[`srv=b${attributes}`, "x=1"], [`srv=b${attributes}`]]);
  });

  it("know a server without a route by the MD5 of its address", () => {
    const steps = [withCookie("srv=44b0109da55df76b47d5fefa3ad3422f")];
    const config = { stickyLine: "sticky cookie srv" };
    expect(played(nginx, { config, servers: [{}, {}], steps }).cookies).toEqual([
      ["srv=44b0109da55df76b47d5fefa3ad3422f"],
    ]);
  });

  it("learned from the application are forgotten when nobody has used them for the timeout", () => {
    const config = { stickyLine: "sticky learn create=$upstream_cookie_sid lookup=$cookie_sid zone=z:1m timeout=10s" };
    const login = { op: "req", respHeaders: { "Set-Cookie": "sid=q; path=/" } } as const;
    const use = withCookie("sid=q");
    const steps = [login, use, wait(9000), use, wait(9000), use, wait(10_000), use];
    const { verdicts } = played(nginx, { config, servers: [{}, {}, {}], steps });
    // The session is worth one turn in a row: s1 stays at -2 until it has expired, and s2 is next.
    expect(verdicts).toEqual(["s1", "s1", "s1", "s1", "s2"]);
  });

  it("stay with a server that drains, and leave one that is down", () => {
    const config = { stickyLine: "sticky route $cookie_r $arg_r" };
    const steps = [
      { op: "server-drain", name: "s2" } as const,
      { op: "req", uri: "/?r=b" } as const,
      req(2),
      { op: "server-down", name: "s2" } as const,
      withCookie("r=b"),
    ];
    expect(played(nginx, { config, servers: route, steps }).verdicts).toEqual(["s2", "s1", "s1", "s1"]);
  });
});

describe("a setting of nginx that is not understood", () => {
  it.each([
    [{ method: "least_time header" }, 'method "least_time header"'],
    [{ method: "hash $geoip_city" }, 'variable "$geoip_city"'],
    [{ fail: "slow_start=3s" }, 'server parameter "slow_start=3s"'],
    [{ stickyLine: "sticky cookie srv partitioned" }, 'sticky cookie "partitioned"'],
    [{ upstream: ["queue 10"] }, 'upstream line "queue 10"'],
    [{ proxy_next_upstream: "off" }, 'setting "proxy_next_upstream"'],
  ])("%j is named, not passed over", (config, named) => {
    const create = () => played(nginx, { config, servers: [{}, {}], steps: [] });
    expect(create).toThrow(RangeError);
    expect(create).toThrow(named);
  });

  it("backups for a method that has none, are refused", () => {
    const servers = [{}, { backup: true }];
    expect(() => played(nginx, { config: { method: "ip_hash" }, servers, steps: [] })).toThrow("backup");
  });
});
