/** How sessions ended, why they were lost, and how requests were led to their servers. */
import type { DashboardData, StrategyData } from "../../reports/dashboard-data.ts";
import { formatCell, formatValue, plainNumber } from "../../reports/format.ts";
import { type TroubleRow, troubleRows, troublesOccurring } from "../../reports/troubles.ts";
import { type MetricName, metricNamed } from "../../sim/metrics/catalogue.ts";
import { sessionCauses } from "../../sim/metrics/causes.ts";
import { troubleKinds } from "../../sim/metrics/ledger-counts.ts";
import { type AffinityLetter, affinityLetters } from "../../sim/record.ts";
import { type BarRow, drawBarTable } from "../draw/bar-table.ts";
import type { Store } from "../store.ts";
import { lossesSummary } from "../summaries.ts";
import type { Table } from "../table.ts";
import { type Figure, figure } from "./figure.ts";

interface Kind {
  readonly id: string;
  readonly title: string;
  readonly corner: string;
  readonly summary: (data: DashboardData) => string;
  readonly rows: (data: DashboardData) => readonly (Omit<BarRow, "cells"> & {
    readonly values: readonly (number | null)[];
    readonly texts: readonly string[];
    /** The row's name in the table twin, where groups do not show; its title unless given. */
    readonly fullTitle?: string;
  })[];
}

function barFigure(store: Store, { id, title, corner, summary, rows }: Kind): Figure {
  const chart = figure(id, "wide");
  function draw(): void {
    const { data } = store;
    if (data === null) return;
    chart.setText(title, summary(data));
    const found = rows(data);
    drawBarTable(chart.stage, {
      label: title,
      corner,
      strategies: data.strategies.map(({ name }) => name),
      rows: found.map(({ values, texts, fullTitle: _, ...row }) => {
        const most = row.isGroup === true ? 0 : Math.max(...values.map((value) => value ?? 0));
        return {
          ...row,
          cells: values.map((value, at) => ({ text: texts[at] ?? "", share: most > 0 ? (value ?? 0) / most : null })),
        };
      }),
    });
    chart.setTables((): Table[] => [
      {
        title,
        columns: [
          { text: corner, unit: null },
          ...data.strategies.map(({ name }) => ({ text: name, unit: "count" as const })),
        ],
        rows: found.map(({ title: name, fullTitle = name, values }) => [fullTitle, ...values]),
      },
    ]);
  }
  store.listen({ draw });
  return chart;
}

const ends: readonly { readonly metric: MetricName; readonly title: string; readonly note: string }[] = [
  { metric: "sessionsCompleted", title: "completed", note: "came to their intended end" },
  { metric: "sessionsTimedOut", title: "timed out", note: "idle or absolute limit" },
  { metric: "sessionsAbandoned", title: "abandoned", note: "the user left" },
  { metric: "sessionsLost", title: "lost", note: "a request found no copy" },
];

export const sessionEnds = (store: Store): Figure =>
  barFigure(store, {
    id: "session-ends",
    title: "How sessions ended",
    corner: "end",
    summary: (data) => {
      const born = data.strategies[0]?.metrics.sessionsBorn?.mean ?? 0;
      return `Of about ${plainNumber(Math.round(born), 0)} sessions born a run; mean ±95 %. Bars compare strategies within a row.`;
    },
    rows: (data) =>
      ends.map(({ metric, title, note }) => ({
        key: metric,
        title,
        note,
        values: data.strategies.map(({ metrics }) => metrics[metric]?.mean ?? null),
        texts: data.strategies.map(({ metrics }) => formatCell("count", metrics[metric])),
      })),
  });

/** `no-affinity` as people say it. */
const words = (cause: string): string => cause.replaceAll("-", " ");

/** `12` or, for sessions that ended before their time, `12 (4.1 min)`: how old they were on average. */
function troubleText(row: TroubleRow | undefined): string {
  if (row === undefined) return "0";
  const count = formatValue("count", row.count);
  return row.work === null || row.count === 0 ? count : `${count} (${formatAge(row.work.ms / row.count)})`;
}

