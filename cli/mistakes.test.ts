/** What a user is told who got a scenario wrong in many ways at once. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { evenkeel } from "./testing/world.ts";

/** Each mistake, where it stands, the words that say what is wrong, and the nearest word or the way out. */
const mistakes = [
  ["3:1", "durration", 'unknown key "durration"', 'did you mean "duration"?'],
  ["6:41", "20", "must be a rate above zero, such as 20/s or 300/m, found 20", "as in 20/s"],
  ["7:67", "7sec", 'must be a duration above zero, such as 200ms, 5m or 1m30s, found "7sec"', "units: us, ms, s"],
  ["8:3", "shoppers", "this key stands twice in one map", "remove one of the two"],
  ["9:26", "poison", 'unknown process "poison"', 'did you mean "poisson"?'],
  ["12:23", "-2", "must be a whole number of at least 1, found -2", ""],
  ["15:22", "server-9", 'unknown server "server-9"', 'did you mean "server-4"?'],
  ["17:5", "sticky-cooki", 'unknown strategy preset "sticky-cooki"', 'did you mean "sticky-cookie"?'],
  ["18:30", "least-conections", 'unknown balancing algorithm "least-conections"', 'did you mean "least-connections"?'],
  ["19:5", "{", "is missing", "a strategy has three parts, balancing, affinity and state; or it extends a preset"],
  ["20:5", "{", 'must have a unique name, found a second "mine"', "give one of the two a name of its own"],
  ["22:34", "sessionLost", 'unknown metric "sessionLost"', 'did you mean "sessionsLost"?'],
  ["23:1", "seed", "not valid YAML: Flow map in block collection must be sufficiently indented and end with a }", ""],
] as const;

const text = `name: wrong
duration: 10m
durration: 5m
workload:
  shoppers:
    arrivals: { process: poisson, rate: 20 }
    session: { requests: { geometric: 12 }, think: { exponential: 7sec }, writes: 30%, size: 2KiB }
  shoppers:
    arrivals: { process: poison, rate: 20/s }
    session: { requests: 3, think: 1s, writes: 30%, size: 2KiB }
cluster:
  balancers: { count: -2 }
  servers: { count: 4, workers: 2, service: 40ms }
faults:
  - { at: 5m, crash: server-9, restartAfter: 40s }
strategies:
  - sticky-cooki
  - { name: mine, balancing: least-conections, affinity: none, state: server-memory }
  - { name: partial, balancing: random, affinity: none }
  - { name: mine, extends: sticky-cookie }
expect:
  - { strategy: partial, metric: sessionLost, equals: 0
seed: 1
`;

let folder = "";
let file = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-mistakes-"));
  file = join(folder, "wrong.yaml");
  await writeFile(file, text);
});
afterAll(() => rm(folder, { recursive: true }));

test.each(["run", "compare", "validate-file", "dashboard"])(
  "%s tells all mistakes of a file at once: file, line, column, caret, words, way out; 65, and no stack",
  async (command) => {
    const { code, out, err } = await evenkeel([command, file], { page: "" });
    expect(code).toBe(65);
    expect(out).toBe(command === "validate-file" ? `${file}: not valid\n` : "");
    expect(err).not.toMatch(/^ +at /m);
    const told = err.trimEnd().split(/\n\n/);
    expect(told.pop()).toBe(`${mistakes.length} problems in ${file}`);
    expect(told).toHaveLength(mistakes.length);
    for (const [index, [place, word, message, wayOut]] of mistakes.entries()) {
      const [head = "", source = "", caret = "", ...hint] = told[index]?.split("\n") ?? [];
      expect(head.startsWith(`${file}:${place}`)).toBe(true);
      expect(source.slice(caret.indexOf("^")).startsWith(word)).toBe(true);
      expect(caret).toMatch(/^ +\| +\^+ /);
      expect(caret).toContain(message);
      expect(hint.join("\n")).toContain(wayOut);
    }
  },
);
