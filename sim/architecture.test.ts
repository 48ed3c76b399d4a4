/** The shape of the project, read from its source. Each message says what to do about what it found. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";
import { describe, expect, it } from "vitest";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folders = ["cli", "reports", "scenarios", "sim", "viz"];
const maximumLines = 350;

/** What each folder may import: our own folders, and packages by name or by scope. */
const mayImport: Readonly<Record<string, { readonly ours: readonly string[]; readonly packages: readonly string[] }>> =
  {
    sim: { ours: ["sim"], packages: ["seedrandom", "@stdlib", "@noble"] },
    scenarios: { ours: ["scenarios", "sim"], packages: ["yaml", "zod", "fastest-levenshtein", "picocolors"] },
    reports: { ours: ["reports", "sim"], packages: ["csv-stringify", "simple-statistics", "@stdlib"] },
    viz: { ours: ["viz", "reports", "scenarios", "sim"], packages: ["d3"] },
  };

/** Names that would make a result depend on the machine, the moment or the JavaScript engine. */
const bannedInSim: readonly { readonly name: string; readonly instead: string }[] = [
  { name: "Math.random", instead: "take a named stream of draws (sim/engine/draws.ts)" },
  ...["pow", "exp", "expm1", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "hypot", "cbrt"].map(exactly),
  ...["sinh", "cosh", "tanh", "log", "log2", "log10", "log1p"].map(exactly),
  { name: "**", instead: "multiply, or call pow of sim/engine/exact.ts; engines differ in the last bit" },
  { name: "Date", instead: "pass times in; the model has virtual time only" },
  { name: "performance", instead: "pass times in; measure in sim/bench" },
  { name: "setTimeout", instead: "schedule an event; the model has virtual time only" },
  { name: "setInterval", instead: "schedule an event; the model has virtual time only" },
  { name: "queueMicrotask", instead: "schedule an event; the model is synchronous" },
  { name: "console", instead: "return it in the record and let cli/ say it" },
  { name: "process", instead: "pass it in from cli/" },
  { name: "crypto", instead: "use sim/engine/hash.ts" },
];

function exactly(name: string) {
  return { name: `Math.${name}`, instead: `use sim/engine/exact.ts; Math.${name} differs between engines` };
}

interface Source {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
  /** Identifiers, `Object.member` pairs, the operator `**`, and `any` where it is a type; each with its line. */
  readonly words: readonly { readonly word: string; readonly line: number }[];
}

const sources: readonly Source[] = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((path) => posix.join(folder, path.replaceAll("\\", "/")))
    .filter((path) => path.endsWith(".ts") && !path.includes("node_modules/"))
    .sort()
    .map((path) => readSource(path, readFileSync(join(root, path), "utf8"))),
);

function readSource(path: string, text: string): Source {
  const imports: string[] = [];
  const words: { word: string; line: number }[] = [];
  const visit = (node: unknown, property: string): void => {
    if (Array.isArray(node)) for (const item of node) visit(item, property);
    if (!isNode(node)) return;
    const add = (word: string) => words.push({ word, line: text.slice(0, node.start).split("\n").length });
    if (isNode(node["source"]) && typeof node["source"]["value"] === "string") imports.push(node["source"]["value"]);
    if (node.type === "MemberExpression" && isNode(node["object"]) && isNode(node["property"])) {
      add(`${node["object"]["name"]}.${node["property"]["name"] ?? node["property"]["value"]}`);
    }
    if (node["operator"] === "**" || node["operator"] === "**=") add("**");
    if (node.type === "TSAnyKeyword") add("any");
    // The name after a dot and the name of a key are not references.
    if (node.type === "Identifier" && property !== "property" && property !== "key") add(String(node["name"]));
    for (const [key, child] of Object.entries(node)) visit(child, key);
  };
  visit(parseSync(path, text).program, "");
  return { path, text, imports, words };
}