function formatAge(ms: number): string {
  if (ms >= 3_600_000) return `${plainNumber(ms / 3_600_000, 1)} h`;
  if (ms >= 60_000) return `${plainNumber(ms / 60_000, 1)} min`;
  return `${plainNumber(ms / 1000, 1)} s`;
}

export const lossCausesTable = (store: Store): Figure =>
  barFigure(store, {
    id: "loss-causes",
    title: "What went wrong with sessions, and why",
    corner: "what and why",
    summary: (data) =>
      `${lossesSummary(data)} Means over runs; in brackets, how long after the login. Bars compare strategies within a row.`,
    rows: (data) => {
      const rows = data.strategies.map((strategy) => troubleRows(strategy));
      const told = new Set<string>();
      return troubleKinds.flatMap((kind) => {
        const occurring = troublesOccurring(data.strategies).filter((row) => row.kind === kind);
        if (occurring.length === 0) return [];
        const totals = rows.map((list) =>
          list.filter((row) => row.kind === kind).reduce((sum, { count }) => sum + count, 0),
        );
        const heading = {
          key: kind,
          title: metricNamed.get(kind)?.title ?? kind,
          note: "",
          isGroup: true,
          values: totals,
          texts: totals.map((total) => formatValue("count", total)),
        };
        const causes = occurring.map(({ cause }) => {
          const found = rows.map((list) => list.find((row) => row.kind === kind && row.cause === cause));
          // What a cause means is said where it comes first.
          const note = told.has(cause) ? "" : (sessionCauses.find(({ name }) => name === cause)?.summary ?? "");
          told.add(cause);
          return {
            key: `${kind} ${cause}`,
            title: words(cause),
            fullTitle: `${heading.title}: ${words(cause)}`,
            note,
            values: found.map((row) => row?.count ?? 0),
            texts: found.map(troubleText),
          };
        });
        return [heading, ...causes];
      });
    },
  });

const letters: Readonly<Record<AffinityLetter, { readonly title: string; readonly note: string }>> = {
  N: { title: "N, none", note: "nothing said which server" },
  I: { title: "I, invalid", note: "pointed to a server that does not exist" },
  V: { title: "V, valid", note: "led to a server that was up" },
  D: { title: "D, down", note: "pointed to a server that was down" },
  E: { title: "E, idle-expired", note: "the binding had been idle too long" },
  O: { title: "O, old-expired", note: "the binding was too old" },
  U: { title: "U, unused", note: "found, but not followed" },
};

export const affinityTable = (store: Store): Figure =>
  barFigure(store, {
    id: "affinity",
    title: "How requests were led to a server",
    corner: "outcome",
    summary: (data) => {
      const share = ({ affinityOutcomes }: StrategyData) => {
        const all = affinityLetters.reduce((sum, letter) => sum + affinityOutcomes[letter], 0);
        return all === 0 ? 0 : affinityOutcomes.V / all;
      };
      const sorted = data.strategies.toSorted((a, b) => share(b) - share(a));
      const most = sorted[0];
      if (most === undefined || share(most) === 0)
        return "No request was led back to a server by a binding; the letters are those of HAProxy's log.";
      return `Under ${most.name}, ${formatValue("fraction", share(most))} of the requests followed a valid binding; the letters are those of HAProxy's log.`;
    },
    rows: (data) =>
      affinityLetters
        .filter((letter) => data.strategies.some(({ affinityOutcomes }) => affinityOutcomes[letter] > 0))
        .map((letter) => {
          const values = data.strategies.map(({ affinityOutcomes }) => affinityOutcomes[letter]);
          return {
            key: letter,
            ...letters[letter],
            values,
            texts: values.map((value) => plainNumber(Math.round(value), 0)),
          };
        }),
  });
