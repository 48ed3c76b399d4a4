import { describe, expect, it } from "vitest";
import { replay } from "../replay.ts";
import { filesOf, traceOf } from "../testing/golden.ts";
import { close, off, on, open, played, req, wait } from "../testing/script.ts";
import { apache } from "./apache.ts";

describe("Apache", () => {
  it.each(filesOf("apache"))("decides as recorded in %s", (file) => {
    const { matched, total, mismatches } = replay(traceOf("apache", file), apache);
    expect(mismatches.slice(0, 3)).toEqual([]);
    expect(matched).toBe(total);
  });
});

const down = (name: string) => ({ op: "server-down", name }) as const;

describe("Apache's members", () => {
  it("are compared before spares, wherever those stand, and a spare comes in for each that is missing", () => {
    const servers = [{ status: "+R" }, { status: "+R" }, {}, {}];
    const steps = [req(2), down("s3"), req(2), down("s4"), req(2)];
    // s3 s4 in turn, both even at 0. With s3 away s1 joins s4, which is compared first: s4, s1. With both away, s1 and s2: s1 is
    // even, s2 has never been compared.
    expect(played(apache, { servers, steps }).verdicts).toEqual(["s3", "s4", "s4", "s1", "s1", "s2"]);
  });

  it("of a set come before those of the next, its standbys included", () => {
    const servers = [{ lbset: 1 }, {}, { status: "+H" }];
    const steps = [req(), down("s2"), req(), down("s3"), req()];
    expect(played(apache, { servers, steps }).verdicts).toEqual(["s2", "s3", "s1"]);
  });

  it("that drain get sessions only, and count as missing", () => {
    const servers = [{ route: "a" }, { status: "+R" }];
    const config = { balancer: ["ProxySet stickysession=ID"] };
    const steps = [{ op: "server-drain", name: "s1" } as const, req(), { op: "req", cookie: "ID=x.a" } as const];
    expect(played(apache, { config, servers, steps }).verdicts).toEqual(["s2", "s1"]);
  });

  it("in error are looked at again after more than retry, and all at once when all are in error", () => {
    const config = { retry: 2 };
    const steps = [off("s1"), req(2), wait(2000), req(), wait(1), on("s1"), req(2)];
    const { verdicts, attempts } = played(apache, { config, servers: [{}, {}], steps });
    // The refused try has put s1 behind: its status is -100, that of s2 100, until both are compared again, after 2.001 s:
    // 0 200 → s2 pays 200, 100 100 → s1.
    expect(attempts[0]).toEqual(["s1", "s2"]);
    expect(verdicts).toEqual(["s2", "s2", "s2", "s2", "s1"]);
    const alone = played(apache, { servers: [{}], steps: [off("s1"), req(), on("s1"), req()], config: { retry: 600 } });
    expect(alone.verdicts).toEqual(["!503", "s1"]);
    const unforced = { retry: 600, balancer: ["ProxySet forcerecovery=Off"] };
    const left = played(apache, { servers: [{}], steps: [off("s1"), req(), on("s1"), req()], config: unforced });
    expect(left.verdicts).toEqual(["!503", "!503"]);
  });

  it("that refuse a request count it as theirs until it is over", () => {
    const config = { lbmethod: "bybusyness", retry: 0.001 };
    const steps = [off("s1"), open(0), on("s1"), wait(10), open(1), close(0), open(2)];
    // s1 refused request 0, which s2 has: both have one, and s1, which paid, is behind. When it is over, s1 is free, s2 is not.
    expect(played(apache, { config, servers: [{}, {}], steps }).verdicts).toEqual(["s2", "s2", "s1"]);
  });

  it("are tried no more often than maxattempts says", () => {
    const config = { retry: 600, balancer: ["ProxySet maxattempts=1"] };
    const { verdicts, attempts } = played(apache, {
      config,
      servers: [{}, {}, {}],
      steps: [off("s1"), off("s2"), req()],
    });
    expect([verdicts, attempts]).toEqual([["!503"], [["s1", "s2"]]]);
  });
});

describe("Apache's cookie lines", () => {
  const line = 'Header always add Set-Cookie "R=.%{BALANCER_WORKER_ROUTE}e; path=/" env=BALANCER_ROUTE_CHANGED';
  const servers = [{ route: "a", redirect: "b" }, { route: "b" }];
  const balancer = ["ProxySet stickysession=R nofailover=On"];

  it("speak when the route has changed, behind what the application sets, and on errors when they are set always", () => {
    const steps = [
      { op: "req", respHeaders: { "Set-Cookie": "x=1" } } as const,
      { op: "req", cookie: "R=.a" } as const,
      down("s1"),
      { op: "req", cookie: "R=.a" } as const,
      off("s2"),
      { op: "req", cookie: "R=.a" } as const,
    ];
    const { verdicts, cookies } = played(apache, { config: { server: [line], balancer, retry: 600 }, servers, steps });
    expect(verdicts).toEqual(["s1", "s1", "s2", "!503"]);
    expect(cookies).toEqual([["x=1", "R=.a; path=/"], [], ["R=.b; path=/"], ["R=.b; path=/"]]);
    const quiet = played(apache, {
      config: { server: [line.replace("always ", "")], balancer, retry: 600 },
      servers,
      steps,
    });
    expect(quiet.cookies[3]).toEqual([]);
  });
});

describe("a setting of Apache that is not understood", () => {
  it.each([
    [{ lbmethod: "heartbeat" }, 'lbmethod "heartbeat"'],
    [{ balancer: ["ProxySet failonstatus=500"] }, 'balancer parameter "failonstatus=500"'],
    [{ server: ["RequestHeader set X 1"] }, '"RequestHeader set X 1"'],
    [{ hcmethod: "GET" }, 'setting "hcmethod"'],
  ])("%j is named, not passed over", (config, named) => {
    const create = () => played(apache, { config, servers: [{}, {}], steps: [] });
    expect(create).toThrow(RangeError);
    expect(create).toThrow(named);
  });

  it("a status flag is named too", () => {
    expect(() => played(apache, { servers: [{ status: "+Z" }], steps: [] })).toThrow('status "+Z"');
  });
});
