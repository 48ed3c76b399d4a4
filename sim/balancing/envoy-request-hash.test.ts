import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Draws } from "../engine/draws.ts";
import { xxh64 } from "../engine/xxh64.ts";
import type { BalancingContext } from "./algorithm.ts";
import { RequestHash } from "./envoy-request-hash.ts";
import { Fleet } from "./fleet.ts";
import type { HashKeyOptions } from "./hash-key.ts";
import { type BenchParts, requestsOf } from "./testing/bench.ts";

const plain: HashKeyOptions = {
  key: "source",
  keyName: "",
  uriLength: null,
  uriDepth: null,
  uriWhole: false,
  uriPathOnly: false,
  domainOnly: false,
};

function hashOf(options: Partial<HashKeyOptions>, parts: BenchParts, request: number): RequestHash {
  const context: BalancingContext = {
    fleet: new Fleet([1]),
    requests: requestsOf(parts),
    draws: new Draws(1, "balancing/0"),
    clock: { nowMs: 0 },
    probes: { ask() {} },
    wake() {},
  };
  const hash = new RequestHash({ ...plain, ...options }, context);
  hash.read(request);
  return hash;
}

describe("the hash of a request", () => {
  it("is XXH64 of the client's address as text", () => {
    fc.assert(
      fc.property(fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)), (octets) => {
        const address = octets.reduce((word, octet) => word * 256 + octet, 0);
        const { high, low } = xxh64(new TextEncoder().encode(octets.join(".")));
        expect(hashOf({}, { addressOf: () => address }, 0)).toMatchObject({ high, low });
      }),
    );
  });

  it("is XXH64 of a header's value in UTF-8", () => {
    const { high, low } = xxh64(new TextEncoder().encode("größe"));
    expect(hashOf({ key: "header", keyName: "x" }, { headerOf: () => "größe" }, 0)).toMatchObject({ high, low });
  });
});
