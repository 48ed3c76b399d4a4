import { describe, expect, test } from "vitest";
import { strategyPresets } from "../scenarios/index.ts";
import { balancingAlgorithms } from "../sim/balancing/index.ts";
import { metrics } from "../sim/metrics/catalogue.ts";
import { exitCodes } from "./errors.ts";
import { smallScenario } from "./testing/scenario.ts";
import { evenkeel } from "./testing/world.ts";

const widest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));

describe("help", () => {
  test("fits 80 columns, lists the exit codes, and says what to do next", async () => {
    const { code, out, err } = await evenkeel(["--help"]);
    expect(code).toBe(0);
    expect(err).toBe("");
    expect(widest(out)).toBeLessThanOrEqual(80);
    for (const exitCode of Object.values(exitCodes)) expect(out).toMatch(new RegExp(`^ {2}${exitCode} `, "m"));
    expect(out).toContain("evenkeel run checkout-crash");
    expect(out).toContain("evenkeel init my.yaml");
  });

  test.each([
    "run",
    "compare",
    "list",
    "describe",
    "validate-file",
    "init",
    "schema",
    "dashboard",
    "report",
    "diff",
    "explain",
    "conform",
    "kit",
  ])("of %s fits 80 columns", async (command) => {
    const { code, out } = await evenkeel([command, "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: evenkeel ${command}`);
    expect(widest(out)).toBeLessThanOrEqual(80);
  });

  test("is shown on standard error, as wrong usage, when nothing is asked", async () => {
    const { code, out, err } = await evenkeel([]);
    expect([code, out]).toEqual([64, ""]);
    expect(err).toContain("Start here:");
  });
});

describe("a mistake on the command line", () => {
  test.each([
    [["rnu"], 64, "Did you mean run?"],
    [["run", "small", "--sed", "3"], 64, "--seed"],
    [["run"], 64, "missing required argument 'scenario'"],
    [["run", "x.yaml", "--runs", "0"], 64, 'Expected a whole number from 1 to 100000, got "0"'],
    [["run", "x.yaml", "--seed", "1e3"], 64, 'got "1e3"'],
    [["run", "x.yaml", "--color", "blue"], 64, "Allowed choices are auto, always, never"],
    [["run", "x.yaml", "--metrics", "sessionLost"], 64, 'did you mean "sessionsLost"?'],
    [["run", "x.yaml", "--strategies", "a,,b"], 64, "Expected names separated by commas"],
    [["run", "-", "--strategies", "stiky-cookie"], 64, 'did you mean "sticky-cookie"?'],
    [["run", "-", "--reference", "jwt"], 64, "--reference jwt is not among the strategies that run"],
    [["list", "nope"], 64, '"nope" is no kind of thing; known: scenarios, strategies'],
    [["list", "scenaros"], 64, 'did you mean "scenarios"?'],
    [["list", "strategies", "carrier-pigeon"], 64, 'none of the strategies speaks of "carrier-pigeon"'],
    [["describe", "caus", "crash"], 64, 'did you mean "cause"?'],
    [["describe", "cause", "crsh"], 64, 'unknown cause of trouble with sessions "crsh"; did you mean "crash"?'],
    [["describe", "state", "sticky-cookie"], 64, 'unknown state backend "sticky-cookie"'],
    [["describe", "stiky-cookie"], 64, 'did you mean "sticky-cookie"?'],
    [["run", "chekout-crash"], 65, 'did you mean "checkout-crash"?'],
    [["run", "no/such.yaml"], 65, "cannot read the scenario no/such.yaml: it does not exist"],
    [["run", "-", "--set", "cluster.serverz=1"], 65, 'unknown key "serverz"'],
    [["run", "cli"], 65, "cannot read the scenario cli: it is a folder"],
    [["run", "-", "--out", ""], 64, "Expected the path of a folder, got nothing"],
    [["run", "-", "--out", "package.json"], 65, "cannot write to the folder package.json: part of the path is not a"],
    [["run", "-", "--out", "/dev/null/x"], 65, "cannot write to the folder /dev/null/x"],
    [["run", "-", "--out", "/proc/x/y"], 65, "cannot write to the folder /proc/x/y"],
    [["report", "no/such/folder"], 65, "is not a results folder"],
    [["dashboard"], 65, "the page is not built"],
  ] as const)(
    "%j gives %i, one clear message, nothing on standard output and no stack",
    async (words, exitCode, message) => {
      const { code, out, err } = await evenkeel(words, { input: smallScenario });
      expect(code).toBe(exitCode);
      expect(out).toBe("");
      expect(err).toContain(message);
      expect(err).not.toMatch(/^ +at /m);
    },
  );
});

test("a bug gives 1 and its stack, to be reported", async () => {
  const { code, err } = await evenkeel(["run", "-"], { input: new Error("the stream broke") });
  expect(code).toBe(1);
  expect(err).toMatch(/evenkeel has a bug; please report this:\nError: the stream broke\n +at /);
});

describe("looking up", () => {
  test("lists everything, or one kind, or JSON", async () => {
    const all = await evenkeel(["list"]);
    for (const { name } of [...strategyPresets, ...metrics]) expect(all.out).toContain(`  ${name} `);
    const strategies = await evenkeel(["list", "strategies", "--json"]);
    expect(JSON.parse(strategies.out).strategies.map((entry: { name: string }) => entry.name)).toEqual(
      strategyPresets.map(({ name }) => name),
    );
  });

  test("lists algorithms under that name and as what a scenario calls them", async () => {
    const { code, out } = await evenkeel(["list", "algorithms"]);
    expect(code).toBe(0);
    for (const { name, summary } of balancingAlgorithms) {
      expect(out).toContain(`  ${name} `);
      expect(out.replaceAll(/\s+/g, " ")).toContain(summary);
    }
    expect((await evenkeel(["list", "balancing"])).out).toBe(out);
  });

  test("describes an algorithm in 80 columns: how it decides, what it costs, every knob with its default", async () => {
    for (const { name, products, cost, decides, knobs, aliases = [] } of balancingAlgorithms) {
      const { out } = await evenkeel(["describe", name], { terminal: true });
      expect(widest(out), name).toBeLessThanOrEqual(80);
      const text = out.replaceAll(/\s+/g, " ");
      for (const said of [products, cost, decides.rule, decides.tieBreak, decides.signal ?? "not weighed"]) {
        expect(text).toContain(said);
      }
      for (const { summary } of Object.values(knobs)) expect(text).toContain(summary);
      for (const alias of aliases) expect(text).toContain(alias);
    }
  }, 60_000);

  test("describes by name, by a product's name, and every kind that has the name", async () => {
    expect((await evenkeel(["describe", "sessionsLost"])).out).toContain("definition");
    expect((await evenkeel(["describe", "leastconn"])).out).toMatch(/^least-connections, balancing algorithm/);
    const both = await evenkeel(["describe", "signed-cookie"]);
    expect(both.out).toContain("signed-cookie, strategy preset");
    expect(both.out).toContain("signed-cookie, state backend");
  });

  test("describes one kind only where it is named before the name, in the singular or the plural", async () => {
    const preset = await evenkeel(["describe", "strategy", "signed-cookie"]);
    expect(preset.out).toMatch(/^signed-cookie, strategy preset/);
    expect(preset.out).not.toContain("state backend");
    expect((await evenkeel(["describe", "state", "signed-cookie"])).out).toMatch(/^signed-cookie, state backend/);
    const cause = await evenkeel(["describe", "cause", "crash"]);
    expect(cause.out).toMatch(/^crash, cause of trouble/);
    expect((await evenkeel(["describe", "causes", "crash"])).out).toBe(cause.out);
  });

  test("lists strategies by family and scenarios by subject, each group once under its name", async () => {
    for (const [kind, group, member] of [
      ["strategies", "stores", "redis-sessions"],
      ["scenarios", "fleet", "checkout-crash"],
    ] as const) {
      const { out } = await evenkeel(["list", kind]);
      const heads = out.split("\n").filter((line) => /^ {2}[\w-]+:$/.test(line));
      expect(new Set(heads).size).toBe(heads.length);
      expect(out.slice(out.indexOf(`  ${group}:\n`)).split("\n\n")[0]).toContain(`  ${member} `);
    }
  });

  test("lists what speaks of a word, whatever its case", async () => {
    const { out } = await evenkeel(["list", "strategies", "Redis"]);
    expect(out).toContain("  redis-sentinel ");
    expect(out).not.toContain("  memcached-sessions ");
    expect((await evenkeel(["list", "causes", "evict"])).out).toContain("evict");
  });

  test("describes every cause as an operator meets it: how it shows, how to be sure, who can have it, what to do", async () => {
    const { out } = await evenkeel(["list", "causes", "--json"]);
    const causes = JSON.parse(out).causes.map(({ name }: { name: string }) => name);
    expect(causes).toContain("concurrent-request");
    for (const cause of causes) {
      const { out: text } = await evenkeel(["describe", cause], { terminal: true });
      expect(text).toMatch(/seen as .*to be sure .*happens with .*remedy /s);
    }
  });

  test("prints the JSON Schema of scenario files", async () => {
    const { out } = await evenkeel(["schema"]);
    expect(JSON.parse(out).$schema).toBe("http://json-schema.org/draft-07/schema#");
  });
});

describe("checking files", () => {
  test("says ok, or shows the mistakes in their place and gives 65", async () => {
    expect(await evenkeel(["validate-file", "-"], { input: smallScenario })).toEqual({
      code: 0,
      out: "-: ok, 2 strategies, 3 runs each\n",
      err: "",
    });
    const wrong = await evenkeel(["validate-file", "-", "checkout-crash"], {
      input: smallScenario.replace("40s", "forty"),
    });
    expect(wrong.code).toBe(65);
    expect(wrong.out).toMatch(/^-: not valid\ncheckout-crash: ok/);
    expect(wrong.err).toContain("standard input:3:11");
  });
});
