import { describe, expect, it } from "vitest";
import { close, decisions, listener, open, req, server, setWeight, wait } from "./testing/script.ts";

const three = [{}, {}, {}];
const cookie = [{ cookie: "c1" }, { cookie: "c2" }];

describe("HAProxy's servers", () => {
  it("answer 503 when none may be chosen: all at weight 0, drained or in maintenance", () => {
    const steps = [
      setWeight("s1", 0),
      server("drain", "s2"),
      req(),
      server("down", "s3"),
      req(),
      setWeight("s1", 1),
      req(),
    ];
    expect(decisions({ config: { balance: "roundrobin" }, servers: three, steps })).toBe("3 !503 1");
  });

  it("keep the clients that persistence leads to them while drained or at weight 0, not in maintenance", () => {
    const config = { balance: "roundrobin", backend: ["cookie SRV insert indirect"] };
    const bound = req({ cookie: "SRV=c1" });
    const steps = [setWeight("s1", 0), req(), bound, server("drain", "s1"), bound, server("down", "s1"), bound];
    expect(decisions({ config, servers: cookie, steps })).toBe("2 1 1 2");
  });

  it("begin with nobody when all weights are 0, and take whoever comes", () => {
    const servers = [{ weight: 0 }, { weight: 0 }];
    const steps = [req(), setWeight("s2", 1), req({}, 2), setWeight("s1", 1), req({}, 4)];
    for (const balance of ["roundrobin", "leastconn"]) {
      const found = decisions({ config: { balance }, servers, steps }).split(" ");
      expect(found.slice(0, 3)).toEqual(["!503", "2", "2"]);
      expect(found.slice(3).toSorted()).toEqual(["1", "1", "2", "2"]);
    }
  });

  it("let the first backup in order take everything, or all of them their shares", () => {
    const servers = [{}, { backup: true, weight: 1 }, { backup: true, weight: 3 }];
    const steps = [req(), server("down", "s1"), req({}, 4), server("down", "s2"), req(), server("up", "s1"), req()];
    expect(decisions({ config: { balance: "roundrobin" }, servers, steps })).toBe("1 2 2 2 2 3 1");
    const all = { balance: "roundrobin", backend: ["option allbackups"] };
    expect(decisions({ config: all, servers, steps })).toBe("1 3 3 3 2 3 1");
  });

  it("go through their queues in the order of waiting, their own and the one for all", () => {
    const config = { balance: "leastconn", backend: ["cookie SRV insert"] };
    const servers = cookie.map((each) => ({ ...each, maxconn: 1 }));
    const steps = [open(0), open(1), open(2), open(3, { cookie: "SRV=c1" }), close(0), close(2), close(1), close(3)];
    // The third waits for anybody, the fourth for the first server, which takes the third before it.
    expect(decisions({ config, servers, steps })).toBe("1 2 1 1");
  });

  it("have a limit between minconn and maxconn that follows how full the backend is", () => {
    const config = { balance: "roundrobin", backend: ["fullconn 10"] };
    const servers = [{ minconn: 1, maxconn: 5 }];
    const opens = Array.from({ length: 5 }, (_, id) => open(id));
    // With b requests in all the limit is max(1, b × 5 / 10): 1, 1, 1, 2, 2. What waits is not looked at before one ends.
    expect(decisions({ config, servers, steps: opens })).toBe("1 - - - -");
    // While the first ends five requests count, so that two may be served.
    expect(decisions({ config, servers, steps: [...opens, close(0)] })).toBe("1 1 1 - -");
    expect(decisions({ config, servers: [{ maxconn: 5 }], steps: opens })).toBe("1 1 1 1 1");
  });

  it("hand on what waits for them when they leave service, if redispatch is on", () => {
    const servers = cookie.map((each) => ({ ...each, maxconn: 1 }));
    for (const leaves of ["down", "drain"] as const) {
      const steps = [open(0), open(1, { cookie: "SRV=c1" }), server(leaves, "s1")];
      const backend = ["cookie SRV insert"];
      expect(decisions({ config: { balance: "leastconn", backend }, servers, steps })).toBe("1 -");
      const moving = [...backend, "option redispatch"];
      expect(decisions({ config: { balance: "leastconn", backend: moving }, servers, steps })).toBe("1 2");
      // A second time changes nothing: what has come to wait since is left alone.
      const again = [...steps, open(2, { cookie: "SRV=c1" }), server(leaves, "s1")];
      if (leaves === "drain") {
        expect(decisions({ config: { balance: "leastconn", backend: moving }, servers, steps: again })).toBe("1 2 -");
      }
    }
  });

  it("that come up take over what waits, forgetting it in their count before 3.2", () => {
    const servers = [{ maxconn: 1 }, { maxconn: 1 }];
    const config = { balance: "leastconn" };
    const steps = [server("down", "s2"), open(0), open(1), open(2), server("up", "s2"), open(3), open(4)];
    // One request each; before 3.2 the second server thinks it has none yet.
    expect(decisions({ config, servers, steps, version: "2.6.12" })).toBe("1 2 - 2 -");
    expect(decisions({ config, servers, steps, version: "3.2.0" })).toBe("1 2 - - -");
  });

  it("grow into their weight during slow start, by whole sixteenths, once a second", () => {
    const servers = [{ weight: 16 }, { weight: 16, slowstart: "8s" }];
    const config = { balance: "leastconn" };
    // The second server's effective weight is 16 × floor((16 k + 8) / 8) after k seconds: 16 at first, 256 in the end. Keys are
    // (n + 1) × 4096 / effective weight: 32, 48, 64 … for the first server, 512 for the second and then 32.
    const start = [server("down", "s2"), server("up", "s2"), open(0), open(1), open(2)];
    expect(decisions({ config, servers, steps: [...start, open(3), open(4)] })).toBe("1 2 1 1 1");
    // Three seconds later it weighs 16 × 7 = 112 and its key is 73: one more for the first server, which goes from 48 to 64 …
    expect(decisions({ config, servers, steps: [...start, wait(3500), open(3), open(4), open(5)] })).toBe(
      "1 2 1 1 1 2",
    );
    expect(decisions({ config, servers, steps: [...start, wait(9000), open(3), open(4)] })).toBe("1 2 1 2 1");
  });

  it("of a map know all or nothing: other weights are refused", () => {
    const servers = [{ weight: 2 }, { weight: 1 }];
    const config = { balance: "static-rr" };
    expect(decisions({ config, servers, steps: [setWeight("s1", 5), req({}, 3)] })).toBe("1 1 2");
    // The line of slots is 1 1 2 again, and the cursor stands behind its first.
    expect(
      decisions({ config, servers, steps: [setWeight("s1", 0), req({}, 2), setWeight("s1", 2), req({}, 3)] }),
    ).toBe("2 2 1 2 1");
  });
});

