/** LB-1 in SIM.JS (npm simjs), the way its guide has it: a facility for each server, an entity that sends requests. */
import { createRequire } from "node:module";
import { type Case, Latencies, type Outcome, RHO } from "./model.ts";

interface SimJsRequest {
  done(callback: (argument: number) => void, context: object, argument: readonly number[]): SimJsRequest;
}
interface SimJsEntity {
  time(): number;
  setTimer(delay: number): SimJsRequest;
  useFacility(facility: object, duration: number): SimJsRequest;
}
interface SimJs {
  readonly Sim: new () => { step(): boolean; addEntity(entity: abstract new (...given: never[]) => SimJsEntity): void };
  readonly Entity: new (...given: never[]) => SimJsEntity;
  readonly Facility: new (name: string) => object;
  readonly Random: new (seed: number) => { random(): number; exponential(rate: number): number };
}

/** The package is a browser bundle: all that it exports is `window.Sim`. */
function loadSimJs(): SimJs {
  const browser: { Sim?: SimJs } = {};
  const host: { window?: unknown } = globalThis;
  host.window = browser;
  createRequire(import.meta.url)("simjs");
  delete host.window;
  if (browser.Sim === undefined) throw new Error("the package simjs did not define window.Sim; run npm ci");
  return browser.Sim;
}

const { Sim, Entity, Facility, Random } = loadSimJs();

export function runSimJs({ policy, servers, requests, seed }: Case): Outcome {
  const latencies = new Latencies();
  const random = new Random(seed);
  const below = (count: number) => Math.floor(random.random() * count);
  const facilities = Array.from({ length: servers }, (_, server) => new Facility(`server-${server + 1}`));
  const inSystem = new Array<number>(servers).fill(0);
  const warmUp = Math.floor(requests / 10);
  let done = 0;

  const choose = {
    random: () => below(servers),
    jsq: () => inSystem.indexOf(Math.min(...inSystem)),
    p2c: () => {
      const one = below(servers);
      const other = (one + 1 + below(servers - 1)) % servers;
      return inSystem[other]! < inSystem[one]! ? other : one;
    },
  }[policy];

  class Clients extends Entity {
    start(): void {
      this.setTimer(random.exponential(RHO * servers)).done(this.arrive, this, []);
    }
    arrive(): void {
      const server = choose();
      inSystem[server]!++;
      this.useFacility(facilities[server]!, random.exponential(1)).done(() => this.answered(server, sentAt), this, []);
      const sentAt = this.time();
      this.start();
    }
    answered(server: number, sentAt: number): void {
      inSystem[server]!--;
      if (done++ >= warmUp) latencies.add(this.time() - sentAt);
    }
  }

  const sim = new Sim();
  sim.addEntity(Clients);
  while (done < requests) sim.step();
  return latencies.outcome(requests);
}
