import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { MemcachedClients } from "./memcached-clients.ts";
import { Bench, told } from "./testing/bench.ts";

const SESSIONS = 300;
const all = Array.from({ length: SESSIONS }, (_, session) => session);

function made(knobs: Knobs = {}, servers = 2): Bench {
  const bench = new Bench("memcached", servers, { roundTripMs: 0, operationMs: 0, perKibMs: 0, ...knobs });
  for (const session of all) bench.begin(session);
  return bench;
}
const pass = (bench: Bench, ms: number) => bench.to(bench.nowMs + ms);
const read = (bench: Bench, session: number, server = 0) => {
  const operation = bench.read(session, server);
  pass(bench, 0);
  return told(operation);
};
const write = (bench: Bench, session: number, contains: number, server = 0) => {
  const operation = bench.write(session, server, contains);
  pass(bench, 0);
  return told(operation);
};
const stored = (knobs: Knobs = {}, servers = 2) => {
  const bench = made(knobs, servers);
  for (const session of all) write(bench, session, 5);
  return bench;
};
const nodeOf = (nodes: number) => {
  const clients = new MemcachedClients({ nodes, autoEject: false, failureLimit: 2, retryMs: 0 }, 1);
  return (session: number) => clients.nodeFor(0, MemcachedClients.hashOf(session), 0);
};

describe("the clients' circle", () => {
  it("is libketama's: known owners of ten nodes at 10.0.1.1:11211 and so on", () => {
    const node = nodeOf(10);
    // Computed from the published algorithm: session:1 is at the fourth host, session:2 at the seventh, session:12345 at the first.
    expect([1, 2, 12_345].map((session) => node(session) + 1)).toEqual([4, 7, 1]);
  });

  it("gives each of n nodes about 1/n: libketama's own shares of ten are 9.2 % to 11.8 %", () => {
    const node = nodeOf(10);
    const counts = new Array<number>(10).fill(0);
    for (let session = 0; session < 20_000; session++) counts[node(session)]!++;
    const shares = [0.092342, 0.09474, 0.109419, 0.094884, 0.093255, 0.096493, 0.117658, 0.115097, 0.092839, 0.093274];
    // Of 20,000 keys a share of a tenth has a standard error of 0.2 %.
    for (const [at, share] of shares.entries()) expect(Math.abs(counts[at]! / 20_000 - share)).toBeLessThan(0.009);
  });
});

describe("without ejection", () => {
  it("a dead node's share of requests fails, and its share of sessions is gone when it is back", () => {
    const bench = stored();
    const share = all.filter((session) => nodeOf(3)(session) === 1).length;
    bench.backend.storeFaultBegins("crash", 1);
    expect(all.filter((session) => read(bench, session) === "unavailable")).toHaveLength(share);
    bench.backend.storeFaultEnds("crash", 1);
    expect(all.filter((session) => read(bench, session) === "missing: store-crash")).toHaveLength(share);
    expect(all.filter((session) => read(bench, session) === 5)).toHaveLength(SESSIONS - share);
    expect(share / SESSIONS).toBeGreaterThan(0.25);
    expect(share / SESSIONS).toBeLessThan(0.42);
  });

  it("a server waits without end for a node that hangs, unless it has a timeout", () => {
    const mine = all.find((session) => nodeOf(3)(session) === 0)!;
    const patient = stored();
    patient.backend.storeFaultBegins("hang", 0);
    const endless = patient.read(mine, 0);
    pass(patient, 60_000);
    expect(told(endless)).toBe("pending");
    patient.backend.storeFaultEnds("hang", 0);
    pass(patient, 10);
    expect(told(endless)).toBe(5);
    const brief = stored({ timeoutMs: 400 });
    brief.backend.storeFaultBegins("hang", 0);
    const read = brief.read(mine, 0);
    pass(brief, 400);
    expect(told(read)).toBe("unavailable");
  });
});

describe("with ejection", () => {
  const eject = { autoEject: true };
  const mine = all.find((session) => nodeOf(3)(session) === 0)!;

  it("two failures of a server take the node out of its circle, and of nobody else's", () => {
    const bench = stored(eject);
    bench.backend.storeFaultBegins("crash", 0);
    expect([read(bench, mine), read(bench, mine), read(bench, mine)]).toEqual([
      "unavailable",
      "unavailable",
      "missing: store-crash",
    ]);
    expect(read(bench, mine, 1)).toBe("unavailable");
  });

  it("moves the keys of the node that is out, and no others", () => {
    const bench = stored(eject);
    bench.backend.storeFaultBegins("crash", 0);
    read(bench, mine);
    read(bench, mine);
    const gone = all.filter((session) => read(bench, session) === "missing: store-crash");
    expect(gone).toEqual(all.filter((session) => nodeOf(3)(session) === 0));
  });

  it("tries the node again after its time, and loses those a second time who have settled elsewhere", () => {
    const bench = stored({ ...eject, keepsId: false });
    bench.backend.storeFaultBegins("crash", 0);
    read(bench, mine);
    read(bench, mine);
    bench.begin(mine);
    expect(write(bench, mine, 1)).toBe(1);
    bench.backend.storeFaultEnds("crash", 0);
    pass(bench, 29_999);
    expect(read(bench, mine)).toBe(1);
    pass(bench, 1);
    expect(read(bench, mine)).toBe("missing: store-failover");
  });

  it("raises the session from before where a node was out of reach only and the user came back under the same id", () => {
    const bench = stored({ ...eject, timeoutMs: 100 });
    bench.backend.storeFaultBegins("hang", 0);
    for (const _ of [0, 1]) {
      bench.read(mine, 0);
      pass(bench, 100);
    }
    expect(read(bench, mine)).toBe("missing: store-failover");
    bench.begin(mine);
    write(bench, mine, 1);
    write(bench, mine, 2);
    bench.backend.storeFaultEnds("hang", 0);
    pass(bench, 30_000);
    // Nothing of the two writes since is in it.
    expect(read(bench, mine)).toBe(0);
    expect(bench.backend.cause).toBe("old-copy");
  });

  it("fails everything when every node is out", () => {
    const bench = stored({ ...eject, nodes: 1 });
    bench.backend.storeFaultBegins("crash", 0);
    expect([read(bench, 0), read(bench, 0), read(bench, 0)]).toEqual(["unavailable", "unavailable", "unavailable"]);
  });
});

it("drops the oldest of a class in silence, and refuses what is larger than an item may be", () => {
  const bench = made({ nodes: 1, memoryBytes: 1024 * 1024 });
  for (const session of all) bench.bytes.set(session, 10_000);
  for (const session of all) write(bench, session, 1);
  const found = all.map((session) => read(bench, session));
  expect(found[0]).toBe("missing: store-eviction");
  expect(found[SESSIONS - 1]).toBe(1);
  bench.bytes.set(0, 2_000_000);
  expect(write(bench, 0, 1)).toBe("unavailable");
});

it("is emptied by a flush, and is not concerned when its nodes cannot reach one another", () => {
  const bench = stored();
  bench.backend.storeFaultBegins("cut-off", 0);
  expect(all.every((session) => read(bench, session) === 5)).toBe(true);
  bench.backend.storeFaultBegins("flush", 0);
  const flushed = all.filter((session) => read(bench, session) === "missing: store-flush");
  expect(flushed).toEqual(all.filter((session) => nodeOf(3)(session) === 0));
});
