/** Rules of sessions: for the whole scenario, or single ones for one strategy, whose framework has its own. */
import { z } from "zod";
import type { Cleanup, Concurrency, Encoding } from "../../sim/scenario.ts";
import { closed, exactlyOne } from "./closed.ts";
import { durationLaw } from "./distribution.ts";
import { count, duration, durationOrNone, plainNumber, share, size, word } from "./quantities.ts";

const positive = { above: 0 };

const orNone = <S extends z.ZodType>(schema: S, example: string) =>
  z.union([schema, z.literal("none").transform(() => null)], { error: `must be a map such as ${example}, or none` });

const cleanup = z.union(
  [
    z.literal("at-access").transform((kind): Cleanup => ({ kind })),
    exactlyOne(
      {
        periodic: duration(positive).describe("By a scan, so often.").optional(),
        probabilistic: closed({
          probability: count().describe("As PHP's session.gc_probability.").prefault(1),
          divisor: count()
            .describe("As PHP's session.gc_divisor: 100 unless set, 1000 in php.ini-production.")
            .prefault(100),
        })
          .describe("By a scan that one in divisor / probability requests of anybody makes.")
          .optional(),
      },
      "way of cleaning up",
    ).transform(({ periodic, probabilistic }): Cleanup => {
      if (periodic !== undefined) return { kind: "periodic", intervalMs: periodic };
      const { probability, divisor } = probabilistic ?? { probability: 1, divisor: 100 };
      return { kind: "probabilistic", chance: Math.min(1, probability / divisor) };
    }),
  ],
  { error: "must be at-access, { periodic: 60s } or { probabilistic: { probability: 1, divisor: 100 } }" },
);

const warning = closed({
  before: duration({ minimum: 20_000 })
    .describe("The warning comes so long before the limit, as the page reckons it; WCAG 2.2.1 wants at least 20s.")
    .prefault("60s"),
  share: share().describe("Share of the warnings that the user reacts to.").prefault("70%"),
  reaction: durationLaw()
    .describe("From the warning to the reaction; longer than before is too late (to be calibrated).")
    .prefault({ exponential: "10s" }),
});

const optimistic = closed({
  retries: count({ minimum: 0, maximum: 15 })
    .describe("A server whose write met another one reads and writes again so many times.")
    .prefault(3),
});

const locked = closed({
  readersShare: z
    .boolean({ error: "must be true or false" })
    .describe("Requests that change nothing only wait for one that does (ASP.NET's read-only pages).")
    .prefault(false),
  poll: duration()
    .describe("A waiting request looks again so often (ASP.NET: 500ms); 0s: it is woken, first come, first served.")
    .prefault("0s"),
  waitTimeout: durationOrNone(positive)
    .describe("A request that has waited so long for the lock gets an error.")
    .prefault("none"),
  lease: durationOrNone(positive)
    .describe("The lock ends by itself after so long, and only so when its server died; none: with its server.")
    .prefault("none"),
});

const lockedRules = ({ readersShare, poll, waitTimeout, lease }: z.output<typeof locked>): Concurrency => ({
  kind: "locked",
  readersShare,
  pollMs: poll,
  waitTimeoutMs: waitTimeout,
  leaseMs: lease,
});

const concurrency = z.union(
  [
    word(["last-write-wins", "merge", "optimistic", "locked"]).transform((kind): Concurrency => {
      if (kind === "optimistic") return { kind, ...optimistic.parse({}) };
      return kind === "locked" ? lockedRules(locked.parse({})) : { kind };
    }),
    exactlyOne(
      {
        optimistic: optimistic.describe("A write that finds another version than was read is refused.").optional(),
        locked: locked.describe("A request has the session for itself; others wait, each on its worker.").optional(),
      },
      "way with concurrent requests",
    ).transform((given): Concurrency => {
      if (given.locked !== undefined) return lockedRules(given.locked);
      return { kind: "optimistic", ...(given.optimistic ?? optimistic.parse({})) };
    }),
  ],
  {
    error:
      "must be last-write-wins, merge, optimistic, locked, or one of these with settings, { locked: { poll: 500ms } }",
  },
);

const regenerateId = closed({
  grace: duration().describe("For so long a request with the id from before still finds the session.").prefault("0s"),
});

const MIB = 1_048_576;
const perMib = (megabytesPerSec: number): number => MIB / (1000 * megabytesPerSec);

