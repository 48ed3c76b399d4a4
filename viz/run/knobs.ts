/** The knobs that most questions turn, found in whatever scenario is at hand; each becomes overrides `a.b=c`. */
import { type LoadedScenario, loadScenario } from "../../scenarios/index.ts";
import type { Arrivals, Population } from "../../sim/index.ts";

export interface Knob {
  readonly key: string;
  readonly label: string;
  /** Written after the number; empty for plain ones. */
  readonly unit: string;
  /** As the file has it. */
  readonly usual: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
  /** The overrides that turn it to `value`; their numbers are proportional to it. */
  readonly settings: (value: number) => readonly string[];
}

const perSecond = (value: number): string => `${Number(value.toPrecision(6))}/s`;

/** Every rate of a process, with its path below `arrivals`. */
function ratesOf(arrivals: Arrivals): readonly { readonly path: string; readonly perSec: number }[] {
  switch (arrivals.process) {
    case "poisson":
    case "deterministic":
      return [{ path: "rate", perSec: arrivals.ratePerSec }];
    case "diurnal":
      return [{ path: "mean", perSec: arrivals.meanPerSec }];
    case "flash-crowd":
      return [
        { path: "base", perSec: arrivals.basePerSec },
        { path: "peak", perSec: arrivals.peakPerSec },
      ];
    case "phases":
      return arrivals.phases.flatMap(({ fromPerSec, toPerSec }, at) => [
        { path: `phases.${at}.from`, perSec: fromPerSec },
        { path: `phases.${at}.to`, perSec: toPerSec },
      ]);
    case "mmpp":
      return arrivals.states.map(({ ratePerSec }, at) => ({ path: `states.${at}.rate`, perSec: ratePerSec }));
    case "renewal":
    case "closed":
    case "trace":
      return [];
  }
}

/** One slider moves all rates of all populations together. */
function arrivalsKnob(populations: readonly Population[]): Knob[] {
  const rates = populations.flatMap(({ name, arrivals }) =>
    ratesOf(arrivals).map(({ path, perSec }) => ({ path: `workload.${name}.arrivals.${path}`, perSec })),
  );
  const most = Math.max(0, ...rates.map(({ perSec }) => perSec));
  if (most === 0) return [];
  const several = rates.length > 1;
  return [
    {
      key: "arrivals",
      label: several ? "arrivals, × the file's" : "arrivals",
      unit: several ? "×" : "sessions/s",
      usual: several ? 1 : most,
      minimum: several ? 0.1 : Number((most / 10).toPrecision(2)),
      maximum: several ? 3 : Number((most * 3).toPrecision(3)),
      step: several ? 0.1 : Number((most / 20).toPrecision(1)),
      settings: (value) => rates.map(({ path, perSec }) => `${path}=${perSecond(several ? perSec * value : value)}`),
    },
  ];
}

interface Count {
  readonly key: string;
  readonly label: string;
  readonly usual: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly paths: readonly string[];
}

/** Knobs of `text`; one is offered only where the file takes its override. */
export function knobsOf(text: string, scenario: LoadedScenario): readonly Knob[] {
  const takes = (settings: readonly string[]) => loadScenario(text, { fileName: "scenario.yaml", set: settings }).ok;
  const { populations, cluster, sessions } = scenario.model;
  const groups = cluster.servers.flatMap(({ name, count, workers }, _, { length }): Count[] => {
    const of = length === 1 ? "" : ` of ${name}`;
    const paths = (knob: string) => [`cluster.servers.${knob}`, `cluster.servers.${name}.${knob}`];
    return [
      {
        key: `${name} count`,
        label: `servers${of}`,
        usual: count,
        minimum: 1,
        maximum: Math.max(16, count * 2),
        paths: paths("count"),
      },
      {
        key: `${name} workers`,
        label: `workers each${of}`,
        usual: workers,
        minimum: 1,
        maximum: Math.max(16, workers * 2),
        paths: paths("workers"),
      },
    ];
  });
  const counts: readonly Count[] = [
    ...groups.slice(0, 6),
    {
      key: "runs",
      label: "runs",
      usual: scenario.runs,
      minimum: 1,
      maximum: Math.max(20, scenario.runs),
      paths: ["runs"],
    },
    {
      key: "seed",
      label: "first seed",
      usual: scenario.seed,
      minimum: 0,
      maximum: Math.max(100, scenario.seed),
      paths: ["seed"],
    },
  ];
  const wholes = counts.flatMap(({ paths, ...count }): Knob[] => {
    const path = paths.find((candidate) => takes([`${candidate}=${count.usual}`]));
    return path === undefined ? [] : [{ ...count, unit: "", step: 1, settings: (value) => [`${path}=${value}`] }];
  });
  const shares = populations.map(({ name, clients }): Knob => {
    const of = populations.length === 1 ? "" : ` of ${name}`;
    return {
      key: `${name} cookies`,
      label: `clients that keep cookies${of}`,
      unit: "%",
      usual: Number((clients.cookiesFraction * 100).toPrecision(6)),
      minimum: 0,
      maximum: 100,
      step: 1,
      settings: (value) => [`workload.${name}.clients.cookies=${value}%`],
    };
  });
  const idle = sessions.idleTimeoutMs;
  const minutes = idle === null ? null : idle / 60_000;
  const timeout: Knob[] =
    minutes === null
      ? []
      : [
          {
            key: "idle timeout",
            label: "idle timeout",
            unit: "min",
            usual: minutes,
            minimum: 1,
            maximum: Math.max(120, minutes),
            step: 1,
            settings: (value) => [`sessions.idleTimeout=${value}m`],
          },
        ];
  return [...arrivalsKnob(populations), ...wholes, ...shares, ...timeout].filter(({ settings, usual }) =>
    takes(settings(usual)),
  );
}

/** Overrides of the knobs that are not as in the file. */
export const settingsOf = (knobs: readonly Knob[], values: ReadonlyMap<string, number>): readonly string[] =>
  knobs.flatMap((knob) => {
    const value = values.get(knob.key) ?? knob.usual;
    return value === knob.usual ? [] : knob.settings(value);
  });

const numberOf = (setting: string): number => Number.parseFloat(setting.slice(setting.indexOf("=") + 1));

/** The value at which `knob` gives these overrides; null when it gives none of them. Knobs are linear in their numbers. */
function standOf(knob: Knob, settings: readonly string[]): number | null {
  const atOne = knob.settings(1);
  const chief = atOne.toSorted((a, b) => numberOf(b) - numberOf(a))[0];
  if (chief === undefined || numberOf(chief) === 0) return null;
  const given = settings.find((setting) => setting.startsWith(chief.slice(0, chief.indexOf("=") + 1)));
  if (given === undefined) return null;
  const value = Number((numberOf(given) / numberOf(chief)).toPrecision(6));
  return knob.settings(value).every((setting) => settings.includes(setting)) ? value : null;
}

/** Where the knobs stand under given overrides, and the overrides that no knob stands for. */
export function valuesOf(
  knobs: readonly Knob[],
  settings: readonly string[],
): { readonly values: ReadonlyMap<string, number>; readonly others: readonly string[] } {
  const values = new Map<string, number>();
  const used = new Set<string>();
  for (const knob of knobs) {
    const value = standOf(knob, settings);
    if (value === null) continue;
    values.set(knob.key, value);
    for (const setting of knob.settings(value)) used.add(setting);
  }
  return { values, others: settings.filter((setting) => !used.has(setting)) };
}
