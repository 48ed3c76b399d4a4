/**
 * What no single entry can know: names that must exist elsewhere, times that must fit together.
 *
 * The checks read a tolerant view of the file, so that they still find their mistakes when other entries are wrong.
 */
import { z } from "zod";
import { type Finding, type Path, unknownWord } from "./problems.ts";
import { duration } from "./schema/quantities.ts";
import { formatQuantity } from "./units.ts";
import { quoted } from "./words.ts";

const maybe = <S extends z.ZodType>(schema: S) => schema.optional().catch(undefined);
const named = z.looseObject({ name: z.string() });
const group = z.looseObject({
  name: maybe(z.string()),
  count: maybe(z.int().positive()),
  service: z.unknown().optional(),
});

const view = z.looseObject({
  duration: maybe(duration()),
  warmUp: maybe(duration()),
  window: maybe(duration()),
  workload: maybe(z.record(z.string(), z.looseObject({ service: z.unknown().optional() }).catch({}))),
  cluster: maybe(
    z.looseObject({
      service: z.unknown().optional(),
      servers: maybe(z.union([group.transform((one) => [one]), z.array(group.catch({}))])),
    }),
  ),
  faults: maybe(
    z.array(
      z
        .looseObject({
          at: maybe(duration()),
          crash: maybe(z.union([z.string().transform((one) => [one]), z.array(z.string())])),
          scaleOut: maybe(z.string()),
        })
        .catch({}),
    ),
  ),
  strategies: maybe(
    z.array(
      z
        .union([z.string(), named.transform(({ name }) => name)])
        .nullable()
        .catch(null),
    ),
  ),
  reference: maybe(z.string()),
  expect: maybe(z.array(z.looseObject({ strategy: maybe(z.string()), relativeTo: maybe(z.string()) }).catch({}))),
});
type View = z.output<typeof view>;

/** Name of a single group that names itself nothing. */
export const defaultGroupName = "server";

export function crossFindings(file: unknown): readonly Finding[] {
  const parsed = view.safeParse(file);
  if (!parsed.success) return [];
  return [
    ...timeFindings(parsed.data),
    ...clusterFindings(parsed.data, file),
    ...faultFindings(parsed.data, file),
    ...strategyFindings(parsed.data),
  ];
}

const wrong = (path: Path, message: string, hint?: string): Finding => ({
  path,
  at: "value",
  message,
  ...(hint === undefined ? {} : { hint }),
});

function timeFindings({ duration: end, warmUp, window }: View): readonly Finding[] {
  if (end === undefined) return [];
  const show = (value: number): string => formatQuantity("duration", value);
  const found: Finding[] = [];
  if (warmUp !== undefined && warmUp >= end) {
    found.push(wrong(["warmUp"], `must end before the run does, at ${show(end)}, found ${show(warmUp)}`));
  }
  if (window !== undefined && window > end) {
    found.push(wrong(["window"], `must be at most the duration, ${show(end)}, found ${show(window)}`));
  }
  return found;
}

function clusterFindings({ cluster, workload }: View, file: unknown): readonly Finding[] {
  const groups = cluster?.servers;
  if (cluster === undefined || groups === undefined) return [];
  const path: Path = ["cluster", "servers"];
  const isList = z.object({ cluster: z.object({ servers: z.array(z.unknown()) }) }).safeParse(file).success;
  const at = (index: number, key: string): Path => [...path, ...(isList ? [index] : []), key];
  const found: Finding[] = [];
  groups.forEach(({ name }, index) => {
    if (name === undefined && groups.length > 1) {
      found.push({
        path: at(index, "name"),
        at: "value",
        missing: true,
        message: "is missing; each of several groups needs a name",
      });
    } else if (name !== undefined && groups.findIndex((other) => other.name === name) < index) {
      found.push(wrong(at(index, "name"), `must be unique, found a second ${quoted(name)}`));
    }
  });
  const stated = groups.flatMap((one, index) => (one.service === undefined ? [] : [at(index, "service")]));
  if (cluster.service !== undefined) stated.unshift(["cluster", "service"]);
  const [, second] = stated;
  if (second !== undefined) {
    found.push(
      wrong(second, "the service time stands twice", "give it once, as cluster.service; groups differ by speed"),
    );
  }
  const everyoneBrings =
    workload !== undefined && Object.values(workload).every(({ service }) => service !== undefined);
  if (stated.length === 0 && !everyoneBrings) {
    found.push({
      path: ["cluster", "service"],
      at: "value",
      missing: true,
      message: "is missing; how much work is a request?",
      hint: "for example service: { lognormal: { mean: 40ms, cv: 1.4 } }",
    });
  }
  return found;
}

