import { describe, expect, it } from "vitest";
import { withDefaults } from "../catalogue.ts";
import { sourceHash } from "../persistence/affinity/source-hash.ts";
import { WRITES } from "../workload/sessions.ts";
import { replay as replayed } from "./testing/replay.ts";

/** Leads every client by its address, so that servers tell addresses. */
const replay = (lines: Parameters<typeof replayed>[0], ends: Parameters<typeof replayed>[1], patienceMs?: number) =>
  replayed(lines, ends, {
    strategy: { affinity: { name: "source-hash", knobs: withDefaults(sourceHash, { avalanche: false }) } },
    users: { patienceMs: patienceMs ?? null },
  });

describe("the replay of a trace", () => {
  it("sends each request at its time, for its session, from its address, whatever became of the one before", () => {
    const { decisions } = replay(
      [
        { atMs: 5, session: 0, isFirst: true, address: 1 },
        { atMs: 6, session: 1, isFirst: true, address: 0 },
        // The first answer comes at 15; this is sent all the same.
        { atMs: 7, session: 0 },
        { atMs: 100.5, session: 1 },
      ],
      [],
    );
    expect(decisions.map(({ atMs, visit, request, server }) => [atMs, visit, request, server])).toEqual([
      [5, decisions[0]!.visit, 0, "server-2"],
      [6, decisions[1]!.visit, 0, "server-1"],
      [7, decisions[0]!.visit, 1, "server-2"],
      [100.5, decisions[1]!.visit, 1, "server-1"],
    ]);
    expect(decisions[1]!.visit).toBe(decisions[0]!.visit + 1);
  });

  it("completes a session when it is known that no request follows, and not before its last answer", () => {
    const lines = [
      { atMs: 5, session: 0, isFirst: true },
      { atMs: 50, session: 0 },
    ];
    const { counts, simulation } = replay(lines, [[0, 300]]);
    expect(counts).toMatchObject({ born: 1, completed: 1 });
    // Born with the answer at 15, over at 300.
    expect(simulation.ledger.lifespanMs.record()).toMatchObject({ total: 1, sum: 285 });
    const early = replay(lines, [[0, 50]]);
    expect(early.simulation.ledger.lifespanMs.record()).toMatchObject({ total: 1, sum: 45 });
  });

  it("leaves a session open that the trace never ends", () => {
    const { counts, live } = replay([{ atMs: 5, session: 0, isFirst: true }], []);
    expect([counts.born, counts.completed, live]).toEqual([1, 0, 1]);
  });

  it("counts as writes what the trace says, and the login", () => {
    const { simulation } = replay(
      [
        { atMs: 5, session: 0, isFirst: true },
        { atMs: 50, session: 0, writes: true },
        { atMs: 100, session: 0 },
        { atMs: 150, session: 0, writes: true },
      ],
      [],
    );
    expect(simulation.sessions.ints[WRITES]).toBe(3);
  });

  it("sends nothing more for a user who has left", () => {
    const { decisions, counts } = replay(
      [
        { atMs: 5, session: 0, isFirst: true },
        { atMs: 50, session: 0 },
        { atMs: 100, session: 0 },
      ],
      [[0, 200]],
      // Less than a request takes: the user leaves at 8.
      3,
    );
    expect(decisions.map(({ atMs }) => atMs)).toEqual([5]);
    expect(counts.born).toBe(0);
  });

  it("sends nothing more for a user who has left while other requests are still under way", () => {
    const { decisions, counts, live, simulation } = replay(
      [
        { atMs: 5, session: 0, isFirst: true },
        { atMs: 6, session: 0 },
        { atMs: 13.5, session: 0 },
        { atMs: 20, session: 0 },
      ],
      [[0, 200]],
      // The first request would be answered at 15; the user leaves at 13, the second one's time is up at 14.
      8,
    );
    expect(decisions.map(({ atMs }) => atMs)).toEqual([5, 6]);
    expect([counts.born, live, simulation.sessions.open]).toEqual([0, 0, 0]);
  });

  it("does nothing at all for an empty trace", () => {
    const { decisions, counts } = replay([], []);
    expect([decisions.length, counts.born]).toEqual([0, 0]);
  });

  it("refuses a chunk that it has not asked for", () => {
    const { simulation } = replay([], []);
    expect(() => simulation.feed(null)).toThrow("the run does not wait for a chunk");
  });
});
