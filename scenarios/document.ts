/** A scenario file as text, as plain values, and as places in the text. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from "yaml";
import type { Path } from "./problems.ts";

export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

/** What YAML itself has to say against the text. */
export interface SyntaxProblem extends Place {
  readonly message: string;
  readonly hint?: string;
}

export interface ScenarioDocument {
  readonly document: Document.Parsed;
  readonly syntaxProblems: readonly SyntaxProblem[];
  /** The lines of entries whose key has stood in their map before; first and last. */
  readonly repeats: readonly (readonly [number, number])[];
  placeOf(start: number, end: number): Place;
  /** Whether YAML has nothing against the text from `start` to `end`, so that nothing in it is misplaced. */
  isSound(start: number, end: number): boolean;
}

/** @param keep which of the entries with one key is read; the others are dropped */
export function parseScenarioDocument(text: string, keep: "first" | "last" = "first"): ScenarioDocument {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const placeOf = (start: number, end: number): Place => {
    const from = lineCounter.linePos(start);
    const to = lineCounter.linePos(Math.max(end, start));
    const lineEnd = text.indexOf("\n", start);
    const lastColumn = from.col + (lineEnd === -1 ? text.length : lineEnd) - start;
    const line = Math.max(from.line, 1);
    const column = Math.max(from.col, 1);
    return { line, column, endColumn: Math.max(to.line === from.line ? to.col : lastColumn, column + 1) };
  };
  const syntaxProblems = [...document.errors, ...document.warnings].map((error): SyntaxProblem => {
    const [start, end] = error.pos;
    const word = /^[\w-]*/.exec(text.slice(start))?.[0] ?? "";
    const place = placeOf(start, Math.max(end, start + word.length));
    const [message = ""] = error.message.split("\n");
    if (error.code !== "DUPLICATE_KEY") return { ...place, message: `not valid YAML: ${message}` };
    return { ...place, message: "this key stands twice in one map", hint: "remove one of the two" };
  });
  // JavaScript gives this one key a meaning of its own; maps would lose it without a word.
  visit(document, {
    Pair: (_, { key }) => {
      if (!isScalar(key) || key.value !== "__proto__" || !key.range) return;
      syntaxProblems.push({
        ...placeOf(key.range[0], key.range[1]),
        message: 'unknown key "__proto__"',
      });
    },
  });
  const breaks = [...document.errors, ...document.warnings].filter(({ code }) => code !== "DUPLICATE_KEY");
  const isSound = (start: number, end: number): boolean =>
    breaks.every(({ pos: [from, to] }) => to < start || from > end);
  const lineOf = (offset: number): number => lineCounter.linePos(offset).line;
  const repeats = repeatsIn(document, keep).map(([start, end]) => [lineOf(start), lineOf(end)] as const);
  return { document, syntaxProblems, repeats, placeOf, isSound };
}

/** Leaves one entry for each key; gives the ranges of those that are not the first. */
function repeatsIn(document: Document.Parsed, keep: "first" | "last"): readonly (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  if (!document.errors.some(({ code }) => code === "DUPLICATE_KEY")) return ranges;
  visit(document, {
    Map: (_, map) => {
      const kept = new Map<unknown, Pair>();
      for (const pair of map.items) {
        const key = isScalar(pair.key) ? pair.key.value : pair.key;
        const isRepeat = kept.has(key);
        if (isRepeat && isNode(pair.key) && pair.key.range) {
          const [start, end] = pair.key.range;
          ranges.push([start, isNode(pair.value) && pair.value.range ? pair.value.range[1] : end]);
        }
        if (!isRepeat || keep === "last") kept.set(key, pair);
      }
      map.items = [...kept.values()];
    },
  });
  return ranges;
}

/** One step down: the pair of a map or the item of a list; null when there is none. */
export function childOf(
  document: Document,
  node: unknown,
  step: string | number,
): { key: Node | null; value: unknown } | null {
  const container = isAlias(node) ? node.resolve(document) : node;
  if (isMap(container)) {
    const pair = container.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
    );
    return pair === undefined ? null : { key: keyOf(pair), value: pair.value };
  }
  if (isSeq(container)) {
    const item = container.items[Number(step)];
    return item === undefined ? null : { key: null, value: item };
  }
  return null;
}

const keyOf = (pair: Pair): Node | null => (isScalar(pair.key) ? pair.key : null);

/** The nodes at the end of `path`, and how many of its steps exist. */
export function nodesAt(document: Document, path: Path): { key: Node | null; value: unknown; depth: number } {
  let found: { key: Node | null; value: unknown } = { key: null, value: document.contents };
  for (const [depth, step] of path.entries()) {
    const child = childOf(document, found.value, step);
    if (child === null) return { ...found, depth };
    found = child;
  }
  return { ...found, depth: path.length };
}
