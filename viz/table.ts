/** Tables as data: the twin behind every chart, on screen with rounded numbers and as a file with all digits. */
import { type Cell, column, csvOf } from "../reports/csv/table.ts";
import { formatValue, plainNumber } from "../reports/format.ts";
import type { Metric } from "../sim/metrics/catalogue.ts";

export interface TableColumn {
  readonly text: string;
  /** How its numbers are shown; null for text. */
  readonly unit: Metric["unit"] | null;
}

export interface Table {
  readonly title: string;
  readonly columns: readonly TableColumn[];
  /** The first cell of a row is its header. */
  readonly rows: readonly (readonly Cell[])[];
}

/** A cell on the screen; an absent value is a dash. */
export function cellText(cell: Cell, unit: Metric["unit"] | null): string {
  if (cell === null) return "–";
  if (typeof cell === "string") return cell;
  if (unit === "count" || unit === "requests") return plainNumber(cell, Number.isInteger(cell) ? 0 : 1);
  return unit === null ? String(cell) : formatValue(unit, cell);
}

export const tableCsv = ({ columns, rows }: Table): string =>
  csvOf(
    columns.map(({ text, unit }, at) =>
      column(unit === null ? text : `${text} (${unit})`, (row: Table["rows"][number]) => row[at] ?? null),
    ),
    rows,
  );
