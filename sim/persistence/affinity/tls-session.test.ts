import { describe, expect, it } from "vitest";
import { expectShare } from "../../engine/testing/fit.ts";
import { Bench } from "./testing/bench.ts";

describe("a TLS session's id", () => {
  it("leads a client that resumes, until its session is as old as sessions get", () => {
    const bench = new Bench("tls-session", { knobs: { resumingFraction: 1, timeoutMs: 300_000 } });
    bench.begin(0);
    expect(bench.look(0).server).toBe(-1);
    bench.answer(0, 2);
    bench.nowMs = 200_000;
    bench.answer(0, 2);
    expect(bench.look(0).server).toBe(2);
    // Use does not lengthen its life.
    bench.nowMs = 300_001;
    expect(bench.look(0).server).toBe(-1);
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("tls-session-changed");
    bench.answer(0, 1);
    expect(bench.look(0).server).toBe(1);
  });

  it("changes with every connection of the others", () => {
    const bench = new Bench("tls-session", { knobs: { resumingFraction: 0.2, entries: 100_000 } });
    const clients = 8000;
    let led = 0;
    for (let client = 0; client < clients; client++) {
      bench.begin(client);
      bench.answer(client, 2);
      if (bench.look(client).server === 2) led++;
      else expect(bench.mechanism.whyElsewhere(client, 0)).toBe("tls-session-changed");
    }
    expectShare(led, clients, 0.2);
  });

  it("is learned all the same, so that ids that never come back push out those that do", () => {
    const bench = new Bench("tls-session", { knobs: { resumingFraction: 0.5, entries: 20, timeoutMs: 1e9 } });
    const led = (client: number) => bench.look(client).server >= 0;
    for (let client = 0; client < 10; client++) {
      bench.begin(client);
      bench.answer(client, 2);
    }
    const resuming = Array.from({ length: 10 }, (_, client) => client).filter(led);
    expect(resuming.length).toBeGreaterThan(0);
    expect(resuming.length).toBeLessThan(10);
    const other = Array.from({ length: 10 }, (_, client) => client).find((client) => !led(client))!;
    for (let request = 1; request < 100; request++) {
      bench.nowMs = 1000 * request;
      bench.answer(other, 2);
    }
    expect(resuming.filter(led)).toEqual([]);
    expect(bench.mechanism.whyElsewhere(resuming[0]!, 0)).toBe("binding-evicted");
  });
});