/**
 * Ratio and speed on one old desktop core, from the table that zstd's authors publish (zstd 1.5, Silesia corpus); session
 * state is smaller and more alike, so these are to be calibrated.
 */
const compressions = {
  lz4: { ratio: 2.1, compressMsPerMib: perMib(620), decompressMsPerMib: perMib(3100) },
  "zstd-1": { ratio: 2.9, compressMsPerMib: perMib(330), decompressMsPerMib: perMib(940) },
  "zlib-1": { ratio: 2.7, compressMsPerMib: perMib(95), decompressMsPerMib: perMib(360) },
} as const;

const ownCompression = closed({
  ratio: plainNumber({ minimum: 1 }).describe("Bytes before ÷ bytes after."),
  compress: duration().describe("Time of a processor of speed 1 for one MiB."),
  decompress: duration().describe("The same, back; for one MiB of what comes out."),
}).transform(({ ratio, compress, decompress }) => ({
  ratio,
  compressMsPerMib: compress,
  decompressMsPerMib: decompress,
}));

const encoding = closed({
  serialise: duration()
    .describe("Time of a processor of speed 1 to serialise one MiB: 10ms are 105 MB/s (to be calibrated).")
    .prefault("10ms"),
  deserialise: duration().describe("The same, back (to be calibrated).").prefault("10ms"),
  compression: z
    .union([word(["none", "lz4", "zstd-1", "zlib-1"]), ownCompression], {
      error: "must be none, lz4, zstd-1, zlib-1, or a map such as { ratio: 2.9, compress: 3ms, decompress: 1ms }",
    })
    .describe("What is done to the bytes before they are stored or sent.")
    .prefault("none"),
  from: size().describe("Smaller state is not compressed: nothing is gained.").prefault("1KiB"),
}).transform(({ serialise, deserialise, compression, from }): Encoding => {
  const chosen =
    typeof compression !== "string" ? compression : compression === "none" ? null : compressions[compression];
  return {
    serialiseMsPerMib: serialise,
    deserialiseMsPerMib: deserialise,
    compression: chosen === null ? null : { ...chosen, fromBytes: from },
  };
});

const rules = {
  idleTimeout: durationOrNone(positive).describe("A session ends this long after its last use."),
  absoluteTimeout: durationOrNone(positive).describe("A session ends this long after its birth."),
  afterLoss: word(["login", "leave"]).describe(
    "What a user does after losing the session: log in again and go on, or leave.",
  ),
  renewal: word(["every-request", "half-window", "on-write", "fixed"]).describe(
    "Which answers start the idle limit anew: all; the first after half of it is over (ASP.NET Core); to writes (Django); none.",
  ),
  cleanup: cleanup.describe("When a session that is past its limits is really taken away."),
  warning: orNone(warning, "{ before: 60s, share: 70% }").describe(
    "A timer in the page that warns the user before the idle limit.",
  ),
  concurrency: concurrency.describe("What becomes of two requests of one session that both change it."),
  regenerateId: orNone(regenerateId, "{ grace: 5s }").describe("The login gives the session another id."),
  encoding: orNone(encoding, "{ compression: zstd-1 }").describe(
    "How state is made bytes and back, in the server's own time; none: in no time.",
  ),
};

export const sessions = closed({
  idleTimeout: rules.idleTimeout.prefault("30m"),
  absoluteTimeout: rules.absoluteTimeout.prefault("none"),
  afterLoss: rules.afterLoss.prefault("login"),
  renewal: rules.renewal.prefault("every-request"),
  cleanup: rules.cleanup.prefault("at-access"),
  warning: rules.warning.prefault("none"),
  concurrency: rules.concurrency.prefault("last-write-wins"),
  regenerateId: rules.regenerateId.prefault("none"),
  encoding: rules.encoding.prefault("none"),
});

export const sessionOverrides = closed({
  idleTimeout: rules.idleTimeout.optional(),
  absoluteTimeout: rules.absoluteTimeout.optional(),
  afterLoss: rules.afterLoss.optional(),
  renewal: rules.renewal.optional(),
  cleanup: rules.cleanup.optional(),
  warning: rules.warning.optional(),
  concurrency: rules.concurrency.optional(),
  regenerateId: rules.regenerateId.optional(),
  encoding: rules.encoding.optional(),
});

export type SessionsFile = z.output<typeof sessions>;
export type SessionOverridesFile = z.output<typeof sessionOverrides>;
