/** `--set a.b=c`: overrides, applied to the document before it is checked, so that the schema types and checks them. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  visit,
  YAMLMap,
} from "yaml";
import type { Problem } from "./problems.ts";
import { printable } from "./words.ts";

/** Which override made a node; nodes of the file are not in it. Ranges are within the override's value. */
export type SettingOrigins = ReadonlyMap<Node, string>;

/** A mistake in the form or the path of an override, with its place in the override's text. */
interface Misstep {
  readonly column: number;
  readonly endColumn: number;
  readonly message: string;
  readonly hint?: string;
}

/**
 * Applies every override in order. Steps of a path are keys of maps, positions in lists, or the `name` of a list's entry
 * (`strategies.redis-sessions.state`); a strategy given by name alone becomes one that extends that preset.
 */
export function applySettings(
  document: Document,
  settings: readonly string[],
): { origins: SettingOrigins; problems: readonly Problem[] } {
  const origins = new Map<Node, string>();
  const problems: Problem[] = [];
  for (const setting of settings) {
    const misstep = applySetting(document, setting, (made) => origins.set(made, setting));
    const path = setting.slice(0, Math.max(0, setting.indexOf("=")));
    if (misstep !== null) problems.push({ line: 1, ...misstep, path, setting });
  }
  return { origins, problems };
}

function applySetting(document: Document, setting: string, own: (made: Node) => void): Misstep | null {
  const split = setting.indexOf("=");
  const steps = setting.slice(0, Math.max(0, split)).split(".");
  if (steps.includes("")) {
    const hint = "for example cluster.servers.count=12";
    return { column: 1, endColumn: Math.max(setting.length, 1) + 1, message: "must have the form path=value", hint };
  }
  const value = parseDocument(setting.slice(split + 1), { prettyErrors: false });
  const [error] = value.errors;
  if (error !== undefined || value.contents === null) {
    const message = error === undefined ? "must have a value" : `not valid YAML: ${printable(error.message)}`;
    return { column: split + 2, endColumn: Math.max(setting.length + 1, split + 3), message };
  }
  document.contents ??= new YAMLMap();
  visit(value.contents, { Node: (_, node) => own(node) });
  return put(document, steps, value.contents, own);
}

/** Walks to the end of `steps`, making maps where there is nothing yet, and puts `value` there. */
function put(document: Document, steps: readonly string[], value: Node, own: (made: Node) => void): Misstep | null {
  let container: unknown = document.contents;
  let column = 1;
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    const endColumn = column + step.length;
    const parent: unknown = isAlias(container) ? container.resolve(document) : container;
    if (isMap(parent)) {
      container = isLast ? setEntry(parent, step, value, own) : entryOrNewMap(parent, step, own);
    } else if (isSeq(parent)) {
      const position = positionOf(parent.items, step);
      const item = parent.items[position];
      if (item === undefined) {
        return {
          column,
          endColumn,
          message: `no entry "${printable(step)}" in this list`,
          hint: listHint(parent.items),
        };
      }
      // A strategy named after its preset can be given parts and knobs like any other.
      const isPreset = !isLast && isScalar(item) && index === 1 && steps[0] === "strategies";
      container = isLast ? value : isPreset ? document.createNode({ name: item.value, extends: item.value }) : item;
      parent.items[position] = container;
    } else {
      const above = printable(steps.slice(0, index).join("."));
      return { column, endColumn, message: `there is nothing under "${above}": it holds a single value` };
    }
    column = endColumn + 1;
  }
  return null;
}

const pairOf = (map: YAMLMap, step: string): Pair | undefined =>
  map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === step);

/** The key is the override's from now on too: a complaint about it is one about the override. */
function setEntry(map: YAMLMap, step: string, value: Node, own: (made: Node) => void): Node {
  const key = new Scalar(step);
  own(key);
  const pair = pairOf(map, step);
  if (pair === undefined) map.add({ key, value });
  else Object.assign(pair, { key, value });
  return value;
}

function entryOrNewMap(map: YAMLMap, step: string, own: (made: Node) => void): unknown {
  const value = pairOf(map, step)?.value;
  const isEmpty = value === undefined || value === null || (isScalar(value) && value.value === null);
  if (!isEmpty) return value;
  const made = new YAMLMap();
  own(made);
  return setEntry(map, step, made, own);
}

const nameOf = (item: unknown): string | null => {
  const name: unknown = isMap(item) ? item.get("name") : isScalar(item) ? item.value : null;
  return typeof name === "string" ? name : null;
};

const positionOf = (items: readonly unknown[], step: string): number =>
  /^\d+$/.test(step) ? Number(step) : items.findIndex((item) => nameOf(item) === step);

function listHint(items: readonly unknown[]): string {
  const names = items.map(nameOf).filter((name) => name !== null);
  return names.length > 0 ? `known: ${names.join(", ")}` : `entries are numbered from 0 to ${items.length - 1}`;
}