describe("HAProxy's retries", () => {
  const refusing = [listener("off", "s1"), req({ cookie: "SRV=c1" })];
  const on = (retries: number, ...backend: readonly string[]) =>
    decisions({
      config: { balance: "roundrobin", retries, backend: ["cookie SRV insert indirect", ...backend] },
      servers: cookie,
      steps: refusing,
    });

  it("stay with the server that persistence named, unless redispatch is on", () => {
    expect(on(3)).toBe("!503");
    expect(on(3, "option persist")).toBe("!503");
    expect(on(3, "option redispatch")).toBe("2");
    expect(on(0, "option redispatch")).toBe("!503");
    expect(on(1, "option redispatch 2")).toBe("!503");
    expect(on(2, "option redispatch 2")).toBe("2");
    expect(on(3, "option redispatch 0")).toBe("!503");
  });

  it("do not leave a server to which persistence is forced", () => {
    expect(on(3, "option redispatch", "force-persist if TRUE")).toBe("!503");
  });

  it("go elsewhere at once where no hash and no persistence decides", () => {
    const steps = [listener("off", "s1"), listener("off", "s2"), req()];
    for (const balance of ["roundrobin", "static-rr", "leastconn", "first"]) {
      const config = { balance, retries: 2, backend: ["option redispatch"] };
      // `first` avoids the server that refused last only, and goes back and forth between the two.
      expect(decisions({ config, servers: three, steps })).toBe(balance === "first" ? "!503" : "3");
    }
  });

  it("ask a map for the same server again, a ring for the next", () => {
    const script = (hashType: string) => {
      const config = { balance: "source", hashType, retries: 1, backend: ["option redispatch"] };
      const home = decisions({ config, servers: three, steps: [req()] });
      return { home, after: decisions({ config, servers: three, steps: [listener("off", `s${home}`), req()] }) };
    };
    expect(script("map-based").after).toBe("!503");
    const { home, after } = script("consistent");
    expect(["1", "2", "3"]).toContain(after);
    expect(after).not.toBe(home);
  });
});
