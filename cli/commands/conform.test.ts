import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { evenkeel } from "../testing/world.ts";

const golden = "sim/conformance/golden";
const folder = mkdtempSync(join(tmpdir(), "evenkeel-conform-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A small trace of nginx's round robin, with what a test changes. */
function traceWith(changes: object): string {
  return JSON.stringify({
    format: "lb-golden-trace/1",
    product: "nginx",
    version: "1.22.1",
    algorithm: "roundrobin",
    shape: "two",
    title: "two servers in turn",
    frontMode: "proxy",
    config: {},
    servers: [
      { name: "s1", address: "127.0.0.1:1", weight: 2 },
      { name: "s2", address: "127.0.0.1:2" },
    ],
    steps: [
      { op: "req", times: 2 },
      { op: "open", id: 2 },
      { op: "close", id: 2 },
    ],
    expected: ["s1", "s2", "s1"],
    ...changes,
  });
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("conform", () => {
  test("prints how many decisions of each file are as recorded, and gives 0 when all are", async () => {
    const files = ["nginx/roundrobin-eq3.json", "apache/byrequests-eq3.json"].map((name) => join(golden, name));
    const { code, out, err } = await evenkeel(["conform", ...files]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toBe(`${files[0]}: 120/120\n${files[1]}: 150/150\n`);
  });

  test("reads every .json of a folder, in order, and figures that a product publishes", async () => {
    const { code, out } = await evenkeel(["conform", join(golden, "envoy")]);
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines.length).toBe(5);
    expect(lines).toEqual([...lines].sort());
    for (const line of lines) expect(line).toMatch(/: (\d+)\/\1$/);
  });

  test("names step, request, what was expected and what was found, in plain words too, and gives 10", async () => {
    const path = file("wrong.json", traceWith({ expected: ["s1", "!502", "s2"] }));
    const { code, out, err } = await evenkeel(["conform", path]);
    expect([code, err]).toEqual([10, ""]);
    expect(out).toBe(
      [
        `${path}: 1/3`,
        "  step 0, request 1: server: expected !502, found s2",
        "    the balancer answered 502 itself, and here s2 got it",
        "  step 1, request 2: server: expected s2, found s1",
        "    s2 got it, and here s1 got it",
        "",
      ].join("\n"),
    );
  });

  test("shows the first differences only", async () => {
    const path = file("long.json", traceWith({ steps: [{ op: "req", times: 9 }], expected: Array(9).fill("s3") }));
    const { out } = await evenkeel(["conform", path]);
    expect(out.match(/step 0/g)?.length).toBe(5);
    expect(out).toContain("and 4 more");
  });

  test("says what it cannot follow, and counts it as no match", async () => {
    const method = file("method.json", traceWith({ config: { method: "least_time header" } }));
    const unknown = file("product.json", traceWith({ product: "pen" }));
    const { code, out } = await evenkeel(["conform", method, unknown]);
    expect(code).toBe(10);
    expect(out).toContain(`${method}: 0/3\n  cannot be followed: nginx: method "least_time header"`);
    expect(out).toContain(`${unknown}: 0/3\n  cannot be followed: no product is called "pen"; known: haproxy, nginx`);
  });

  test("compares distributions where all is chance, besides the choices", async () => {
    const random = JSON.parse(readFileSync(join(golden, "nginx/random-w5.json"), "utf8"));
    const skewed = { ...random, distribution: { total: 500, count: { s1: 100, s2: 100, s3: 100, s4: 100, s5: 100 } } };
    const { code, out } = await evenkeel(["conform", file("skewed.json", JSON.stringify(skewed))]);
    expect(code).toBe(10);
    expect(out).toContain("500/500\n  draws: chi-square");
    expect(out).toContain("recorded s1 100, s2 100, s3 100, s4 100, s5 100");
  });

  test("shows every mistake in a file's form in its place, goes on with the others, and gives 65", async () => {
    const broken = file(
      "broken.json",
      traceWith({ steps: [{ op: "jump" }, { op: "req", times: -1 }, { op: "close", id: 7 }], frontMode: 3 }),
    );
    const short = file("short.json", traceWith({ expected: ["s1"], clock: [5, 3, 4] }));
    const text = file("text.json", '{"format": "lb-golden-trace/1", "steps": [}');
    const good = file("good.json", traceWith({}));
    const { code, out, err } = await evenkeel(["conform", broken, short, text, good, join(folder, "none.json")]);
    expect(code).toBe(65);
    expect(out).toBe(`${good}: 3/3\n`);
    for (const message of [
      /broken\.json:1:\d+ {2}steps\.0\.op/,
      "steps.1.times",
      "must be a whole number of at least 0, found -1",
      "must be proxy or bind, found 3",
      "must have one entry for each request, 3, found 1",
      "must not go back, found 3",
      /text\.json:1:\d+\n.*\n.*not valid JSON/,
      "cannot read the recording",
      "it does not exist",
    ]) {
      expect(err).toMatch(message);
    }
    expect(err).not.toMatch(/^ +at /m);
  });

  test("says what folder holds nothing", async () => {
    const { code, err } = await evenkeel(["conform", "cli/testing"]);
    expect(code).toBe(65);
    expect(err).toContain("the folder cli/testing holds no .json");
  });

  test("gives all of it as JSON", async () => {
    const path = file("as-json.json", traceWith({ expected: ["s1", "s2", "s2"] }));
    const { code, out } = await evenkeel(["conform", path, "--json"]);
    expect(code).toBe(10);
    expect(JSON.parse(out)).toEqual({
      schemaVersion: 1,
      files: [
        {
          file: path,
          product: "nginx",
          conformance: {
            matched: 2,
            total: 3,
            mismatches: [{ step: 1, request: 2, what: "server", expected: "s2", found: "s1" }],
          },
          draws: null,
          whyNot: null,
          conforms: false,
        },
      ],
    });
  });
});
