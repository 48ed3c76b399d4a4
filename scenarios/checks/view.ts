/** A tolerant view of a file: what can be understood, even if the rest cannot. */
import { z } from "zod";
import type { Finding, Path } from "../problems.ts";
import { type FaultAction, faultActionNames } from "../schema/faults.ts";
import { duration } from "../schema/quantities.ts";

const maybe = <S extends z.ZodType>(schema: S) => schema.optional().catch(undefined);
/** One or several, as a list, and whether it was written as one. */
const oneOrMore = <S extends z.ZodType>(schema: S) =>
  z.union([
    z.array(schema).transform((entries) => ({ entries, isList: true })),
    schema.transform((entry) => ({ entries: [entry], isList: false })),
  ]);

const group = z
  .looseObject({
    name: maybe(z.string()),
    count: maybe(z.int().positive()),
    zone: maybe(z.string()),
    maxConnections: z.unknown().optional(),
    service: z.unknown().optional(),
  })
  .catch({});

/** What each fault befalls, by action. */
const actions = Object.fromEntries(
  faultActionNames.map((action) => [action, maybe(oneOrMore(z.string()))] as const),
) as Record<FaultAction, ReturnType<typeof maybe<ReturnType<typeof oneOrMore<z.ZodString>>>>>;

const anything = maybe(z.looseObject({}));
const population = z
  .looseObject({ service: z.unknown().optional(), arrivals: anything, session: anything, clients: anything })
  .catch({});

/** A name alone is a preset's, which has every part. */
const strategy = z
  .union([
    z.string().transform((name) => ({ name, missing: [] })),
    z
      .looseObject({
        name: maybe(z.string()),
        extends: z.unknown().optional(),
        balancing: z.unknown().optional(),
        affinity: z.unknown().optional(),
        state: z.unknown().optional(),
      })
      .transform((given) => ({
        name: given.name,
        missing: (["balancing", "affinity", "state"] as const).filter(
          (part) => given.extends === undefined && given[part] === undefined,
        ),
      })),
  ])
  .catch({ name: undefined, missing: [] });

export const view = z.looseObject({
  duration: maybe(duration()),
  warmUp: maybe(duration()),
  window: maybe(duration()),
  workload: maybe(z.record(z.string(), population)),
  cluster: maybe(
    z.looseObject({
      service: z.unknown().optional(),
      servers: maybe(oneOrMore(group)),
      balancers: maybe(
        z.looseObject({
          count: maybe(z.int().positive()),
          queue: maybe(z.looseObject({})),
          zones: maybe(z.array(maybe(z.string()))),
        }),
      ),
    }),
  ),
  faults: maybe(
    z.array(
      z
        .looseObject({
          at: maybe(duration()),
          ...actions,
        })
        .catch({}),
    ),
  ),
  strategies: maybe(z.array(strategy)),
  reference: maybe(z.string()),
  expect: maybe(z.array(z.looseObject({ strategy: maybe(z.string()), relativeTo: maybe(z.string()) }).catch({}))),
});

export type View = z.output<typeof view>;

/** Name of a single group that names itself nothing. */
export const defaultGroupName = "server";

export const wrong = (path: Path, message: string, hint?: string): Finding => ({
  path,
  at: "value",
  message,
  ...(hint === undefined ? {} : { hint }),
});
