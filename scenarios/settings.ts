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
  YAMLMap,
} from "yaml";
import { childOf } from "./document.ts";
import type { Problem } from "./problems.ts";
import { printable } from "./words.ts";

/** Which override made a node; nodes of the file are not in it. */
export type SettingOrigins = ReadonlyMap<Node, string>;

type Fail = (column: number, endColumn: number, message: string, hint?: string) => void;

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
    const split = setting.indexOf("=");
    const path = split === -1 ? setting : setting.slice(0, split);
    const fail: Fail = (column, endColumn, message, hint) => {
      problems.push({ line: 1, column, endColumn, path, message, ...(hint === undefined ? {} : { hint }), setting });
    };
    const steps = path.split(".");
    if (split < 1 || steps.includes("")) {
      fail(1, Math.max(setting.length, 1) + 1, "must have the form path=value", "for example cluster.servers.count=12");
      continue;
    }
    const value = parseDocument(setting.slice(split + 1), { prettyErrors: false });
    const [error] = value.errors;
    if (error !== undefined || value.contents === null) {
      fail(
        split + 2,
        setting.length + 1,
        error === undefined ? "must have a value" : `not valid YAML: ${printable(error.message)}`,
      );
      continue;
    }
    const node: Node = value.contents;
    node.range = null;
    place(document, steps, node, (made) => origins.set(made, setting), fail);
  }
  return { origins, problems };
}

function place(document: Document, steps: readonly string[], value: Node, own: (made: Node) => void, fail: Fail): void {
  if (document.contents === null) document.contents = new YAMLMap();
  let container: unknown = document.contents;
  let column = 1;
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    const endColumn = column + step.length;
    const parent: unknown = isAlias(container) ? container.resolve(document) : container;
    if (isMap(parent)) {
      const child = childOf(document, parent, step);
      if (isLast) {
        own(value);
        const key = new Scalar(step);
        own(key);
        const pair = pairOf(parent, step);
        if (pair === undefined) parent.items.push(document.createPair(key, value));
        else Object.assign(pair, { key, value });
        return;
      }
      if (child === null || (isScalar(child.value) && child.value.value === null)) {
        const made = new YAMLMap();
        const key = new Scalar(step);
        own(made);
        own(key);
        const pair = pairOf(parent, step);
        if (pair === undefined) parent.items.push(document.createPair(key, made));
        else Object.assign(pair, { value: made });
        container = made;
      } else container = child.value;
    } else if (isSeq(parent)) {
      const position = positionOf(parent.items, step);
      const item = parent.items[position];
      if (item === undefined) {
        fail(column, endColumn, `no entry "${printable(step)}" in this list`, listHint(parent.items));
        return;
      }
      if (isLast) {
        own(value);
        parent.items[position] = value;
        return;
      }
      if (isScalar(item) && steps[0] === "strategies" && index === 1) {
        const made = document.createNode({ name: item.value, extends: item.value });
        parent.items[position] = made;
        container = made;
      } else container = item;
    } else {
      fail(
        column,
        endColumn,
        `there is nothing under "${printable(steps.slice(0, index).join("."))}": it holds a single value`,
      );
      return;
    }
    column = endColumn + 1;
  }
}

function pairOf(map: YAMLMap, step: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === step);
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
