import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { strategyPresets } from "../scenarios/index.ts";
import { evenkeel } from "./testing/world.ts";

const scenario = `name: replayed
duration: 1m
workload:
  visitors: { arrivals: { replay: { log: access.log } }, session: { size: 2KiB } }
cluster:
  servers: { count: 2, workers: 2, service: { exponential: 20ms } }
strategies: [sticky-cookie]
`;

const line = (second: number, client: number): string =>
  `192.0.2.${client} - - [02/Jun/2025:12:00:${String(second).padStart(2, "0")} +0000] "GET /page HTTP/1.1" 200 512`;
const log = Array.from({ length: 40 }, (_, at) => line(at, at % 10 === 9 ? 60 + at : 1 + (at % 5))).join("\n");

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-replay-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function run(text: string, logText: string | null) {
  await writeFile(join(folder, "replayed.yaml"), text);
  if (logText !== null) await writeFile(join(folder, "access.log"), logText);
  return evenkeel(["run", join(folder, "replayed.yaml"), "--runs", "2", "--threads", "1", "--json"]);
}

const offered = (out: string): number[] => JSON.parse(out).strategies[0].metrics.requestsOffered.perRun;

describe("a scenario that replays a log", () => {
  test("sends what the log says, in every run, and tells what it found", async () => {
    const { code, out, err } = await run(scenario, log);
    expect(code).toBe(0);
    expect(offered(out)).toEqual([40, 40]);
    expect(err).toContain("access.log: 40 requests in 9 sessions over 39 s\n");
  });

  test("says which lines it left out, and that the run ends before the log", async () => {
    const { code, out, err } = await run(scenario.replace("1m", "20s"), `not a request\n${log}`);
    expect(code).toBe(0);
    expect(offered(out)[0]).toBeLessThan(40);
    expect(err).toContain("access.log: 1 of 41 lines left out; line 1: ");
    expect(err).toContain(
      "access.log: the run ends after 20 s, before the log does; --set duration=40s replays all of it",
    );
    const words = ["run", join(folder, "replayed.yaml"), "--threads", "1", "--json", "--set", "duration=40s"];
    const whole = await evenkeel(words);
    expect(offered(whole.out)[0]).toBe(40);
    expect(whole.err).not.toContain("the run ends");
  });

  test.each([
    [9 * 60, "540 s", "541s"],
    [72 * 60 + 23, "72.4 min", "73m"],
    [83 * 3600 + 59, "83.0 h", "84h"],
  ])("tells how long a log of %i s is, and how long a run that replays it", async (seconds, span, duration) => {
    const later = new Date(Date.UTC(2025, 5, 2, 12) + seconds * 1000).toISOString();
    const [, day, time] = /-(\d\d)T(.{8})/.exec(later) ?? [];
    const long = [line(0, 1), line(0, 2).replace("02/Jun/2025:12:00:00", `${day}/Jun/2025:${time}`)].join("\n");
    const { err } = await run(scenario, long);
    expect(err).toContain(`2 requests in 2 sessions over ${span}\n`);
    expect(err).toContain(`--set duration=${duration} replays all of it`);
  });

  test("goes through every preset, each of which is sent the same requests", async () => {
    await writeFile(join(folder, "replayed.yaml"), scenario);
    await writeFile(join(folder, "access.log"), log);
    const words = ["--runs", "1", "--threads", "1", "--json", "--strategies", "all"];
    const { code, out } = await evenkeel(["run", join(folder, "replayed.yaml"), ...words]);
    expect(code).toBe(0);
    const { strategies } = JSON.parse(out);
    expect(strategies.map(({ name }: { name: string }) => name).toSorted()).toEqual(
      strategyPresets.map(({ name }) => name).toSorted(),
    );
    for (const { metrics } of strategies) {
      expect(metrics.requestsOffered.perRun).toEqual([40]);
      expect(metrics.requestsAnswered.perRun).toEqual([40]);
    }
  });

  test("finds the log beside the scenario, or by a path of its own", async () => {
    const beside = await run(scenario, log);
    await writeFile(join(folder, "elsewhere.yaml"), scenario);
    const path = join(folder, "access.log");
    const words = ["--set", `workload.visitors.arrivals.replay.log=${path}`, "--runs", "2", "--threads", "1", "--json"];
    const absolute = await evenkeel(["run", join(folder, "elsewhere.yaml"), ...words]);
    expect(absolute.code).toBe(0);
    expect(offered(absolute.out)).toEqual(offered(beside.out));
  });

  test.each([
    ["that is missing", null, "there is no such file"],
    ["that is empty", "", "the log is empty"],
    ["of something else", "a\nb\n", "none of 2 lines is in"],
  ])("refuses a log %s with 65 and one line", async (_, logText, message) => {
    const { code, out, err } = await run(scenario, logText);
    expect([code, out]).toEqual([65, ""]);
    expect(err).toContain(message);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });

  test.each([
    ["below a file", "replayed.yaml/access.log", "cannot be read, part of the path is not a folder"],
    ["that is a folder", ".", "is a directory"],
    ["of too long a name", "x".repeat(300), "cannot be read, the name is too long"],
  ])("refuses a log %s with 65 and one line", async (_, path, message) => {
    const { code, out, err } = await run(scenario.replace("access.log", path), null);
    expect([code, out]).toEqual([65, ""]);
    expect(err).toContain(message);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });

  test("takes - for a file, since every run reads its log again", async () => {
    const home = process.cwd();
    process.chdir(folder);
    try {
      const given = { input: scenario.replace("access.log", '"-"') };
      const words = ["run", "-", "--runs", "2", "--threads", "1", "--json"];
      expect(await evenkeel(words, given)).toMatchObject({
        code: 65,
        err: expect.stringContaining("./-: there is no"),
      });
      await writeFile("-", log);
      expect(offered((await evenkeel(words, given)).out)).toEqual([40, 40]);
    } finally {
      process.chdir(home);
    }
  });

  test("is another run when the log has changed under the same name", async () => {
    const files = async (text: string) => {
      await run(scenario, text);
      const words = ["run", join(folder, "replayed.yaml"), "--runs", "1", "--threads", "1", "--quiet", "--json"];
      const target = ["--out", join(folder, "results")];
      return JSON.parse((await evenkeel([...words, ...target])).out).strategies[0].metrics.requestsOffered.mean;
    };
    expect(await files(log)).toBe(40);
    expect(await files(log.split("\n").slice(0, 30).join("\n"))).toBe(30);
  });

  test("takes a bundled log by its name, beside a bundled scenario or where no such file is", async () => {
    const bundled = await evenkeel([
      "run",
      "access-log-replay",
      "--threads",
      "1",
      "--json",
      "--out",
      join(folder, "r"),
    ]);
    const again = await evenkeel(["run", join(folder, "r", "scenario.yaml"), "--threads", "1", "--json"]);
    expect(JSON.parse(again.out)).toEqual(JSON.parse(bundled.out));
  });
});
