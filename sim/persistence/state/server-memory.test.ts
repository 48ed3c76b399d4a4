import { describe, expect, it } from "vitest";
import { WRITTEN } from "./backend.ts";
import { Bench, told } from "./testing/bench.ts";

describe("server memory", () => {
  it("gives a session back where it was written, and nowhere else", () => {
    const bench = new Bench("server-memory", 3);
    bench.begin(0);
    expect(bench.write(0, 1, 1).outcome).toBe(WRITTEN);
    expect(told(bench.read(0, 1))).toBe(1);
    expect(told(bench.read(0, 2))).toBe("missing: elsewhere");
    bench.write(0, 1, 2);
    expect(told(bench.read(0, 1))).toBe(2);
  });

  it("takes no time and sends nothing", () => {
    const bench = new Bench("server-memory", 3);
    bench.begin(0);
    bench.write(0, 1, 1);
    bench.read(0, 1);
    expect(bench).toMatchObject({ nowMs: 0, replicationMessages: 0, storeOperations: 0, cookieBytes: 0 });
    expect(bench.backend.copies(10)).toBe(1);
  });

  it("loses with a crash what lay on the server, and only that", () => {
    const bench = new Bench("server-memory", 3);
    for (const session of [0, 1]) bench.begin(session);
    bench.write(0, 1, 1);
    bench.write(1, 2, 5);
    bench.crash(1);
    expect(told(bench.read(0, 2))).toBe("missing: crash");
    expect(told(bench.read(1, 2))).toBe(5);
    // The server that comes back is another life, with an empty memory.
    bench.start(1);
    expect(told(bench.read(0, 1))).toBe("missing: crash");
  });

  it("loses with a server that is taken away what lay there, and says so", () => {
    const bench = new Bench("server-memory", 3);
    bench.begin(0);
    bench.write(0, 1, 1);
    bench.stop(1);
    expect(told(bench.read(0, 2))).toBe("missing: scale-in");
  });

  it("keeps everything that concurrent requests of one session change, for they work on one object", () => {
    const bench = new Bench("server-memory", 2);
    bench.begin(0);
    bench.write(0, 1, 1);
    const reads = [bench.read(0, 1), bench.read(0, 1), bench.read(0, 1)];
    const written = reads.map(({ found }) => bench.write(0, 1, found + 1).found);
    expect(written).toEqual([2, 3, 4]);
    expect(told(bench.read(0, 1))).toBe(4);
  });

  it("begins anew in a slot that another session had", () => {
    const bench = new Bench("server-memory", 2);
    bench.begin(0);
    bench.write(0, 0, 9);
    bench.begin(0);
    expect(told(bench.read(0, 0))).toMatch(/^missing/);
    bench.write(0, 1, 1);
    expect(told(bench.read(0, 1))).toBe(1);
  });

  it("keeps sessions apart while there are more and more of them", () => {
    const bench = new Bench("server-memory", 3);
    for (let session = 0; session < 50; session++) {
      bench.begin(session);
      bench.write(session, session % 3, session + 1);
    }
    for (let session = 0; session < 50; session++) expect(told(bench.read(session, session % 3))).toBe(session + 1);
  });
});
