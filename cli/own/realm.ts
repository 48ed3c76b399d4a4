/**
 * Where a user's part runs: a realm with JavaScript itself and nothing of node's. What would make a run differ from
 * its repetition is not there: no chance but the draws, no clock but the simulation's, no files, no other modules.
 *
 * TypeScript is stripped by sucrase, which keeps every line where it is; node does it only from version 22.18 on.
 */
import { extname } from "node:path";
import vm from "node:vm";
import { transform } from "sucrase";
import { OwnFault, placeOf, reasonOf } from "./fault.ts";
import { type OwnKind, type OwnSource, TYPESCRIPT } from "./source.ts";

const time: Readonly<Record<OwnKind, string>> = {
  algorithm: "take context.clock.nowMs, the time of the simulation",
  affinity: "take context.requests.nowMs, the time of the simulation",
  state: "take context.nowMs, the time of the simulation",
  strategy: "take the time of the simulation from the part's context",
};
const byDraws = "take context.drawsOf(purpose): draws.at(entity, k) for the k-th draw of an entity";
const chance: Readonly<Record<OwnKind, (what: string) => string>> = {
  algorithm: (what) => `take context.draws: draws.at(0, n).${what} for the n-th decision`,
  affinity: () => byDraws,
  state: () => byDraws,
  strategy: () => "take the draws of the part's context",
};
const byEvents = "take context.schedule(atMs, entity, operand), which calls elapsed(entity, operand)";
const timers: Readonly<Record<OwnKind, string>> = {
  algorithm: "take context.wake(atMs), which calls woken()",
  affinity: byEvents,
  state: byEvents,
  strategy: "take the part's context, which can call back",
};

/** What a part has no business with, and what to do instead. */
const bannedFor = (kind: OwnKind): Readonly<Record<string, string>> => ({
  "Math.random": chance[kind]("below(count)"),
  Date: time[kind],
  performance: time[kind],
  crypto: chance[kind]("bits()"),
  setTimeout: timers[kind],
  setInterval: timers[kind],
  setImmediate: timers[kind],
  queueMicrotask: "do it at once",
  process: `${article[kind]} sees its knobs and its context only`,
  fetch: `${article[kind]} sees its knobs and its context only`,
  Buffer: "take Uint8Array",
});

const article: Readonly<Record<OwnKind, string>> = {
  algorithm: "an algorithm",
  affinity: "an affinity",
  state: "a state backend",
  strategy: "a strategy",
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

function stripped({ file, text }: OwnSource): string {
  const language = TYPESCRIPT.includes(extname(file)) ? (["typescript"] as const) : [];
  try {
    return transform(text, { transforms: [...language, "imports"], disableESTransforms: true, filePath: file }).code;
  } catch (error) {
    const [, reason = "", line] = /([^:]+) \((\d+:\d+)\)$/.exec(reasonOf(error)) ?? [];
    if (line === undefined) throw error;
    throw new OwnFault(`${placeOf(file, null)}:${line}: SyntaxError: ${reason.trim()}`);
  }
}

const scripts = new WeakMap<OwnSource, vm.Script>();

/** Compiled once, to be run in any number of realms. */
function scriptOf(source: OwnSource): vm.Script {
  const known = scripts.get(source);
  if (known !== undefined) return known;
  // On the first line, so that the others stay where they are.
  const text = `(function (exports, require) {${stripped(source)}\n})`;
  const script = new vm.Script(text, { filename: source.file });
  scripts.set(source, script);
  return script;
}

/** What the file exports by default; made anew at each call. @throws OwnFault */
export function exportOf(source: OwnSource): unknown {
  const { file } = source;
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY);
  const banned = bannedFor(source.kind);
  const refuse = (name: string): string => `${name} ${REFUSAL}: ${banned[name]}`;
  vm.runInContext(preparation, context)(refuse, Object.keys(banned));
  const require = (name: string): never => {
    throw new Error(
      `imports "${name}"; ${article[source.kind]} stands in one file, so that its bytes say all: copy what it needs, import types only`,
    );
  };
  const exported: { default?: unknown } = {};
  try {
    scriptOf(source).runInContext(context)(exported, require);
  } catch (error) {
    if (error instanceof OwnFault) throw error;
    throw new OwnFault(`${placeOf(file, error)}: ${reasonOf(error)}`);
  }
  return exported.default;
}
