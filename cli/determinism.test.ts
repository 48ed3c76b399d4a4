/** Same input, same bytes: in this Node, in Chromium and in Firefox. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runInThisContext } from "node:vm";
import { build } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import { browsers, postedFrom } from "./testing/browsers.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
/** A browser that starts for the first time on a busy machine. */
const browserTimeoutMs = 90_000;
const named = browsers.map((browser) => [browser.name, browser] as const);

/** The code that runs every law, bundled as the page and the command are; a script that leaves `lab.everyLaw`. */
async function everyLawScript(): Promise<string> {
  const result = await build({
    root,
    configFile: false,
    logLevel: "warn",
    build: {
      write: false,
      target: "es2023",
      lib: { entry: "cli/testing/every-law.ts", formats: ["iife"], name: "lab" },
    },
  });
  const [output] = Array.isArray(result) ? result : [];
  if (output === undefined) throw new Error("the script was not built");
  return output.output[0].code;
}

function pageOf(script: string): string {
  const post = `fetch("/posted", { method: "POST", body: JSON.stringify(lab.everyLaw()) });`;
  // The end of a script must not stand in its text.
  const code = `${script}\n${post}`.replaceAll("</script", "<\\/script");
  return `<!doctype html><meta charset="utf-8"><title>every law</title><script>${code}</script>`;
}

describe("a run that draws from every law, under every part", () => {
  let script = "";
  let expected: readonly string[] = [];
  beforeAll(async () => {
    script = await everyLawScript();
    expected = runInThisContext(`${script}\nlab.everyLaw();`) as string[];
  });

  it("has sessions, losses and retries to compare", () => {
    expect(expected.length).toBeGreaterThan(5);
    const metrics = expected.map(
      (record) => (JSON.parse(record) as { metrics: Record<string, number | null> }).metrics,
    );
    expect(Math.max(...metrics.map(({ sessionsLost }) => sessionsLost ?? 0))).toBeGreaterThan(0);
    expect(Math.min(...metrics.map(({ requestsAnswered }) => requestsAnswered ?? 0))).toBeGreaterThan(1000);
  });

  it.each(named)(
    "gives the same record, to the last byte, in %s as in node",
    async (_name, browser) => {
      const posted: unknown = JSON.parse(await postedFrom(browser, pageOf(script), () => "", browserTimeoutMs));
      expect(posted).toEqual(expected);
    },
    browserTimeoutMs + 10_000,
  );
});

describe("the page that is shipped", () => {
  const scenarios = ["stale-reads", "mobile-users"] as const;
  const dist = new URL("../dist/", import.meta.url);
  const page = () =>
    readFile(new URL("page/index.html", dist), "utf8").catch(() => {
      throw new Error("dist/page/index.html is missing; run: npm run build");
    });
  const evenkeel = (...words: string[]) =>
    promisify(execFile)(process.execPath, [fileURLToPath(new URL("cli/evenkeel.js", dist)), ...words]);

  it.each(named.flatMap(([name, browser]) => scenarios.map((scenario) => [name, scenario, browser] as const)))(
    "in %s decides %s as the command line does",
    async (_name, scenario, browser) => {
      const fragment = (postTo: string) => `#digest=${encodeURIComponent(postTo)}&scenario=${scenario}&seed=5`;
      const posted = JSON.parse(await postedFrom(browser, await page(), fragment, browserTimeoutMs)) as {
        digests: unknown;
      };
      const { stdout } = await evenkeel("run", scenario, "--seed", "5", "--runs", "1", "--quiet", "--json");
      const { strategies } = JSON.parse(stdout) as { strategies: readonly { name: string; digest: string }[] };
      expect(strategies.length).toBeGreaterThan(1);
      expect(posted.digests).toEqual(Object.fromEntries(strategies.map(({ name, digest }) => [name, digest])));
    },
    browserTimeoutMs + 60_000,
  );
});

it("fails with the way to install it where a browser is missing", async () => {
  const absent = { name: "Netscape", command: "netscape-navigator", options: () => [] };
  await expect(postedFrom(absent, "", () => "", 10_000)).rejects.toThrow(
    "Netscape is not installed; run: apt-get install netscape-navigator",
  );
});
