/**
 * Views that see what is done with them: what is read is counted, what is written is noted and does not happen, what the
 * interface does not have is noted and not there.
 */
import { plainNumber } from "../../reports/format.ts";
import type { FleetView, ReportColumns, RequestView } from "../../sim/balancing/algorithm.ts";
import { Draws } from "../../sim/engine/draws.ts";

/** An algorithm did what it may not. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** More reads than any call needs, for a fleet and for each of its servers; a loop without end is stopped there. */
const MOST_READS = 20_000;
const MOST_READS_PER_SERVER = 200;

type Names<T> = Readonly<Record<keyof T, true>>;

const fleetNames: Names<FleetView> = {
  count: true,
  identity: true,
  weight: true,
  inFlight: true,
  eligible: true,
  eligibleCount: true,
  isEligible: true,
  isListed: true,
  isUp: true,
  isDraining: true,
  isBarred: true,
  barredCount: true,
  version: true,
  reports: true,
  sentBytes: true,
  receivedBytes: true,
};
const reportNames: Names<ReportColumns> = {
  madeAtMs: true,
  inSystem: true,
  utilisation: true,
  answeredPerSec: true,
  failedPerSec: true,
};
const drawNames: Names<Draws> = {
  at: true,
  atWords: true,
  uniform: true,
  bits: true,
  below: true,
  exponential: true,
  normal: true,
  exponentials: true,
  words: true,
};
/** Those that say which draw is meant. */
const placing = new Set<string>(["at", "atWords", "exponentials", "words"] satisfies (keyof Draws)[]);

type Column = Float64Array | Int32Array | Uint8Array;
const mutating = new Set(["fill", "set", "sort", "reverse", "copyWithin"]);

export class Watch {
  /** Reads of the view since it was last set to 0. */
  reads = 0;
  private readsOfCall = 0;
  private readonly mostReads: number;
  /** The request that is being decided on, or -1. */
  private request = -1;
  private readonly proxies = new Map<object, object>();

  constructor(servers: number) {
    this.mostReads = MOST_READS + MOST_READS_PER_SERVER * servers;
  }

  /** A call of the algorithm's begins. */
  enter(request = -1): void {
    this.request = request;
    this.readsOfCall = 0;
  }

  private read(times = 1): void {
    this.reads += times;
    this.readsOfCall += times;
    if (this.readsOfCall > this.mostReads) {
      throw new Violation(`read its view ${plainNumber(this.mostReads, 0)} times in one call: a loop without end?`);
    }
  }

  fleet(fleet: FleetView): FleetView {
    return this.object(fleet, fleetNames, "fleet");
  }

  private object<T extends object>(target: T, names: Readonly<Record<string, true>>, what: string): T {
    return new Proxy(target, {
      get: (_, key) => {
        if (typeof key === "string" && names[key] === undefined) throw unknown(what, key);
        this.read();
        return this.wrapped(Reflect.get(target, key), `${what}.${String(key)}`);
      },
      set: (_, key) => {
        throw written(`${what}.${String(key)}`);
      },
    });
  }

  private wrapped(value: unknown, what: string): unknown {
    if (typeof value !== "object" || value === null) return value;
    const known = this.proxies.get(value);
    if (known !== undefined) return known;
    const proxy = ArrayBuffer.isView(value)
      ? this.column(value as Column, what)
      : Array.isArray(value)
        ? this.list(value, what)
        : this.object(value, reportNames, what);
    this.proxies.set(value, proxy);
    return proxy;
  }

  private column(column: Column, what: string): Column {
    return new Proxy(column, {
      get: (_, key) => {
        if (typeof key === "string" && mutating.has(key)) throw written(what);
        const value: unknown = Reflect.get(column, key);
        if (typeof value !== "function") {
          this.read();
          return value;
        }
        return (...given: unknown[]) => {
          this.read(column.length);
          const result: unknown = Reflect.apply(value, column, given);
          const isPart = ArrayBuffer.isView(result) && result.buffer === column.buffer;
          return isPart ? this.column(result as Column, what) : result;
        };
      },
      set: () => {
        throw written(what);
      },
    });
  }

  private list<T>(list: readonly T[], what: string): readonly T[] {
    return new Proxy(list, {
      get: (_, key) => {
        this.read();
        const value: unknown = Reflect.get(list, key);
        return typeof value === "object" && value !== null ? Object.freeze(value) : value;
      },
      set: () => {
        throw written(what);
      },
    });
  }

  /** What can be seen of requests: of the one that is being decided on, and no other. */
  requests(requests: RequestView): RequestView {
    const of =
      <Given extends readonly unknown[], Result>(name: string, look: (...given: Given) => Result) =>
      (...given: Given): Result => {
        if (given[0] === this.request) return look(...given);
        const meanwhile = this.request < 0 ? "while none is being decided on" : `while deciding on ${this.request}`;
        throw new Violation(`asked requests.${name} about request ${String(given[0])} ${meanwhile}`);
      };
    return {
      addressOf: of("addressOf", requests.addressOf),
      addressBytesOf: of("addressBytesOf", requests.addressBytesOf),
      addressTextOf: of("addressTextOf", requests.addressTextOf),
      portOf: of("portOf", requests.portOf),
      urlOf: of("urlOf", requests.urlOf),
      uriOf: of("uriOf", requests.uriOf),
      headerOf: of("headerOf", requests.headerOf),
      cookieOf: of("cookieOf", requests.cookieOf),
    };
  }

  /** Draws that want to be positioned before the first: else they would be the same whatever the seed. */
  draws(seed: number): Draws {
    const draws = new Draws(seed, "balancing/0");
    let isPlaced = false;
    const watched: Draws = new Proxy(draws, {
      get: (_, key) => {
        if (typeof key === "string" && !(key in drawNames)) throw unknown("draws", key);
        const method: unknown = Reflect.get(draws, key);
        if (typeof method !== "function") return method;
        return (...given: unknown[]) => {
          if (placing.has(String(key))) isPlaced = true;
          else if (!isPlaced) throw new Violation(`called draws.${String(key)} before draws.at`);
          const result: unknown = Reflect.apply(method, draws, given);
          return result === draws ? watched : result;
        };
      },
      set: (_, key) => {
        throw written(`draws.${String(key)}`);
      },
    });
    return watched;
  }
}

const written = (what: string) => new Violation(`wrote to ${what}`);
const unknown = (what: string, key: string) => new Violation(`looked for ${what}.${key}, which there is not`);
