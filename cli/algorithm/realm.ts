/**
 * Where a user's algorithm runs: a realm with JavaScript itself and nothing of node's. What would make a run differ from
 * its repetition is not there: no chance but the draws, no clock but the simulation's, no files, no other modules.
 *
 * TypeScript is stripped by sucrase, which keeps every line where it is; node does it only from version 22.18 on.
 */
import { extname } from "node:path";
import vm from "node:vm";
import { transform } from "sucrase";
import { AlgorithmFault, placeOf, reasonOf } from "./fault.ts";
import { type AlgorithmSource, TYPESCRIPT } from "./source.ts";

/** What an algorithm has no business with, and what to do instead. */
const banned: Readonly<Record<string, string>> = {
  "Math.random": "take context.draws: draws.at(0, n).below(count) for the n-th decision",
  Date: "take context.clock.nowMs, the time of the simulation",
  performance: "take context.clock.nowMs, the time of the simulation",
  crypto: "take context.draws: draws.at(0, n).bits() for the n-th decision",
  setTimeout: "take context.wake(atMs), which calls woken()",
  setInterval: "take context.wake(atMs), which calls woken()",
  setImmediate: "take context.wake(atMs), which calls woken()",
  queueMicrotask: "do it at once",
  process: "an algorithm sees its knobs and its context only",
  fetch: "an algorithm sees its knobs and its context only",
  Buffer: "take Uint8Array",
};

/** What is said of a banned name. */
export const REFUSAL = "would make two runs differ";

/** Run in the realm: every banned name throws what `refuse` makes of it. */
const preparation = `((refuse, names) => {
  const { defineProperty } = Object;
  for (const name of names) {
    const [object, key] = name.startsWith("Math.") ? [Math, name.slice(5)] : [globalThis, name];
    defineProperty(object, key, { get() { throw new Error(refuse(name)); }, configurable: false });
  }
})`;

function stripped({ file, text }: AlgorithmSource): string {
  const language = TYPESCRIPT.includes(extname(file)) ? (["typescript"] as const) : [];
  try {
    return transform(text, { transforms: [...language, "imports"], disableESTransforms: true, filePath: file }).code;
  } catch (error) {
    const [, reason = "", line] = /([^:]+) \((\d+:\d+)\)$/.exec(reasonOf(error)) ?? [];
    if (line === undefined) throw error;
    throw new AlgorithmFault(`${placeOf(file, null)}:${line}: SyntaxError: ${reason.trim()}`);
  }
}

const scripts = new WeakMap<AlgorithmSource, vm.Script>();

/** Compiled once, to be run in any number of realms. */
function scriptOf(source: AlgorithmSource): vm.Script {
  const known = scripts.get(source);
  if (known !== undefined) return known;
  // On the first line, so that the others stay where they are.
  const text = `(function (exports, require) {${stripped(source)}\n})`;
  const script = new vm.Script(text, { filename: source.file });
  scripts.set(source, script);
  return script;
}

/** What the file exports by default; made anew at each call. @throws AlgorithmFault */
export function exportOf(source: AlgorithmSource): unknown {
  const { file } = source;
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY);
  const refuse = (name: string): string => `${name} ${REFUSAL}: ${banned[name]}`;
  vm.runInContext(preparation, context)(refuse, Object.keys(banned));
  const require = (name: string): never => {
    throw new Error(
      `imports "${name}"; an algorithm stands in one file, so that its bytes say all: copy what it needs, import types only`,
    );
  };
  const exported: { default?: unknown } = {};
  try {
    scriptOf(source).runInContext(context)(exported, require);
  } catch (error) {
    if (error instanceof AlgorithmFault) throw error;
    throw new AlgorithmFault(`${placeOf(file, error)}: ${reasonOf(error)}`);
  }
  return exported.default;
}
