import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AccessSessions, type EndedSession } from "./access-log-sessions.ts";

const gap = 1800;

/** Feeds (client, second) in order; returns the session of each request and the ends as they became known. */
function cut(requests: readonly (readonly [client: number, second: number])[]) {
  const ended: EndedSession[] = [];
  const sessions = new AccessSessions(gap, (end) => ended.push(end));
  const sessionOf = requests.map(([client, second]) => {
    sessions.expire(second);
    return sessions.sessionOf(sessions.request(client, second, second * 1000));
  });
  sessions.endAll();
  return { sessions, sessionOf, ended };
}

describe("sessions of an access log", () => {
  it("go on over a silence just below the gap and begin anew at the gap", () => {
    expect(
      cut([
        [7, 0],
        [7, gap - 1],
        [7, 2 * gap - 1],
      ]).sessionOf,
    ).toEqual([0, 0, 1]);
  });

  it("belong to one client each", () => {
    expect(
      cut([
        [7, 0],
        [8, 0],
        [7, 1],
        [9, 1],
        [8, 2],
      ]).sessionOf,
    ).toEqual([0, 1, 0, 2, 1]);
  });

  it("are over when the gap is full, known at the next request of anyone", () => {
    const { ended } = cut([
      [7, 0],
      [7, 10],
      [8, 5000],
    ]);
    expect(ended).toEqual([
      { session: 0, requests: 2, lastAtMs: 10_000, silentAtSec: 10 + gap },
      { session: 1, requests: 1, lastAtMs: 5_000_000, silentAtSec: null },
    ]);
  });

  it("are what a plain map of every client's last request gives, and each ends once", () => {
    const step = fc.tuple(fc.nat(4), fc.oneof(fc.nat(3), fc.integer({ min: gap - 2, max: gap + 2 })));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let second = 0;
        const requests = steps.map(([client, pause]) => [client, (second += pause)] as const);
        const last = new Map<number, { second: number; session: number; requests: number }>();
        const counts: number[] = [];
        const expected = requests.map(([client, at]) => {
          const known = last.get(client);
          const session = known !== undefined && at - known.second < gap ? known.session : counts.push(0) - 1;
          counts[session]!++;
          last.set(client, { second: at, session, requests: 0 });
          return session;
        });
        const { sessionOf, ended } = cut(requests);
        expect(sessionOf).toEqual(expected);
        expect(ended.map((end) => end.session).sort((a, b) => a - b)).toEqual(counts.map((_, session) => session));
        expect(ended.every((end) => end.requests === counts[end.session])).toBe(true);
      }),
    );
  });

  it("take room for the clients of one gap, not for all that ever came", () => {
    const requests = Array.from({ length: 50_000 }, (_, client) => [client, client * 10] as const);
    const { sessions } = cut(requests);
    expect(sessions.begun).toBe(50_000);
    expect(sessions.clientsAtOnce).toBe(gap / 10);
  });
});
