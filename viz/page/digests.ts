/** Digests of what was run here, beside those of the results that the page was given. */
import { select } from "d3";
import type { DashboardData } from "../../reports/dashboard-data.ts";

interface DigestRow {
  readonly name: string;
  readonly here: string;
  readonly verdict: "equal" | "different" | "alone";
}

/** Digests are comparable when scenario, version and first seed are the same. */
export function digestRows(here: DashboardData, given: DashboardData | null): readonly DigestRow[] {
  const comparable =
    given !== null &&
    given.scenario.hash === here.scenario.hash &&
    given.version === here.version &&
    given.seed === here.seed;
  return here.strategies.map(({ name, digest }) => {
    const other = comparable ? given.strategies.find((strategy) => strategy.name === name)?.digest : undefined;
    return { name, here: digest, verdict: other === undefined ? "alone" : other === digest ? "equal" : "different" };
  });
}

/** `6 of 6 digests equal those of the results`; empty when there is nothing to compare. */
export function digestVerdict(rows: readonly DigestRow[]): string {
  const compared = rows.filter(({ verdict }) => verdict !== "alone");
  const equal = compared.filter(({ verdict }) => verdict === "equal").length;
  return compared.length === 0 ? "" : `${equal} of ${compared.length} digests equal those of the results given`;
}

const words = {
  equal: "✓ equals the results given",
  different: "✗ differs from the results given",
  alone: "",
} as const;

export function drawDigests(parent: HTMLElement, rows: readonly DigestRow[]): void {
  const table = select(parent)
    .selectAll<HTMLTableElement, null>("table")
    .data(rows.length === 0 ? [] : [null])
    .join((enter) => {
      const made = enter.append("table");
      made.append("caption").text("Digest of every decision, first seed");
      made.append("tbody");
      return made;
    });
  table
    .select("tbody")
    .selectAll<HTMLTableRowElement, DigestRow>("tr")
    .data(rows, ({ name }) => name)
    .join((enter) => {
      const row = enter.append("tr");
      row.append("th").attr("scope", "row");
      row.append("td").append("code");
      row.append("td").attr("class", "verdict");
      return row;
    })
    .attr("data-verdict", ({ verdict }) => verdict)
    .each(function ({ name, here, verdict }) {
      const row = select(this);
      row.select("th").text(name);
      row.select("code").text(here);
      row.select(".verdict").text(words[verdict]);
    });
}
