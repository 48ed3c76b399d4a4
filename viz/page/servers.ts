/** Every server under every strategy: requests, utilisation, sessions held. */
import type { DashboardData, StrategyData } from "../../reports/dashboard-data.ts";
import { formatValue } from "../../reports/format.ts";
import type { Metric } from "../../sim/metrics/catalogue.ts";
import { element } from "../dom.ts";
import { drawBarTable } from "../draw/bar-table.ts";
import type { Store } from "../store.ts";
import type { Table } from "../table.ts";
import { type Figure, figure } from "./figure.ts";

type Server = StrategyData["servers"][number];

interface Quantity {
  readonly name: string;
  readonly title: string;
  readonly unit: Metric["unit"];
  readonly of: (server: Server) => number | null;
}

const quantities: readonly [Quantity, ...Quantity[]] = [
  { name: "requests", title: "requests", unit: "count", of: ({ requests }) => Math.round(requests) },
  { name: "utilisation", title: "utilisation", unit: "fraction", of: ({ utilisation }) => utilisation },
  { name: "sessions", title: "sessions held", unit: "count", of: ({ sessionsHeldMean }) => sessionsHeldMean },
];

export function servers(store: Store): Figure {
  const chart = figure("servers", "wide");
  const choice = element(
    "select",
    { "aria-label": "What to show of each server", change: () => draw() },
    ...quantities.map(({ name, title }) => element("option", { value: name }, title)),
  );
  chart.root.querySelector("figcaption")?.append(choice);

  function draw(): void {
    const { data } = store;
    if (data === null) return;
    const quantity = quantities.find(({ name }) => name === choice.value) ?? quantities[0];
    const columns = data.strategies.map((strategy) => strategy.servers.map(quantity.of));
    const most = Math.max(...columns.flat().map((value) => value ?? 0));
    chart.setText("Servers", summaryOf(data));
    drawBarTable(chart.stage, {
      label: `Servers: ${quantity.title}`,
      corner: `server, ${quantity.title}`,
      strategies: data.strategies.map(({ name }) => name),
      rows: (data.strategies[0]?.servers ?? []).map(({ name, weight }, server) => ({
        key: name,
        title: name,
        note: weight === 1 ? "" : `weight ${weight}`,
        cells: columns.map((column) => {
          const value = column[server] ?? null;
          return {
            text: value === null ? "–" : formatValue(quantity.unit, value),
            share: most > 0 ? (value ?? 0) / most : null,
          };
        }),
      })),
    });
    chart.setTables(() => [tableOf(data)]);
  }

  store.listen({ draw });
  return chart;
}

function summaryOf({ strategies }: DashboardData): string {
  const busiest = strategies
    .flatMap(({ name, servers: fleet }) =>
      fleet.map((server) => ({ strategy: name, server: server.name, utilisation: server.utilisation ?? 0 })),
    )
    .toSorted((a, b) => b.utilisation - a.utilisation)[0];
  if (busiest === undefined) return "There are no servers.";
  return `The busiest is ${busiest.server} under ${busiest.strategy}, working ${formatValue("fraction", busiest.utilisation)} of the time. Means over runs, after warm-up.`;
}

function tableOf(data: DashboardData): Table {
  return {
    title: "Servers under every strategy, means over runs",
    columns: [
      { text: "server", unit: null },
      { text: "strategy", unit: null },
      { text: "weight", unit: null },
      { text: "requests", unit: "requests" },
      { text: "utilisation", unit: "fraction" },
      { text: "sessions held", unit: "count" },
    ],
    rows: data.strategies.flatMap((strategy) =>
      strategy.servers.map(({ name, weight, requests, utilisation, sessionsHeldMean }) => [
        name,
        strategy.name,
        String(weight),
        requests,
        utilisation,
        sessionsHeldMean,
      ]),
    ),
  };
}
