import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as request from "./requests.ts";
import * as server from "./servers.ts";
import { group, scenario } from "./testing/scenario.ts";

function serversOf(...groups: Parameters<typeof group>[0][]) {
  const clock = { nowMs: 0 };
  const requests = new request.Requests();
  const servers = new server.Servers(scenario(groups.map((parts) => group(parts))), requests, clock);
  const word = (of: number, field: number) => servers.ints[of * server.INTS + field]!;
  const number = (of: number, field: number) => servers.floats[of * server.FLOATS + field]!;
  return { clock, requests, servers, word, number };
}

describe("the servers", () => {
  it("are the groups' one after the other, named and numbered within their group", () => {
    const { servers, word, number } = serversOf(
      { name: "small", count: 2, workers: 4, weight: 1 },
      {
        name: "large",
        count: 1,
        workers: 16,
        weight: 3,
        speed: 2,
        discipline: "ps",
        concurrencyLimit: 9,
        queueLimit: 5,
      },
    );
    expect(servers.names).toEqual(["small-1", "small-2", "large-1"]);
    expect([...servers.workers]).toEqual([4, 4, 16]);
    expect([...servers.weight]).toEqual([1, 1, 3]);
    expect([word(0, server.PLACES), word(2, server.PLACES)]).toEqual([4, 9]);
    expect([word(0, server.QUEUE_LIMIT), word(2, server.QUEUE_LIMIT)]).toEqual([0x7fffffff, 5]);
    expect([number(0, server.SPEED), number(2, server.SPEED)]).toEqual([1, 2]);
    expect([number(0, server.IS_SHARING), number(2, server.IS_SHARING)]).toEqual([0, 1]);
  });

  it("live one life after the other, each with a larger number", () => {
    const { servers } = serversOf({ count: 2 });
    servers.start(0, 0);
    servers.start(1, 0);
    const first = servers.lifeOf(0);
    expect([servers.upCount, servers.isUp(0), servers.isAlive(first)]).toEqual([2, true, true]);
    servers.stop(0, 10);
    expect([servers.upCount, servers.isUp(0), servers.isAlive(first), servers.lifeOf(0)]).toEqual([
      1,
      false,
      false,
      -1,
    ]);
    expect(servers.serverOf(first)).toBe(0);
    const next = servers.nextLife;
    servers.start(0, 15);
    expect(servers.lifeOf(0)).toBe(next);
    expect(next).toBeGreaterThan(first);
    expect([servers.isAlive(first), servers.isAlive(next), servers.isAlive(-1), servers.serverOf(-1)]).toEqual([
      false,
      true,
      false,
      -1,
    ]);
    expect(servers.crashes[0]).toBe(1);
    expect(servers.upForMs(0, 20)).toBe(10 + 5);
    expect(servers.upForMs(1, 20)).toBe(20);
  });

  it("integrate requests and busy workers over time, a worker being busy with one request", () => {
    const { clock, servers, word, number } = serversOf({ workers: 2 });
    const stays = fc.array(fc.record({ ms: fc.nat(50), inService: fc.nat(5), queued: fc.nat(5) }));
    fc.assert(
      fc.property(stays, (stays) => {
        servers.settle(0);
        const before = [number(0, server.BUSY_MS), number(0, server.IN_SYSTEM_MS)] as const;
        let [busyMs, inSystemMs] = [0, 0];
        for (const { ms, inService, queued } of stays) {
          servers.ints[server.IN_SERVICE] = inService;
          servers.ints[server.QUEUED] = queued;
          clock.nowMs += ms;
          servers.settle(0);
          busyMs += ms * Math.min(2, inService);
          inSystemMs += ms * (inService + queued);
        }
        expect(number(0, server.BUSY_MS) - before[0]).toBe(busyMs);
        expect(number(0, server.IN_SYSTEM_MS) - before[1]).toBe(inSystemMs);
        servers.ints.fill(0, server.IN_SERVICE, server.QUEUED + 1);
      }),
    );
    expect(word(0, server.QUEUED)).toBe(0);
  });

  it("serve whoever has waited longest, however many give up in between", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("come" as const), server: fc.nat(1) }),
      fc.record({ do: fc.constant("serve" as const), server: fc.nat(1) }),
      fc.record({ do: fc.constant("leave" as const), server: fc.nat(1), which: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { requests, servers, word } = serversOf({ count: 2 });
        const queues: number[][] = [[], []];
        for (const step of steps) {
          const queue = queues[step.server]!;
          if (step.do === "come") {
            const slot = requests.take();
            servers.enqueue(step.server, slot);
            queue.push(slot);
          } else if (queue.length > 0 && step.do === "serve") {
            expect(servers.dequeue(step.server)).toBe(queue.shift());
          } else if (queue.length > 0 && step.do === "leave") {
            servers.leaveQueue(step.server, queue.splice(step.which % queue.length, 1)[0]!);
          }
          expect(word(step.server, server.QUEUED)).toBe(queue.length);
        }
        for (const [of, queue] of queues.entries()) for (const slot of queue) expect(servers.dequeue(of)).toBe(slot);
      }),
    );
  });

  it("find that their books are in order, or else say whose are not", () => {
    const { clock, requests, servers } = serversOf({ name: "web", count: 2 });
    const slot = requests.take();
    const at = slot * request.INTS;
    servers.settle(1);
    servers.ints[server.INTS + server.IN_SERVICE] = 1;
    requests.ints[at + request.SERVER] = 1;
    requests.ints[at + request.PHASE] = request.WORKING;
    clock.nowMs = 30;
    expect(servers.requestsOn(1)).toEqual([slot]);
    expect(servers.requestsOn(0)).toEqual([]);
    expect(() => servers.check(30)).not.toThrow();
    // It left, and nobody wrote down how long it had been there.
    requests.ints[at + request.PHASE] = request.RETURNING;
    servers.ints[server.INTS + server.IN_SERVICE] = 0;
    expect(() => servers.check(30)).toThrow("Little's law is broken on web-2: 30 request-ms, 0 spent");
    servers.floats[server.FLOATS + server.SOJOURN_MS] = 30;
    expect(() => servers.check(30)).not.toThrow();
  });
});
