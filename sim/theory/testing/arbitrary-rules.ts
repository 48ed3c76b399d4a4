/** Any rules of sessions, with times that matter in a run of seconds. */
import fc from "fast-check";
import type { Concurrency, SessionRules } from "../../index.ts";
import { law } from "./arbitrary-laws.ts";

const concurrency: fc.Arbitrary<Concurrency> = fc.oneof(
  fc.constantFrom<Concurrency>({ kind: "last-write-wins" }, { kind: "merge" }),
  fc.record({ kind: fc.constant("optimistic" as const), retries: fc.constantFrom(0, 1, 3) }),
  fc.record({
    kind: fc.constant("locked" as const),
    readersShare: fc.boolean(),
    pollMs: fc.constantFrom(0, 0, 7),
    waitTimeoutMs: fc.constantFrom(null, 20, 300),
    leaseMs: fc.constantFrom(null, 15, 200),
  }),
);

const encoding = fc.record({
  serialiseMsPerMib: fc.constantFrom(0, 10),
  deserialiseMsPerMib: fc.constantFrom(0, 10),
  compression: fc.constantFrom(null, { ratio: 2.9, fromBytes: 1024, compressMsPerMib: 3, decompressMsPerMib: 1 }),
});

const some = { freq: 1 } as const;

export const sessionRules: fc.Arbitrary<SessionRules> = fc.record({
  idleTimeoutMs: fc.constantFrom(null, 50, 400),
  absoluteTimeoutMs: fc.constantFrom(null, 300),
  afterLoss: fc.constantFrom("login" as const, "leave" as const),
  renewal: fc.constantFrom("every-request", "half-window", "on-write", "fixed"),
  cleanup: fc.oneof(
    fc.constant({ kind: "at-access" as const }),
    fc.record({ kind: fc.constant("periodic" as const), intervalMs: fc.constantFrom(30, 250) }),
    fc.record({ kind: fc.constant("probabilistic" as const), chance: fc.constantFrom(0, 0.01, 0.3, 1) }),
  ),
  warning: fc.option(
    fc.record({ beforeMs: fc.constantFrom(10, 45), reactsFraction: fc.constantFrom(0.5, 1), reactionMs: law(10) }),
    some,
  ),
  concurrency,
  regenerateId: fc.option(fc.record({ graceMs: fc.constantFrom(0, 30) }), some),
  encoding: fc.option(encoding, some),
});
