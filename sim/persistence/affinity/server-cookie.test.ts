import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { GONE, INVALID, NONE, VALID } from "./mechanism.ts";
import { Bench } from "./testing/bench.ts";

/** The balancer's cookie, which has all of the options; with exact dates, and 10 bytes long without attributes. */
const cookie = (knobs: Knobs = {}, balancers = 1) => {
  const bench = new Bench("balancer-cookie", {
    balancers,
    knobs: { dateResolutionMs: 0, cookieBytes: 10, attributesBytes: 0, ...knobs },
  });
  bench.begin(0);
  return bench;
};

describe("what the browser keeps", () => {
  it("is gone after its life, counted from when it was set, and the balancer does not know: the Classic ELB's way", () => {
    const bench = cookie({ browserLifeMs: 1000 });
    bench.answer(0, 2);
    bench.nowMs = 1000;
    bench.answer(0, 2);
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
    bench.nowMs = 1001;
    const bytes = bench.cookieBytes;
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
    expect(bench.cookieBytes).toBe(bytes);
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("cookie-expired");
    bench.mechanism.answered(0, 0, 1);
    bench.nowMs = 2001;
    expect(bench.look(0)).toEqual({ server: 1, outcome: VALID });
  });

  it("lives on with every answer where each brings it anew, the ALB's way", () => {
    const bench = cookie({ browserLifeMs: 1000, slides: true });
    for (let nowMs = 0; nowMs <= 5000; nowMs += 1000) {
      bench.nowMs = nowMs;
      bench.answer(0, 2);
    }
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
    expect(bench.cookieBytes).toBe(6 * 10 + 5 * 10 + 10);
  });

  it("is the old server's for good where nothing takes its place, so that the client comes back to it", () => {
    const bench = cookie({ rebinds: false });
    bench.answer(0, 2);
    bench.answer(0, 1);
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("no-affinity");
  });
});

describe("what the cookie says", () => {
  it("is not known any more when its server has left the configuration", () => {
    const bench = cookie();
    bench.begin(1);
    bench.answer(0, 2);
    bench.answer(1, 1);
    bench.unlist(2);
    expect(bench.look(0)).toEqual({ server: GONE, outcome: INVALID });
    expect(bench.look(1)).toEqual({ server: 1, outcome: VALID });
    bench.mechanism.answered(0, 0, 0);
    expect(bench.look(0)).toEqual({ server: 0, outcome: VALID });
  });

  it("survives a new start of the server if it is a name, and does not if it is an address", () => {
    for (const names of ["server", "address"]) {
      const bench = cookie({ names });
      bench.answer(0, 2);
      bench.replace(2);
      const known = { server: 2, outcome: VALID };
      expect(bench.look(0)).toEqual(names === "server" ? known : { server: GONE, outcome: INVALID });
      bench.mechanism.answered(0, 0, 2);
      expect(bench.look(0)).toEqual(known);
    }
  });

  it("is read by no other balancer than its maker where secrets differ, and the two overwrite each other's", () => {
    const bench = cookie({ secrets: "own" }, 2);
    bench.answer(0, 2, 0);
    expect(bench.look(0, 0)).toEqual({ server: 2, outcome: VALID });
    expect(bench.look(0, 1)).toEqual({ server: -1, outcome: INVALID });
    expect(bench.mechanism.whyElsewhere(0, 1)).toBe("unsynchronised-balancer");
    bench.mechanism.answered(0, 1, 2);
    expect(bench.look(0, 1)).toEqual({ server: 2, outcome: VALID });
    expect(bench.look(0, 0)).toEqual({ server: -1, outcome: INVALID });
  });
});

describe("a cookie that is set in some answers only", () => {
  it("waits for a request that changes something under postOnly", () => {
    const bench = cookie({ postOnly: true });
    bench.answer(0, 2);
    expect(bench.look(0).server).toBe(-1);
    bench.posts.add(0);
    bench.answer(0, 2);
    expect(bench.look(0).server).toBe(2);
    bench.posts.delete(0);
    bench.answer(0, 1);
    expect(bench.look(0).server).toBe(2);
  });

  for (const mode of ["rewrite", "prefix"]) {
    it(`waits for the application to give out an id under ${mode}, and keeps a lost server's name until it does again`, () => {
      const bench = cookie({ mode });
      expect(bench.tracksIds).toBe(true);
      bench.carriedId.set(0, 7);
      bench.answer(0, 2);
      expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
      bench.answeredId.set(0, 8);
      bench.answer(0, 2);
      expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
      // Server 1 found the session elsewhere and confirms the id: the cookie is not touched.
      bench.carriedId.set(0, 8);
      bench.answer(0, 1);
      expect(bench.look(0).server).toBe(2);
      bench.answeredId.set(0, 9);
      bench.answer(0, 1);
      expect(bench.look(0).server).toBe(1);
    });
  }
});

describe("a shared cache", () => {
  const CLIENTS = 200;
  /** Clients who come one after another, each answered by the next server unless the cookie leads elsewhere. */
  const servers = (knobs: Knobs) => {
    const bench = cookie({ cachedFraction: 1, cacheLifeMs: 1000, ...knobs });
    return Array.from({ length: CLIENTS }, (_, client) => {
      bench.nowMs = 10 * client;
      bench.begin(client);
      const { server } = bench.look(client);
      if (server < 0) bench.mechanism.answered(client, 0, client % 3);
      return bench.look(client).server;
    });
  };
  const distinct = (found: readonly number[]) => new Set(found).size;

  it("hands all its clients the cookie of the one who fetched the page, until the page is too old", () => {
    const found = servers({ noCache: false });
    // A page for each second: clients 0 … 99 and 100 … 199.
    expect(found.slice(0, 100)).toEqual(new Array<number>(100).fill(0));
    expect(found.slice(100)).toEqual(new Array<number>(100).fill(1));
  });

  it("keeps no answer that says it must not, nor one to a POST", () => {
    expect(distinct(servers({ noCache: true }))).toBe(3);
    const bench = cookie({ cachedFraction: 1, noCache: false, postOnly: true });
    bench.posts.add(0);
    bench.answer(0, 2);
    bench.begin(1);
    expect(bench.look(1).server).toBe(-1);
  });

  it("is of no use to those who are not behind it, and of no harm", () => {
    const found = servers({ noCache: false, cachedFraction: 0.5 });
    const ledAstray = found.filter((server, client) => server !== client % 3).length;
    // Of the half behind it two thirds hold another server than the one that would have been theirs.
    expect(Math.abs(ledAstray / CLIENTS - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / CLIENTS));
  });
});

describe("its columns", () => {
  it("keep what clients hold under every option while more and more visits begin", () => {
    const everything = { maxIdleMs: 9, maxLifeMs: 9, browserLifeMs: 9, names: "address", secrets: "own" };
    const bench = new Bench("balancer-cookie", { knobs: everything });
    for (let session = 0; session < 100; session++) {
      bench.begin(session);
      bench.answer(session, session % 3);
    }
    for (let session = 0; session < 100; session++) expect(bench.look(session).server).toBe(session % 3);
  });
});
