import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fleet } from "../balancing/fleet.ts";
import { Draws } from "../engine/draws.ts";
import { Kernel } from "../engine/kernel.ts";
import { HEALTH_CHECK } from "./events.ts";
import { Health } from "./health.ts";
import { Requests } from "./requests.ts";
import { Servers } from "./servers.ts";
import { group, scenario } from "./testing/scenario.ts";

const INTERVAL = 1000;
const SEED = 5;
const BALANCERS = 2;
const SERVERS = 2;
/** Kind of the test's own events: a server changes state. */
const SWITCH = 100;

interface Switch {
  readonly atMs: number;
  readonly server: number;
}
interface Turn {
  readonly atMs: number;
  readonly balancer: number;
  readonly server: number;
  readonly eligible: boolean;
}

/** When each balancer takes servers out and back in, while they go down and up, or merely seem to, at the given times. */
function turns(switches: readonly Switch[], rise: number, fall: number, settings = true, seemingly = false): Turn[] {
  const kernel = new Kernel();
  const servers = new Servers(scenario([group({ count: SERVERS })]), new Requests(), kernel);
  const fleets = Array.from({ length: BALANCERS }, () => new Fleet(servers.weight));
  const found: Turn[] = [];
  const seemDown: boolean[] = Array.from({ length: SERVERS }, () => false);
  const healthCheck = settings ? { intervalMs: INTERVAL, timeoutMs: 100, rise, fall } : null;
  const health = new Health(kernel, servers, fleets, healthCheck, SEED, (balancer, server) => {
    found.push({ atMs: kernel.nowMs, balancer, server, eligible: fleets[balancer]!.isEligible[server] === 1 });
  });
  for (let server = 0; server < SERVERS; server++) servers.start(server, 0);
  for (const fleet of fleets) fleet.admit([0, 1]);
  for (const { atMs, server } of switches) kernel.schedule(atMs, SWITCH, server, 0);
  while (kernel.next(200_000)) {
    if (kernel.kind === HEALTH_CHECK) {
      health.probe(kernel.entity, kernel.operand);
    } else {
      const server = kernel.entity;
      if (seemingly) {
        seemDown[server] = !seemDown[server];
        health.setFails(server, seemDown[server]);
        continue;
      }
      if (servers.isUp(server)) servers.stop(server, kernel.nowMs);
      else servers.start(server, kernel.nowMs);
      health.serverChanged(server);
    }
  }
  // Once everything has settled nothing is probed any more.
  expect(kernel.next(Infinity)).toBe(false);
  return found;
}

const phaseMs = (balancer: number, server: number) =>
  new Draws(SEED, "health-check-phases").at(balancer, server).uniform() * INTERVAL;

/** The same with every single probe. */
function naiveTurns(switches: readonly Switch[], rise: number, fall: number): Turn[] {
  const found: Turn[] = [];
  for (let balancer = 0; balancer < BALANCERS; balancer++) {
    for (let server = 0; server < SERVERS; server++) {
      const own = switches.filter((change) => change.server === server).map(({ atMs }) => atMs);
      let eligible = true;
      let streak = 0;
      for (let atMs = phaseMs(balancer, server); atMs < 200_000; atMs += INTERVAL) {
        const isUp = own.filter((changeMs) => changeMs <= atMs).length % 2 === 0;
        streak = isUp === eligible ? 0 : streak + 1;
        if (streak === (eligible ? fall : rise)) {
          eligible = !eligible;
          streak = 0;
          found.push({ atMs, balancer, server, eligible });
        }
      }
    }
  }
  return found.sort((a, b) => a.atMs - b.atMs);
}

const rounded = (turns: readonly Turn[]) => turns.map((turn) => ({ ...turn, atMs: Math.round(turn.atMs * 1e6) / 1e6 }));

describe("health checks", () => {
  it("come to what probing all the time would, though only the probes that can matter are made", () => {
    // Gaps from far below to a few times the interval, so that streaks begin, break and complete.
    const change = fc.record({ gapMs: fc.double({ min: 0, max: 2500, noNaN: true }), server: fc.nat(SERVERS - 1) });
    const count = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40, size: "max" }), count, count, (changes, rise, fall) => {
        let atMs = 0;
        const switches = changes.map(({ gapMs, server }) => ({ atMs: (atMs += gapMs), server }));
        expect(rounded(turns(switches, rise, fall))).toEqual(rounded(naiveTurns(switches, rise, fall)));
      }),
    );
  });

  it("cannot tell a server that fails them from one that is down", () => {
    const switches = [20_000, 31_500, 40_000, 41_200, 55_000].map((atMs) => ({ atMs, server: 1 }));
    expect(turns(switches, 2, 3, true, true)).toEqual(turns(switches, 2, 3));
    expect(turns(switches, 2, 3, true, true)).toHaveLength(3 * BALANCERS);
  });

  it("take a crashed server out with the fall-th probe after the crash, each balancer at its own phase", () => {
    const found = turns([{ atMs: 20_000, server: 1 }], 2, 3);
    expect(found).toHaveLength(BALANCERS);
    for (const { atMs, balancer, server, eligible } of found) {
      expect([server, eligible]).toEqual([1, false]);
      expect(atMs).toBeCloseTo(20_000 + phaseMs(balancer, 1) + 2 * INTERVAL, 6);
    }
    expect(found[0]!.atMs).not.toBe(found[1]!.atMs);
  });

  it("bring it back with the rise-th probe after the restart", () => {
    const found = turns(
      [
        { atMs: 20_000, server: 0 },
        { atMs: 50_000, server: 0 },
      ],
      4,
      1,
    );
    const back = found.filter(({ eligible }) => eligible);
    expect(back).toHaveLength(BALANCERS);
    for (const { atMs, balancer } of back) expect(atMs).toBeCloseTo(50_000 + phaseMs(balancer, 0) + 3 * INTERVAL, 6);
  });

  it("do not notice an outage that is over before the fall-th probe", () => {
    const outage = [
      { atMs: 20_000, server: 0 },
      { atMs: 21_900, server: 0 },
    ];
    expect(turns(outage, 2, 3)).toEqual([]);
    expect(turns(outage, 2, 1)).toHaveLength(2 * BALANCERS);
  });

  it("are not there when there are none: nobody ever learns", () => {
    expect(turns([{ atMs: 20_000, server: 0 }], 1, 1, false)).toEqual([]);
  });
});
