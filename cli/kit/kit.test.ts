/** Every rule of the kit, broken by an algorithm that breaks no other; told with the smallest case and the way out. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evenkeel } from "../testing/world.ts";
import type { Check } from "./checks.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-kit-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Parts {
  readonly name?: string;
  /** Outside of create. */
  readonly outside?: string;
  readonly before?: string;
  readonly pick?: string;
  readonly more?: string;
  readonly cost?: string;
}

/** Turns that keep to every rule, but for what is put in. */
const algorithm = ({ outside = "", before = "", pick = "", more = "", cost }: Parts) => `${outside}
export default {
  name: "mine",${cost === undefined ? "" : `\n  cost: ${JSON.stringify(cost)},`}
  create(knobs, { fleet, requests, draws, clock }) {
    let turn = -1;
    return {
      pick(request, avoid) {
        ${before}
        for (let tried = 0; tried < fleet.eligibleCount; tried++) {
          turn = (turn + 1) % fleet.eligibleCount;
          const server = fleet.eligible[turn];
          if (server !== avoid && !fleet.isBarred[server]) ${pick === "" ? "return server;" : pick}
        }
        return fleet.isEligible[avoid] && !fleet.isBarred[avoid] ? avoid : -1;
      },
      ${more}
    };
  },
};
`;

async function kit(text: string, ...words: string[]) {
  const file = join(folder, "mine.js");
  await writeFile(file, text);
  return evenkeel(["kit", file, ...words]);
}

async function failedBy(parts: Parts): Promise<readonly Check[]> {
  const { code, out } = await kit(algorithm(parts), "--json");
  const { checks, failed } = JSON.parse(out) as { checks: readonly Check[]; failed: number };
  const found = checks.filter(({ passed }) => passed === false);
  expect([code, failed]).toEqual([found.length === 0 ? 0 : 10, found.length]);
  return found;
}

test("an algorithm that keeps to every rule passes every check", async () => {
  const { code, out, err } = await kit(algorithm({}));
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^mine \(.*mine\.js\): 10 checks, all passed\n/);
  expect(out.match(/^ {2}passed {3}/gm)).toHaveLength(10);
});

test("so does the one that help shows, and the one in the README, word for word", async () => {
  const { out: help } = await evenkeel(["kit", "--help"]);
  const shown = /^ {2}export default \{\n[\s\S]*?^ {2}\};$/m.exec(help)![0].replaceAll(/^ {2}/gm, "");
  expect((await kit(shown)).out).toContain("all passed");
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  expect(readme).toContain(shown);
});

describe("a rule that is broken is told with the smallest case and the way out", () => {
  test.each<[rule: string, Parts, saw: string, example: readonly string[]]>([
    [
      "chooses a server that may have the request",
      { before: "if (!fleet.isEligible[0]) return 0;" },
      "pick returned 0 (server-1), which is not eligible",
      ["servers of weight 1, 1", "server-1 goes down", "request 0"],
    ],
    [
      "chooses a server that may have the request",
      { before: "if (fleet.barredCount > 0) return -1;" },
      "pick returned -1, expected one of fleet.eligible[0 … 1]",
      ["servers of weight 1, 1", "request 0, barred: server-1"],
    ],
    [
      "avoids the server that has just refused the request",
      { before: "if (!fleet.isBarred[fleet.eligible[0]]) return fleet.eligible[0];" },
      "pick returned server-1, which has just refused the request, though server-2 may have it",
      ["servers of weight 1, 1", "request 0, server-1 refused it"],
    ],
    [
      "answers every call",
      { more: "changed(server) { if (!fleet.isListed[server]) throw new Error('who?'); }," },
      "mine.js:16:60: changed threw Error: who?",
      ["servers of weight 1", "server-1 leaves the configuration"],
    ],
    [
      "keeps to its context, and changes nothing there",
      { before: "fleet.weight[0] = 5;" },
      "mine.js:8:25: pick wrote to fleet.weight",
      ["servers of weight 1", "request 0"],
    ],
    [
      "keeps to its context, and changes nothing there",
      { before: "if (fleet.servers) return 0;" },
      "pick looked for fleet.servers, which there is not",
      ["servers of weight 1", "request 0"],
    ],
    [
      "keeps to its context, and changes nothing there",
      { more: "sent(server) { requests.urlOf(0); }," },
      "sent asked requests.urlOf about request 0 while none is being decided on",
      ["servers of weight 1", "a binding leads to server-1"],
    ],
    [
      "keeps to its context, and changes nothing there",
      { before: "draws.below(2);" },
      "pick called draws.below before draws.at",
      ["servers of weight 1", "request 0"],
    ],
    [
      "keeps to its context, and changes nothing there",
      { before: "while (fleet.count > 0);" },
      "pick read its view 20,200 times in one call: a loop without end?",
      ["servers of weight 1", "request 0"],
    ],
    [
      "takes chance and time from its context only",
      { before: "Math.random();" },
      "mine.js:8:14: pick threw Error: Math.random would make two runs differ",
      ["servers of weight 1", "request 0"],
    ],
    [
      "minds no other balancer beside it",
      { outside: "let turns = 0;", before: "turn = turns++;" },
      "server-2 alone, server-1 beside another",
      ["servers of weight 1, 1", "request 0"],
    ],
    [
      "knows a request by what it shows",
      { before: "turn = request % 2;" },
      "with the requests numbered otherwise",
      ["servers of weight 1, 1", "request 0"],
    ],
    [
      "gives signals without changing anything",
      { more: "signalOf(server) { if (server === 0) turn++; return 0; }," },
      "after its signals were asked for",
      ["servers of weight 1, 1", "request 0"],
    ],
  ])("%s: %j", async (rule, parts, saw, example) => {
    const failed = await failedBy(parts);
    expect(failed.map((check) => check.rule)).toEqual([rule]);
    const [check] = failed;
    expect(check!.saw).toContain(saw);
    expect(check!.example).toEqual(example);
    expect(check!.fix).not.toBeNull();
  });

  test("costs as much as it says", async () => {
    const scan = { more: "sent() { fleet.inFlight.reduce((a, b) => a + b, 0); }," };
    expect(await failedBy(scan)).toEqual([]);
    expect(await failedBy({ ...scan, cost: "O(n)" })).toEqual([]);
    const [check] = await failedBy({ ...scan, cost: "O(1)" });
    expect(check!.rule).toBe("costs as much as it says");
    expect(check!.saw).toMatch(/ at 10, .* at 1,000 servers, O\(n\); it says O\(1\)$/);
  });
});

test("what breaks one rule all the time leaves others untold rather than passed", async () => {
  const { code, out } = await kit(algorithm({ before: "fleet.weight[0] = 5;" }));
  expect(code).toBe(10);
  expect(out).toMatch(/^ {2}unknown {2}chooses the same again from the same past\n {11}\d+ histories: in the others/m);
  expect(out).toMatch(/^ {2}unknown {2}has its cost counted\n {11}not counted: another rule was broken first/m);
});

test("a file that is no algorithm is told as for run", async () => {
  const { code, err } = await kit("export default 3;");
  expect([code, err]).toEqual([65, expect.stringContaining("default export must be an object, found 3")]);
});
