import { describe, expect, it } from "vitest";
import { close, cookies, decisions, open, req, server, wait } from "./testing/script.ts";

const servers = [{ cookie: "c1" }, { cookie: "c2" }, {}];
const withCookie = (options: string, ...backend: readonly string[]) => ({
  balance: "roundrobin",
  backend: [`cookie SRV ${options}`, ...backend],
});
const set = (value: string) => req({ respHeaders: { "Set-Cookie": value } });

describe("HAProxy's cookie", () => {
  it("is inserted for those it did not lead, and taken back by a server without one", () => {
    const script = { config: withCookie("insert indirect"), servers, steps: [req({}, 3), req({ cookie: "SRV=c2" })] };
    expect(decisions(script)).toBe("1 2 3 2");
    expect(cookies(script)).toEqual([
      "SRV=c1; path=/",
      "SRV=c2; path=/",
      "SRV=; Expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/",
      null,
    ]);
  });

  it("carries domain, HttpOnly, Secure and what else is asked for, in this order", () => {
    const config = withCookie("insert secure httponly domain .shop.example attr SameSite=Lax");
    expect(cookies({ config, servers, steps: [req()] })).toEqual([
      "SRV=c1; path=/; domain=.shop.example; HttpOnly; Secure; SameSite=Lax",
    ]);
  });

  it("is only inserted for POST when it is to be", () => {
    const steps = [req(), req({ method: "POST" })];
    expect(cookies({ config: withCookie("insert postonly"), servers, steps })).toEqual([null, "SRV=c2; path=/"]);
  });

  it("takes the application's place, or leaves it alone, or stands in front of its value", () => {
    const of = (options: string, value: string) =>
      cookies({ config: withCookie(options), servers, steps: [set(value)] })[0];
    expect(of("insert", "SRV=x; path=/a")).toBe("SRV=c1; path=/");
    expect(of("insert preserve", "SRV=x; path=/a")).toBe("SRV=x; path=/a");
    expect(of("rewrite", "SRV=x; path=/a")).toBe("SRV=c1; path=/a");
    expect(of("prefix", "SRV=x; path=/a")).toBe("SRV=c1~x; path=/a");
    expect(of("insert", "OTHER=x")).toBe('["OTHER=x","SRV=c1; path=/"]');
  });

  it("names the server up to | or ~, and the first that is up of those who share a value", () => {
    const shared = [{ cookie: "c1" }, { cookie: "c1" }, {}];
    const steps = [req({ cookie: "SRV=c1|stamp" }), server("down", "s1"), req({ cookie: "a=b; SRV=c1" })];
    expect(decisions({ config: withCookie("insert"), servers: shared, steps })).toBe("1 2");
    expect(decisions({ config: withCookie("prefix"), servers, steps: [req({ cookie: "SRV=c2~xyz" })] })).toBe("2");
  });

  it("is made from key, address and port where it is dynamic", () => {
    // From HAProxy: key goldenkey, 127.0.1.1:9101.
    const config = withCookie("insert dynamic", "dynamic-cookie-key goldenkey");
    expect(cookies({ config, servers: [{}], steps: [req()] })).toEqual(["SRV=0b138b234ecb5e66; path=/"]);
  });

  it("is neither read nor set where persistence is ignored, and followed to a stopped server where it is forced", () => {
    const rules = [
      "ignore-persist if { path_beg /static }",
      "force-persist if { hdr(X-Admin) -m str yes } !{ method POST }",
    ];
    const admin = { cookie: "SRV=c2", headers: { "X-Admin": "yes" } };
    const script = {
      config: withCookie("insert indirect", ...rules),
      servers,
      steps: [
        req({ cookie: "SRV=c2", uri: "/static/a" }),
        server("down", "s2"),
        req(admin),
        req({ ...admin, method: "POST" }),
      ],
    };
    expect(decisions(script)).toBe("1 2 3");
    expect(cookies(script)[0]).toBe(null);
  });
});

describe("HAProxy's stick-table", () => {
  const plain = [{}, {}, {}];
  const stick = (table: string, ...rules: readonly string[]) => ({
    balance: "roundrobin",
    backend: [`stick-table ${table}`, ...rules],
  });
  const from = (ip: string) => req({ ip });

  it("learns when the answer passes, so that two first requests at once are balanced each", () => {
    const steps = [open(0), open(1), close(1), close(0), req({}, 2)];
    expect(decisions({ config: stick("type ip size 1k expire 30m", "stick on src"), servers: plain, steps })).toBe(
      "1 2 1 1",
    );
  });

  it("forgets what has not been used for its time, and a use restarts it", () => {
    const steps = [req(), wait(900), req(), wait(900), req(), wait(1100), req()];
    expect(decisions({ config: stick("type ip size 1k expire 1s", "stick on src"), servers: plain, steps })).toBe(
      "1 1 1 2",
    );
  });

  it("takes IPv4 clients for themselves in either family, and no IPv6 client where it holds IPv4", () => {
    const steps = [from("10.0.0.1"), from("::ffff:10.0.0.1"), from("2001:db8::1"), from("2001:db8:0::1")];
    expect(decisions({ config: stick("type ipv6 size 1k", "stick on src"), servers: plain, steps })).toBe("1 1 2 2");
    expect(decisions({ config: stick("type ip size 1k", "stick on src"), servers: plain, steps })).toBe("1 1 2 3");
  });

  it("takes the last item of a header, cut to the length of its keys", () => {
    const value = (text: string) => req({ headers: { "X-User": text } });
    const config = stick("type string len 4 size 1k", "stick on hdr(X-User)");
    expect(decisions({ config, servers: plain, steps: [value("x, abcd1"), value("abcd2"), value("abc")] })).toBe(
      "1 1 2",
    );
  });

  it("keeps to its size: a full one drops the entry not used for longest, or takes nothing new", () => {
    const steps = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.1"].flatMap((ip) => [from(ip), wait(5)]);
    expect(decisions({ config: stick("type ip size 2 expire 30m", "stick on src"), servers: plain, steps })).toBe(
      "1 2 3 1",
    );
    const kept = stick("type ip size 2 expire 30m nopurge", "stick on src");
    // Room is made before it is known whether the key is there; where none is, what is there is still found.
    expect(decisions({ config: kept, servers: plain, steps: [...steps, from("10.0.0.3")] })).toBe("1 2 3 1 1");
  });

  it("keeps nothing of a server that is not to be stuck to", () => {
    const config = stick("type ip size 1k", "stick on src");
    expect(decisions({ config, servers: [{ extra: "non-stick" }, {}, {}], steps: [req({}, 4)] })).toBe("1 2 2 2");
  });

  it("is not concerned by ignore-persist", () => {
    const config = stick("type ip size 1k", "stick on src", "ignore-persist if TRUE");
    expect(decisions({ config, servers: plain, steps: [req({}, 3)] })).toBe("1 1 1");
  });
});