function faultFindings({ faults, cluster, duration: end }: View, file: unknown): readonly Finding[] {
  const groups = cluster?.servers;
  const names = groups?.map(({ name }) => name ?? defaultGroupName) ?? [];
  // A count that could not be read leaves the list of servers unknown, and the names unchecked.
  const counted = groups?.every(({ count }) => count !== undefined) ?? false;
  const servers =
    counted && groups !== undefined
      ? groups.flatMap(({ count = 0 }, index) =>
          Array.from({ length: Math.min(count, 100_000) }, (_, k) => `${names[index]}-${k + 1}`),
        )
      : null;
  const found: Finding[] = [];
  faults?.forEach(({ at, crash, scaleOut }, index) => {
    const path: Path = ["faults", index];
    if (at !== undefined && end !== undefined && at >= end) {
      const last = formatQuantity("duration", end);
      found.push(
        wrong([...path, "at"], `must be before the end of the run at ${last}, found ${formatQuantity("duration", at)}`),
      );
    }
    crash?.forEach((target, position) => {
      if (servers === null || (target === "store" && crash.length === 1) || servers.includes(target)) return;
      const isList = z
        .object({ faults: z.array(z.unknown()) })
        .transform(({ faults: all }) => all[index])
        .pipe(z.looseObject({ crash: z.array(z.unknown()) }))
        .safeParse(file).success;
      const hint = `servers: ${groups?.map(({ count = 0 }, k) => `${names[k]}-1${count > 1 ? ` … ${names[k]}-${count}` : ""}`).join(", ")}; or store, alone`;
      found.push(wrong([...path, "crash", ...(isList ? [position] : [])], `unknown server ${quoted(target)}`, hint));
    });
    if (scaleOut !== undefined && groups !== undefined && !names.includes(scaleOut)) {
      found.push({ path: [...path, "scaleOut"], at: "value", ...unknownWord("group of servers", scaleOut, names) });
    } else if (scaleOut !== undefined && groups?.length === 1) {
      found.push(
        wrong(
          [...path, "scaleOut"],
          "would leave no server before it",
          "name a group of its own for the servers that join later",
        ),
      );
    }
  });
  return found;
}

function strategyFindings({ strategies, reference, expect }: View): readonly Finding[] {
  if (strategies === undefined) return [];
  const names = strategies.filter((name) => name !== null);
  const found: Finding[] = [];
  strategies.forEach((name, index) => {
    if (name === null || strategies.indexOf(name) === index) return;
    found.push(
      wrong(
        ["strategies", index],
        `must have a name of its own, found a second ${quoted(name)}`,
        "give one of the two a name and let it extend the preset",
      ),
    );
  });
  const mustExist = (path: Path, name: string | undefined): void => {
    if (name === undefined || names.includes(name)) return;
    found.push({ path, at: "value", ...unknownWord("strategy of this file", name, names) });
  };
  mustExist(["reference"], reference);
  expect?.forEach(({ strategy, relativeTo }, index) => {
    mustExist(["expect", index, "strategy"], strategy);
    mustExist(["expect", index, "relativeTo"], relativeTo);
  });
  return found;
}
