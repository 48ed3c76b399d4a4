import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkVectors } from "./envoy.ts";
import type { Vectors } from "./trace.ts";

const folder = new URL("./golden/envoy/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const vectorsOf = (file: string): Vectors => JSON.parse(readFileSync(new URL(file, folder), "utf8"));

const hosts = (...ports: number[]) => ports.map((port) => ({ key: `127.0.0.1:${port}` }));
const base = { format: "lb-golden-vectors/1", product: "envoy", version: "" } as const;

describe("figures that Envoy's own tests publish", () => {
  it.each(files)("%s: all of them", (file) => {
    const vectors = vectorsOf(file);
    const { matched, total, mismatches } = checkVectors(vectors);
    expect(mismatches).toEqual([]);
    expect(total).toBeGreaterThan(0);
    expect(matched).toBe(total);
  });

  it("a ring by MurmurHash64A: BasicWithMurmur2 of ring_hash_lb_test.cc", () => {
    const ring = [
      [85, "1358027074129602068"],
      [83, "4361834613929391114"],
      [84, "7224494972555149682"],
      [81, "7701421856454313576"],
      [82, "8649315368077433379"],
      [84, "8739448859063030639"],
      [81, "9887544217113020895"],
      [82, "10150910876324007731"],
      [83, "15168472011420622455"],
      [80, "15427156902705414897"],
      [85, "16375050414328759093"],
      [80, "17613279263364193813"],
    ].map(([port, position]) => [`127.0.0.1:${port}`, String(position)] as const);
    const result = checkVectors({
      ...base,
      algorithm: "ring-hash",
      config: { min: 12, hash: "MURMUR_HASH_2" },
      hosts: hosts(80, 81, 82, 83, 84, 85),
      ring,
      lookups: [
        ["0", "127.0.0.1:85"],
        ["18446744073709551615", "127.0.0.1:85"],
        ["1358027074129602069", "127.0.0.1:83"],
      ],
    });
    expect(result).toEqual({ matched: 4, total: 4, mismatches: [] });
  });

  it("a ring and a table of hosts that are hashed by name: BasicWithHostname", () => {
    const named = ["90", "91", "92", "93", "94", "95"].map((key) => ({ key }));
    const ring = checkVectors({
      ...base,
      algorithm: "ring-hash",
      config: { min: 12 },
      hosts: named,
      lookups: [
        ["0", "95"],
        ["7225015537174310577", "92"],
        ["6803900775736438537", "93"],
      ],
    });
    const table = checkVectors({
      ...base,
      algorithm: "maglev",
      config: { size: 7 },
      hosts: named,
      table: ["92", "95", "90", "93", "94", "91", "90"],
    });
    expect([ring.matched, ring.total, table.matched, table.total]).toEqual([3, 3, 1, 1]);
  });

  it("tells what differs, and where", () => {
    const vectors = vectorsOf("vectors-ring-hash-uneven-eq2.json");
    const { matched, total, mismatches } = checkVectors({ ...vectors, lookups: [["0", "127.0.0.1:81"]] });
    expect([matched, total]).toEqual([1, 2]);
    expect(mismatches).toEqual([
      { step: 0, request: 1, what: "server", expected: "127.0.0.1:81", found: "127.0.0.1:80" },
    ]);
  });

  it("knows no figures of other algorithms", () => {
    const vectors = { ...base, algorithm: "round-robin", config: {}, hosts: hosts(80) };
    expect(() => checkVectors(vectors)).toThrow(/round-robin/);
  });
});