function isNode(value: unknown): value is Record<string, unknown> & { type: string; start: number } {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

const folderOf = (path: string) => path.split("/")[0]!;
const isTest = (path: string) => path.endsWith(".test.ts") || path.includes("/testing/");
const isBench = (path: string) => path.startsWith("sim/bench/");
const isProduct = ({ path }: Source) => !isTest(path) && !isBench(path);

describe("the reader of sources", () => {
  it("sees imports of every kind and not those in text", () => {
    const text = `import type { A } from "./a.ts"; export * from "./b.ts"; import "./c.ts"; import("./d.ts"); "import './e.ts'";`;
    expect(readSource("x.ts", text).imports).toEqual(["./a.ts", "./b.ts", "./c.ts", "./d.ts"]);
  });

  it("sees every banned word where it is used and not where it is mentioned", () => {
    for (const { name } of bannedInSim) {
      const used = readSource("x.ts", `\nconst y = ${name === "**" ? "2 ** 3" : `${name}(1)`};`);
      expect(used.words).toContainEqual({ word: name, line: 2 });
      const mentioned = readSource("x.ts", `// ${name}\nconst y = "${name}"; z.performance; ({ console: 1 });`);
      expect(mentioned.words.map(({ word }) => word)).not.toContain(name);
    }
    expect(readSource("x.ts", "let y: any;").words).toContainEqual({ word: "any", line: 1 });
  });
});

describe("the project's shape", () => {
  it("has five source folders at the top and no other", () => {
    const built = ["node_modules", "dist", "results"];
    const found = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && !built.includes(entry.name))
      .map((entry) => entry.name);
    expect(found.sort(), "Move it into one of the five; documentation is the README.md of a folder.").toEqual(folders);
  });

  it("imports its own files one way: cli to reports and viz, those to scenarios, all to sim", () => {
    const wrong = sources.filter(isProduct).flatMap(({ path, imports }) =>
      imports
        .filter((name) => name.startsWith("."))
        .map((name) => folderOf(posix.join(dirname(path), name)))
        .filter((target) => folders.includes(target) && !(mayImport[folderOf(path)]?.ours ?? folders).includes(target))
        .map((target) => `${path} imports from ${target}/: move the shared part into sim/, or pass it in from cli/.`),
    );
    expect(wrong).toEqual([]);
  });

  it("uses in each folder only the packages that the folder is for", () => {
    const wrong = sources.filter(isProduct).flatMap(({ path, imports }) => {
      const allowed = mayImport[folderOf(path)]?.packages;
      return imports
        .filter((name) => allowed && !name.startsWith(".") && !name.startsWith("node:"))
        .filter((name) => !allowed!.includes(name.split("/")[0]!) && !allowed!.includes(name))
        .map((name) => `${path} imports ${name}: use it in cli/, or argue for it in this test.`);
    });
    expect(wrong).toEqual([]);
  });

  it("reaches for node only in cli/, tests and the benchmark", () => {
    const wrong = sources
      .filter((source) => isProduct(source) && folderOf(source.path) !== "cli")
      .flatMap(({ path, imports }) =>
        imports
          .filter((name) => name.startsWith("node:"))
          .map((name) => `${path} imports ${name}: take text or bytes as an argument and let cli/ do the reading.`),
      );
    expect(wrong).toEqual([]);
  });

  it("keeps clocks, chance and inexact mathematics out of sim/", () => {
    const wrong = sources
      .filter((source) => isProduct(source) && folderOf(source.path) === "sim" && source.path !== "sim/engine/exact.ts")
      .flatMap(({ path, words }) =>
        words.flatMap(({ word, line }) =>
          bannedInSim.filter(({ name }) => name === word).map((ban) => `${path}:${line} ${word}: ${ban.instead}.`),
        ),
      );
    expect(wrong).toEqual([]);
  });

  it("has no file longer than one idea", () => {
    const wrong = sources
      .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
      .filter(({ lines }) => lines > maximumLines)
      .map(({ path, lines }) => `${path} has ${lines} lines: two ideas; make it two files.`);
    expect(wrong).toEqual([]);
  });

  it("never says `any`", () => {
    const wrong = sources.flatMap(({ path, words }) =>
      words.filter(({ word }) => word === "any").map(({ line }) => `${path}:${line}: say what it is, or \`unknown\`.`),
    );
    expect(wrong).toEqual([]);
  });
});

describe.each([
  ["sim/balancing", "defineBalancing"],
  ["sim/balancing/placement", "definePlacement"],
  ["sim/persistence/affinity", "defineAffinity"],
  ["sim/persistence/state", "defineState"],
])("%s", (folder, define) => {
  const files = sources.filter(({ path }) => dirname(path) === folder && !isTest(path));
  const index = files.find(({ path }) => basename(path) === "index.ts");
  const parts = files.filter(
    (source) => source.words.some(({ word }) => word === define) && !source.text.includes(`function ${define}`),
  );

  it("has parts", () => {
    expect(parts.length, `No file of ${folder} calls ${define}.`).toBeGreaterThan(0);
  });

  it("registers every part in its index.ts, under the name of its file", () => {
    const wrong = parts.flatMap(({ path, text }) => {
      const name = basename(path, ".ts");
      const problems: string[] = [];
      if (!index?.imports.includes(`./${name}.ts`)) problems.push(`${path}: add its line to ${folder}/index.ts.`);
      if (!text.includes(`name: "${name}"`)) problems.push(`${path}: name the part "${name}", as the file.`);
      return problems;
    });
    expect(wrong).toEqual([]);
  });

  it("has a test beside every part", () => {
    const wrong = parts
      .map(({ path }) => path.replace(/\.ts$/, ".test.ts"))
      .filter((test) => !existsSync(join(root, test)))
      .map((test) => `${test} is missing: say there, in sentences, what the part does.`);
    expect(wrong).toEqual([]);
  });
});
