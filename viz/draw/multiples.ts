/** Small multiples: one block per strategy with its sign, name, a number, and room for a drawing. */
import { select } from "d3";
import { styleOf } from "../palette.ts";
import { swatch } from "./swatch.ts";

export interface Multiple {
  readonly name: string;
  readonly index: number;
  /** Beside the name, while nothing is pointed at. */
  readonly note: string;
}

export function drawMultiples<T extends Multiple>(
  parent: HTMLElement,
  multiples: readonly T[],
  draw: (stage: HTMLElement, multiple: T) => void,
): void {
  select(parent)
    .selectAll<HTMLDivElement, T>(":scope > div.multiple")
    .data(multiples, ({ name, index }) => `${index} ${name}`)
    .join((enter) => {
      const block = enter.append("div").attr("class", "multiple");
      const head = block.append("h4");
      head.append(({ index }) => swatch(index));
      head
        .append("span")
        .attr("class", "name")
        .text(({ name }) => name);
      head.append("span").attr("class", "note");
      block.append("div").attr("class", "stage");
      return block;
    })
    .attr("data-strategy", ({ name }) => name)
    .style("--colour", ({ index }) => styleOf(index).colour)
    .each(function (multiple) {
      select(this).select(".note").text(multiple.note);
      const stage = this.querySelector<HTMLElement>(".stage");
      if (stage !== null) draw(stage, multiple);
    });
}

/** Replaces the notes by what stands at the place pointed at; null brings them back. */
export function noteMultiples(parent: HTMLElement, read: ((multiple: Multiple) => string) | null): void {
  select(parent)
    .selectAll<HTMLDivElement, Multiple>(":scope > div.multiple")
    .each(function (multiple) {
      select(this)
        .select(".note")
        .classed("reading", read !== null)
        .text(read === null ? multiple.note : read(multiple));
    });
}

/** The names above a chart that is too narrow to have them at its lines' ends. */
export function drawKey(
  parent: HTMLElement,
  entries: readonly { readonly name: string; readonly index: number; readonly value: string }[],
): void {
  const list = select(parent)
    .selectAll<HTMLUListElement, null>(":scope > ul.key")
    .data([null])
    .join((enter) => enter.insert("ul", ":first-child").attr("class", "key"));
  list
    .attr("hidden", entries.length === 0 ? "" : null)
    .selectAll<HTMLLIElement, (typeof entries)[number]>("li")
    .data(entries, ({ name, index }) => `${index} ${name}`)
    .join((enter) => {
      const item = enter.append("li");
      item.append(({ index }) => swatch(index));
      item
        .append("span")
        .attr("class", "name")
        .text(({ name }) => name);
      item.append("span").attr("class", "value");
      return item;
    })
    .attr("data-strategy", ({ name }) => name)
    .select(".value")
    .text(({ value }) => value);
}
