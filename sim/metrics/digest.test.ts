import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Digest } from "./digest.ts";

interface Decision {
  readonly atMs: number;
  readonly visit: number;
  readonly request: number;
  readonly attempt: number;
  readonly server: number;
  readonly reason: number;
}

/** The digest after each decision, the start included. */
function valuesOf(decisions: readonly Decision[]): string[] {
  const clock = { nowMs: 0 };
  const digest = new Digest(clock);
  return [
    digest.value(),
    ...decisions.map(({ atMs, visit, request, attempt, server, reason }) => {
      clock.nowMs = atMs;
      digest.add(visit, request, attempt, server, reason);
      return digest.value();
    }),
  ];
}

const decision: fc.Arbitrary<Decision> = fc.record({
  atMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
  visit: fc.nat(),
  request: fc.nat(1000),
  attempt: fc.nat(3),
  server: fc.integer({ min: -1, max: 10_000 }),
  reason: fc.nat(4),
});

/** Another value for one field. */
const change = fc.oneof(
  fc.record({ atMs: fc.double({ min: 0, max: 1e9, noNaN: true }) }),
  fc.record({ visit: fc.nat() }),
  fc.record({ request: fc.nat(1000) }),
  fc.record({ attempt: fc.nat(3) }),
  fc.record({ server: fc.integer({ min: -1, max: 10_000 }) }),
  fc.record({ reason: fc.nat(4) }),
);

/** So many decisions of a made-up run. */
function digestOf(decisions: number, differsAt = -1) {
  const clock = { nowMs: 0 };
  const digest = new Digest(clock);
  const values: string[] = [];
  for (let i = 0; i < decisions; i++) {
    clock.nowMs = i / 8;
    digest.add(i % 97, i, 0, (i % 13) + (i === differsAt ? 1 : 0), 1);
    if ((i + 1) % 256 === 0) values.push(digest.value());
  }
  return { record: digest.record(), every256: values };
}

describe("the digest", () => {
  it("changes with any single decision, and stays changed to the end", () => {
    fc.assert(
      fc.property(fc.array(decision, { minLength: 1 }), fc.nat(), change, (decisions, which, change) => {
        const at = which % decisions.length;
        const changed = decisions.map((decision, index) => (index === at ? { ...decision, ...change } : decision));
        fc.pre(Object.entries(change).some(([field, value]) => decisions[at]![field as keyof Decision] !== value));
        const before = valuesOf(decisions);
        const after = valuesOf(changed);
        expect(after.slice(0, at + 1)).toEqual(before.slice(0, at + 1));
        // Every step can be undone, so two different states never meet again.
        for (let i = at + 1; i < before.length; i++) expect(after[i]).not.toBe(before[i]);
      }),
    );
  });

  it("changes when two different decisions change places", () => {
    fc.assert(
      fc.property(decision, decision, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(valuesOf([one, other])[2]).not.toBe(valuesOf([other, one])[2]);
      }),
    );
  });

  it("is 16 hexadecimal digits, the same today as in any later version", () => {
    const { record } = digestOf(1000);
    expect(record.value).toBe("7776df9893991226");
    expect(record.decisions).toBe(1000);
  });

  it("keeps the hash of everything so far at the end of every window of 256 decisions", () => {
    const { record, every256 } = digestOf(256 * 5 + 17);
    expect(record.windowSize).toBe(256);
    expect(record.windows).toEqual(every256);
    expect(record.windows).toHaveLength(5);
  });

  it("doubles its windows before there are 4,096, and those that stay are still the hashes of everything so far", () => {
    const { record, every256 } = digestOf(256 * 4096 + 600);
    expect(record.windowSize).toBe(512);
    expect(record.windows).toEqual(every256.filter((_, index) => index % 2 === 1));
  });

  it("shows in which window two runs part", () => {
    const one = digestOf(256 * 20).record;
    const other = digestOf(256 * 20, 256 * 7 + 3).record;
    expect(one.windows.findIndex((window, index) => window !== other.windows[index])).toBe(7);
    expect(other.value).not.toBe(one.value);
  });
});
