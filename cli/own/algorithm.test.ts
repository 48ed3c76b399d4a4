/** What a user's algorithm is told, and what it can do, through the command. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { smallScenario } from "../testing/scenario.ts";
import { evenkeel } from "../testing/world.ts";

let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-algorithm-"));
  file = join(folder, "mine.ts");
});
afterEach(() => rm(folder, { recursive: true }));

const whole = `interface Fleet { eligible: Int32Array; eligibleCount: number; inFlight: Int32Array }

export default {
  name: "mine",
  knobs: { step: { unit: "count", default: 1, minimum: 1, summary: "How far to go on." } },
  create: ({ step }: { step: number }, { fleet }: { fleet: Fleet }) => {
    let turn = -1;
    return {
      pick: (_request: number, avoid: number): number => {
        do turn = (turn + step) % fleet.eligibleCount;
        while (fleet.eligible[turn]! === avoid && fleet.eligibleCount > 1);
        return fleet.eligible[turn]!;
      },
      signalOf: (server: number) => fleet.inFlight[server]!,
    };
  },
} as const;
`;

interface Options {
  readonly scenario?: string;
  readonly name?: string;
}

async function run(text: string, words: readonly string[] = [], { scenario, name }: Options = {}) {
  if (name !== undefined) file = join(folder, name);
  await writeFile(file, text);
  const input = scenario ?? smallScenario;
  return evenkeel(["run", "-", "--threads", "1", "--quiet", "--runs", "2", "--algorithm", file, ...words], { input });
}

interface Document {
  readonly strategies: readonly { readonly name: string; readonly digest: string; readonly parts: object }[];
}
const strategiesOf = (out: string): Document["strategies"] => (JSON.parse(out) as Document).strategies;

describe("an algorithm in a file", () => {
  test("becomes a strategy with no affinity, whose servers remember for themselves", async () => {
    const { code, out } = await run(whole, ["--json"]);
    expect(code).toBe(0);
    const [, , mine] = strategiesOf(out);
    expect(mine).toMatchObject({
      name: "mine",
      parts: { balancing: "mine", affinity: "none", state: "server-memory" },
    });
  });

  test("may be plain JavaScript, and decides the same", async () => {
    const typed = strategiesOf((await run(whole, ["--json"])).out);
    const plain = whole
      .replace(/^interface.*\n/, "\n")
      .replace(/: \{ step: number \}|: \{ fleet: Fleet \}|: number\b|!| as const/g, "");
    expect(strategiesOf((await run(plain, ["--json"], { name: "mine.mjs" })).out)).toEqual(typed);
  });

  test("does what a built-in algorithm does when it says the same", async () => {
    const calm = smallScenario.replace(/faults:\n.*\n/, "");
    const own = "[{ name: theirs, extends: no-affinity, balancing: round-robin },";
    const { out } = await run(whole, ["--json"], { scenario: calm.replace("[sticky-cookie,", own) });
    const [theirs, , mine] = strategiesOf(out);
    expect(mine!.digest).toBe(theirs!.digest);
  });

  test("can be named by the scenario, with its knobs, and then no strategy is added", async () => {
    const scenario = smallScenario.replace(
      "[sticky-cookie,",
      "[{ name: sticky-mine, extends: sticky-cookie, balancing: { mine: { step: 2 } } },",
    );
    const { code, out } = await run(whole, ["--json"], { scenario });
    expect(code).toBe(0);
    expect(strategiesOf(out).map(({ name }) => name)).toEqual(["sticky-mine", "redis-sessions"]);
    const wrong = await run(whole, [], { scenario: scenario.replace("step: 2", "step: 0") });
    expect([wrong.code, wrong.err]).toEqual([65, expect.stringContaining("must be a whole number of at least 1")]);
  });

  test("can be explained, signals included", async () => {
    await writeFile(file, whole);
    const words = ["explain", "-", "--algorithm", file, "--request", "30"];
    const { code, out } = await evenkeel(words, { input: smallScenario });
    expect(code).toBe(0);
    expect(out).toContain("decision 30 of small under mine, seed 1");
    expect(out).toContain("as mine.ts chooses");
    expect(out).toMatch(/server +signal +in flight/);
  });

  test("goes into the results folder, which can be reported and compared without it", async () => {
    const [first, second] = [join(folder, "first"), join(folder, "second")];
    await run(whole, ["--out", first]);
    await run(whole.replace("turn = -1", "turn = 0"), ["--out", second]);
    const manifest = JSON.parse(await readFile(join(first, "manifest.json"), "utf8"));
    expect(manifest.own).toEqual([{ kind: "algorithm", name: "mine", file: "own/algorithm-mine.ts" }]);
    expect(manifest.command).toContain("--algorithm own/algorithm-mine.ts");
    expect(await readFile(join(first, "own/algorithm-mine.ts"), "utf8")).toBe(whole);
    await rm(file);
    expect((await evenkeel(["report", first])).code).toBe(0);
    const { out } = await evenkeel(["diff", first, second, "--strategies", "mine,mine"]);
    expect(out).toMatch(/^mine, seed 1: the first difference is decision \d+/);
    await writeFile(join(first, "own/algorithm-mine.ts"), `${whole}\n`);
    const edited = await evenkeel(["report", first]);
    expect([edited.code, edited.err]).toEqual([65, expect.stringContaining("it was edited")]);
  });

  test("with other bytes is another run: nothing is taken from a folder for it", async () => {
    const target = join(folder, "out");
    const before = strategiesOf((await run(whole, ["--json", "--out", target])).out);
    const other = await run(whole.replace("turn = -1", "turn = 0"), ["--json", "--out", target]);
    expect(strategiesOf(other.out)[2]!.digest).not.toBe(before[2]!.digest);
  });
});

const choosing = (statement: string) => `export default {
  name: "mine",
  create: (_knobs, { fleet, draws, clock, requests }) => ({
    pick(request) {
      ${statement}
    },
  }),
};
`;

describe("a mistake in the file is told in one line: place, what was expected, way out; 65, and no stack", () => {
  test.each([
    ["", "mine.ts: no default export, expected `export default { name, create }`; evenkeel kit --help shows"],
    ["export default 3;", "mine.ts: default export must be an object, found 3; evenkeel kit --help shows"],
    ["export default { create() {} };", "mine.ts: default export.name must be a text, the name for scenarios"],
    ['export default { name: "Mine", create() {} };', "name must be small letters, digits and hyphens"],
    ['export default { name: "random", create() {} };', 'name "random" is the catalogue\'s; give it a name of its own'],
    ['export default { name: "leastconn", create() {} };', "as an alias of "],
    ['export default { name: "mine" };', "default export.create must be a function, create(knobs, context), that"],
    [
      'export default { name: "mine", knobs: { a: 1 }, create() {} };',
      "default export.knobs.a unit must be one of count",
    ],
    ['export default { name: "mine", create() {} };', "create returned nothing, expected an object with pick"],
    [
      'export default { name: "mine", create: () => ({}) };',
      "pick of what create returned is nothing, expected a function",
    ],
    [
      'export default { name: "mine", create: () => ({ pick: () => 0, sent: 1 }) };',
      "sent of what create returned is 1, expected a function",
    ],
    [
      'export default { name: "mine",\n create() { return null.x; } };',
      "mine.ts:2:25: create threw TypeError: Cannot read properties of null",
    ],
    ['export default { name: "mine", create( };', "mine.ts:1:40: SyntaxError: Unexpected token"],
    ["export default {\n  name: await 3,\n};", "mine.ts:2"],
    ['import { x } from "node:fs";\nexport default x;', 'imports "node:fs"; an algorithm stands in one file'],
    [choosing("return undefined.x;"), "mine.ts:5:24: pick threw TypeError: Cannot read properties of undefined"],
    [choosing('throw "no";'), 'mine.ts: pick threw "no"'],
    [choosing("return Number.NaN;"), "mine.ts: pick returned NaN, expected one of fleet.eligible[0 … 1]"],
    [choosing("return -1;"), "mine.ts: pick returned -1, expected one of fleet.eligible[0 … 1]; -1 is for when"],
    [
      choosing("return;"),
      "mine.ts: pick returned nothing, expected one of fleet.eligible[0 … 1]; a server is its number",
    ],
    [choosing("return 0.5;"), "mine.ts: pick returned 0.5, expected"],
    [choosing("return fleet.identity[0];"), "mine.ts: pick returned an object, expected"],
    [choosing("return 0;"), "mine.ts: pick returned 0 (server-1), which is not eligible"],
    [choosing("return Math.random();"), "mine.ts:5:19: pick threw Error: Math.random would make two runs differ: take"],
    [choosing("return Date.now() % 2;"), "mine.ts:5:7: pick threw Error: Date would make two runs differ: take"],
    [choosing("return process.pid;"), "process would make two runs differ"],
  ])("%j", async (text, message) => {
    const { code, out, err } = await run(text);
    expect([code, out]).toEqual([65, ""]);
    expect(err).toContain(message);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });

  test.each([
    [["--algorithm", "no/such.ts"], "cannot read the algorithm no/such.ts: it does not exist; evenkeel kit --help"],
    [["--algorithm", "cli"], "cli is no algorithm: expected a file that ends in .ts, .mts, .js, .mjs"],
  ])("%j", async (words, message) => {
    const { code, err } = await evenkeel(["run", "-", ...words], { input: smallScenario });
    expect([code, err]).toEqual([65, expect.stringContaining(message)]);
  });

  test("that gives a strategy of the scenario a name twice says which", async () => {
    const scenario = smallScenario.replace("[sticky-cookie,", "[{ name: mine, extends: sticky-cookie },");
    const { code, err } = await run(whole, [], { scenario });
    expect([code, err]).toEqual([65, expect.stringContaining("strategy mine does not use the algorithm mine")]);
  });
});
