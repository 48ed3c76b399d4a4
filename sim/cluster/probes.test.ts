import { describe, expect, it } from "vitest";
import type { BalancingAlgorithm } from "../balancing/algorithm.ts";
import { Kernel } from "../engine/kernel.ts";
import { Meter } from "../metrics/meter.ts";
import { PROBE_AT_SERVER } from "./events.ts";
import { Probes } from "./probes.ts";
import { Requests } from "./requests.ts";
import { Servers } from "./servers.ts";
import { constant, group, scenario } from "./testing/scenario.ts";

/** One server with as many requests as the test likes, and what a balancer hears of it. */
class Asked {
  readonly kernel = new Kernel();
  readonly servers: Servers;
  readonly meter: Meter;
  readonly probes: Probes;
  readonly heard: { atMs: number; server: number; inSystem: number; responseTimeMs: number }[] = [];

  constructor(delayMs: number) {
    const requests = new Requests();
    this.servers = new Servers(scenario([group({ workers: 100 })]), requests, this.kernel);
    this.meter = new Meter(this.kernel, requests);
    this.servers.start(0, 0);
    const listener = {
      probed: (server: number, inSystem: number, responseTimeMs: number) =>
        this.heard.push({ atMs: this.kernel.nowMs, server, inSystem, responseTimeMs }),
    } as Partial<BalancingAlgorithm> as BalancingAlgorithm;
    const { kernel, servers, meter } = this;
    this.probes = new Probes({ kernel, delayMs: constant(delayMs), seed: 1, servers, algorithms: [listener], meter });
  }

  run(untilMs = Infinity): void {
    while (this.kernel.next(untilMs)) {
      if (this.kernel.kind === PROBE_AT_SERVER) this.probes.atServer(this.kernel.entity);
      else this.probes.answered(this.kernel.entity);
    }
  }

  /** A request that met `inSystem` and took so long. */
  served(inSystem: number, responseTimeMs: number): void {
    this.probes.requestArrived(0, inSystem);
    this.probes.requestAnswered(0, 0, responseTimeMs);
  }

  answer(): { inSystem: number; responseTimeMs: number } {
    this.probes.ask(0, 0);
    this.run();
    return this.heard.at(-1)!;
  }
}

describe("a probe", () => {
  it("crosses the network, is answered with what holds there at that moment, and the answer crosses back", () => {
    const asked = new Asked(3);
    asked.probes.ask(0, 0);
    asked.run(2);
    asked.servers.ints[0] = 7;
    asked.run(4);
    asked.servers.ints[0] = 9;
    asked.run();
    expect(asked.heard).toEqual([{ atMs: 6, server: 0, inSystem: 7, responseTimeMs: Number.NaN }]);
    expect(asked.meter.balancerMessages).toBe(2);
  });

  it("is never answered while it is being asked, however fast the network", () => {
    const asked = new Asked(0);
    asked.probes.ask(0, 0);
    expect(asked.heard).toEqual([]);
    asked.run();
    expect(asked.heard).toHaveLength(1);
  });

  it("gets no answer from a server that is down when it arrives", () => {
    const asked = new Asked(3);
    asked.probes.ask(0, 0);
    asked.run(1);
    asked.servers.stop(0, 1);
    asked.run();
    expect(asked.heard).toEqual([]);
    expect(asked.meter.balancerMessages).toBe(1);
  });

  it("is told the median response time of the sixteen recent requests that met the most similar number", () => {
    const asked = new Asked(0);
    for (let i = 1; i <= 20; i++) asked.served(2, i);
    for (let i = 1; i <= 17; i++) asked.served(8, 100 * i);
    asked.servers.ints[0] = 8;
    // The sixteen latest of the seventeen: 200 … 1700, of whose middle two the lower is 900.
    expect(asked.answer()).toMatchObject({ inSystem: 8, responseTimeMs: 900 });
    asked.servers.ints[0] = 1;
    expect(asked.answer()).toMatchObject({ inSystem: 1, responseTimeMs: 12 });
  });

  it("is told nothing by a server that has no recent answer within a quarter of what a request would meet now", () => {
    const asked = new Asked(0);
    asked.served(5, 70);
    for (const [inSystem, responseTimeMs] of [
      [0, Number.NaN],
      [2, Number.NaN],
      [3, 70],
      [5, 70],
      [6, Number.NaN],
    ]) {
      asked.servers.ints[0] = inSystem!;
      expect(asked.answer()).toMatchObject({ inSystem, responseTimeMs });
    }
  });

  it("is told of the last 64 answers at most, and of none before a restart", () => {
    const asked = new Asked(0);
    asked.served(1, 5);
    for (let i = 0; i < 64; i++) asked.served(1, 50);
    expect(asked.answer().responseTimeMs).toBe(50);
    asked.servers.stop(0, 0);
    asked.servers.start(0, 0);
    asked.probes.serverStarted(0);
    expect(asked.answer().responseTimeMs).toBeNaN();
  });
});
