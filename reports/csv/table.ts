/** One CSV file: RFC 4180 quoting, line feeds, a header, an empty cell for what is absent. */
import { stringify } from "csv-stringify/sync";

export type Cell = string | number | null;

/** A column: its header, unit last, and its value for a row. */
export interface Column<Row> {
  readonly name: string;
  readonly of: (row: Row) => Cell;
}

export const column = <Row>(name: string, of: (row: Row) => Cell): Column<Row> => ({ name, of });

/** Texts that a spreadsheet would run as a formula are prefixed with an apostrophe; numbers are written in full. */
export function csvOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  return stringify(
    rows.map((row) => columns.map(({ of }) => of(row))),
    { header: true, columns: columns.map(({ name }) => name), escape_formulas: true },
  );
}
