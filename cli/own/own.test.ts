/** An affinity, a state backend and a whole strategy of the user's, through the command. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { smallScenario } from "../testing/scenario.ts";
import { evenkeel } from "../testing/world.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-own-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** The examples of the help, word for word: what it shows must work. */
async function fromHelp(name: string): Promise<string> {
  const { out } = await evenkeel(["kit", "--help"]);
  const example = new RegExp(`  export default \\{\\n    name: "${name}",[\\s\\S]*?\\n  \\};`).exec(out);
  return example![0];
}

async function put(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

const run = (words: readonly string[], scenario = smallScenario) =>
  evenkeel(["run", "-", "--threads", "1", "--quiet", "--runs", "2", ...words], { input: scenario });

interface Document {
  readonly strategies: readonly {
    readonly name: string;
    readonly digest: string;
    readonly parts: object;
    readonly metrics: Readonly<Record<string, { readonly mean: number }>>;
  }[];
}
const strategiesOf = (out: string) => (JSON.parse(out) as Document).strategies;

const whole = (state: string) =>
  `export default { name: "whole", balancing: "least-connections",
    affinity: { use: "balancer-cookie", knobs: { maxIdleMs: 60000 } }, state: ${state} };`;

describe("a part in a file", () => {
  test("an affinity becomes a strategy with round robin and server memory, and leads sessions back", async () => {
    const file = await put("last.ts", await fromHelp("last-server"));
    const { code, out } = await run(["--json", "--strategies", "sticky-cookie", "--affinity", file]);
    expect(code).toBe(0);
    const [cookie, own] = strategiesOf(out);
    expect(own).toMatchObject({
      name: "last-server",
      parts: { balancing: "round-robin", affinity: "last-server", state: "server-memory" },
    });
    // What it does is what the balancer's cookie does.
    expect(own!.digest).toBe(cookie!.digest);
  });

  test("a state backend keeps what it is told, at its price", async () => {
    const file = await put("one.ts", await fromHelp("one-copy"));
    const { code, out } = await run(["--json", "--strategies", "sticky-cookie", "--state", file]);
    expect(code).toBe(0);
    const [memory, own] = strategiesOf(out);
    expect(own!.parts).toMatchObject({ affinity: "balancer-cookie", state: "one-copy" });
    expect(own!.metrics["sessionsLost"]!.mean).toBe(0);
    expect(own!.metrics["responseTimeMeanMs"]!.mean).toBeGreaterThan(memory!.metrics["responseTimeMeanMs"]!.mean + 1);
  });

  test("can be named by the scenario, and then no strategy is added", async () => {
    const file = await put("last.ts", await fromHelp("last-server"));
    const named = smallScenario.replace(
      "[sticky-cookie,",
      "[{ name: tried, extends: sticky-cookie, affinity: last-server },",
    );
    const { code, out } = await run(["--json", "--affinity", file], named);
    expect(code).toBe(0);
    expect(strategiesOf(out).map(({ name }) => name)).not.toContain("last-server");
  });
});

describe("a whole strategy in a file", () => {
  test("takes parts by name, with knobs, and parts of its own, which have its name", async () => {
    const state = (await fromHelp("one-copy")).replace(/^\s*export default/, "").replace(/;$/, "");
    const file = await put("whole.ts", whole(state.replace('name: "one-copy",', "")));
    const { code, out, err } = await run(["--json", "--strategies", "sticky-cookie", "--strategy-file", file]);
    expect([code, err]).toEqual([0, ""]);
    expect(strategiesOf(out)[1]).toMatchObject({
      name: "whole",
      parts: {
        balancing: "least-connections",
        affinity: "balancer-cookie (maxIdle: 1m)",
        state: "whole",
      },
    });
  });

  test("goes into the results folder, which can be reported without the file", async () => {
    const file = await put("whole.ts", whole(`"server-memory"`));
    const results = join(folder, "results");
    expect((await run(["--strategy-file", file, "--out", results])).code).toBe(0);
    const manifest = JSON.parse(await readFile(join(results, "manifest.json"), "utf8")) as {
      own: object;
      command: string;
    };
    expect(manifest.own).toEqual([{ kind: "strategy", name: "whole", file: "own/strategy-whole.ts" }]);
    expect(manifest.command).toContain("--strategy-file own/strategy-whole.ts");
    await rm(file);
    expect((await evenkeel(["report", results])).code).toBe(0);
  });
});

describe("a mistake in the file is told in one line: place, what was expected, way out; 65, and no stack", () => {
  const affinity = (body: string) => `export default { name: "mine", create: () => (${body}) };`;
  const state = (body: string) =>
    `export default { name: "mine", create: (knobs, context, words) => ({ read: () => words.FOUND, write: () => words.WRITTEN, forget() {}, ${body} }) };`;
  test.each([
    ["--affinity", affinity("{}"), "lookup of what create returned is nothing, expected a function"],
    ["--affinity", affinity("{ lookup: () => 99 }"), "lookup returned 99, expected a server from 0 to"],
    [
      "--affinity",
      affinity('{ lookup: () => -1, whyElsewhere: () => "bad luck" }'),
      'whyElsewhere returned "bad luck"',
    ],
    ["--affinity", affinity("{ lookup: () => Date.now() }"), "Date would make two runs differ"],
    [
      "--affinity",
      affinity('{ lookup: () => -1, rules: { whenDown: "cry" } }'),
      'rules.whenDown is "cry", expected one of',
    ],
    ["--state", state("read: () => 9"), "read returned 9, expected FOUND, MISSING, UNAVAILABLE, EXPIRED, PENDING"],
    ["--state", state("write: () => words.PENDING"), "write returned PENDING without context.scheduleWrite"],
    ["--state", state('cause: "bad luck", read: () => words.MISSING'), 'cause is "bad luck" after read'],
    ["--state", state("writesRead: -1"), "writesRead is -1 after read, expected a number of writes"],
    [
      "--state",
      state("read: () => words.FOUND, writesRead: 0"),
      "found an old copy, of 0 writes, and did not say why it is old",
    ],
    ["--state", state("forget: 3"), "forget of what create returned is 3, expected a function"],
    ["--strategy-file", whole('"nowhere"'), 'default export.state names "nowhere", which the catalogue does not have'],
    ["--strategy-file", whole('{ use: "redis", knobs: { speed: 1 } }'), 'sets "speed", which'],
    ["--strategy-file", whole('{ create: 3, name: "mine" }'), "default export.state.create must be a function"],
    ["--strategy-file", `export default { name: "whole" };`, "default export.balancing must be a part's name"],
    ["--strategy-file", "export default 3;", "default export must be an object { name, balancing, affinity, state }"],
  ])("%s %s", async (option, text, told) => {
    const file = await put("mine.ts", text);
    const { code, err } = await run([option, file]);
    expect([code, err]).toEqual([65, expect.stringContaining(told)]);
    expect(err).toContain("mine.ts");
    expect(err).not.toContain("    at ");
  });
});

describe("the kit", () => {
  const kit = async (kind: string, text: string, words: readonly string[] = []) =>
    evenkeel(["kit", await put("mine.ts", text), "--kind", kind, "--runs", "12", ...words]);
  const failedBy = async (kind: string, text: string) => {
    const { out } = await kit(kind, text, ["--json"]);
    const { checks } = JSON.parse(out) as {
      checks: readonly {
        readonly rule: string;
        readonly passed: boolean;
        readonly saw: string;
        readonly scenario: string;
      }[];
    };
    return checks.filter(({ passed }) => !passed);
  };

  test.each([
    ["affinity", "last-server"],
    ["state", "one-copy"],
  ])("passes the %s of the help", { timeout: 60_000 }, async (kind, name) => {
    const { code, out } = await kit(kind, await fromHelp(name));
    expect(out).toContain("all passed");
    expect(code).toBe(0);
  });

  test.each([
    [
      "forgets a visit that is over",
      "affinity",
      async () => (await fromHelp("last-server")).replace("forget: (session) => serverOf.delete(session),", ""),
    ],
    [
      "minds no other run beside it",
      "affinity",
      async () =>
        `const serverOf = new Map();\n${(await fromHelp("last-server")).replace("const serverOf = new Map();", "")}`,
    ],
    [
      "loses nothing where nothing fails",
      "state",
      async () =>
        (await fromHelp("one-copy"))
          .replace("cause: null", 'cause: "old-copy"')
          .replace("writes.set(session, made.writesWritten)", "writes.set(session, 1)"),
    ],
    [
      "answers every call as its interface says",
      "state",
      async () => (await fromHelp("one-copy")).replace("context.scheduleWrite(context.nowMs + 1, request);", ""),
    ],
    [
      "takes chance and time from its context only",
      "affinity",
      async () => (await fromHelp("last-server")).replace("?? -1", "?? Math.floor(Math.random() * 0) - 1"),
    ],
  ])("%s", { timeout: 60_000 }, async (rule, kind, text) => {
    const failed = await failedBy(kind, await text());
    expect(failed.map((check) => check.rule)).toContain(rule);
    const { scenario } = failed.find((check) => check.rule === rule)!;
    // The smallest run is a scenario to be run again with the file; it breaks off where a call was answered wrongly.
    const { code } = await run([`--${kind}`, join(folder, "mine.ts")], scenario);
    expect(code).toBe(rule.startsWith("answers") || rule.startsWith("takes") ? 65 : 0);
  });
});
