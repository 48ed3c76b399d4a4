import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { simulate } from "../../sim/index.ts";
import { planOf } from "../run/plan.ts";
import { type Lab, openLab } from "../testing/browser.ts";
import { sampleData, sampleRecords, sampleScenario } from "../testing/sample.ts";

// A busy machine takes its time to start a browser.
vi.setConfig({ testTimeout: 60_000 });

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.close());

const openPanel = (page: Page) => page.locator("header button", { hasText: "Run it here" }).click();
const badge = (page: Page, beginning: string) =>
  page.waitForFunction((wanted) => document.querySelector(".badge")?.textContent?.startsWith(wanted), beginning, {
    timeout: 30_000,
  });
const run = (page: Page) => page.locator(".run-panel .primary").click();

/** Moves a knob as its thumb would be moved. */
const turn = (page: Page, label: string, value: number) =>
  page.locator(".knobs label", { hasText: label }).locator("input").fill(String(value));

test("what the browser runs makes the decisions that node made", async () => {
  const { page } = await lab.open({ data: sampleData() });
  await openPanel(page);
  await run(page);
  await badge(page, "Made here");
  expect(await page.textContent(".badge")).toContain("3 of 3 digests equal those of the results given");
  const digests = await page.locator(".digests code").allTextContents();
  expect(digests).toEqual(sampleData().strategies.map(({ digest }) => digest));
});

test("a changed knob and a run give a new result, and the way back", async () => {
  const { page } = await lab.open({ data: sampleData() });
  const strips = () => page.locator("#load-strips .multiple").first().locator("rect.track").count();
  expect(await strips()).toBe(4);
  await openPanel(page);
  await turn(page, "servers", 6);
  expect(await page.textContent(".command code")).toContain("--set cluster.servers.count=6");
  await run(page);
  await badge(page, "Made here");
  expect(await strips()).toBe(6);
  await page.locator("button", { hasText: "Back to the results given" }).click();
  expect(await strips()).toBe(4);
});

test("a bundled scenario with changed knobs is in the link, and the link runs it again", {
  timeout: 60_000,
}, async () => {
  const fragment = "scenario=lost-cart&set=runs%3D1&strategies=sticky-cookie%2Credis-sessions";
  const { page } = await lab.open({ fragment });
  await badge(page, "Made here");
  expect(await page.textContent(".scenario-name")).toBe("lost-cart");
  expect(await page.locator(".strategy-bar button").allTextContents()).toEqual(["sticky-cookie", "redis-sessions"]);
  expect(new URL(page.url()).hash.slice(1)).toBe(fragment);
});

test("a run can be cancelled, and what was shown stays", async () => {
  const { page } = await lab.open({ data: sampleData() });
  await openPanel(page);
  await page.selectOption("#scenario-choice", "checkout-crash");
  await turn(page, "runs", 20);
  await run(page);
  await page.locator("button", { hasText: "Cancel" }).click();
  expect(await page.textContent(".badge")).toContain("Cancelled");
  expect(await page.locator(".provenance progress").isVisible()).toBe(false);
});

test("a mistake in the text is shown with its place, and cannot be run", async () => {
  const { page } = await lab.open({ data: sampleData() });
  await openPanel(page);
  const text = await page.inputValue("#scenario-text");
  await page.fill("#scenario-text", text.replace("duration: 2m", "duration: 2 minutes"));
  expect(await page.textContent(".problems")).toMatch(
    /scenario\.yaml:3:11 {2}duration[\s\S]*duration: 2 minutes[\s\S]*\^/,
  );
  expect(await page.locator(".run-panel .primary").isDisabled()).toBe(true);
});

test("records that are opened replace what is shown; those that do not belong together are refused", async () => {
  const { page } = await lab.open({ data: sampleData() });
  const other = planOf(sampleScenario(["cluster.servers.count=5"]), ["sticky-cookie"]).cells.map(simulate);
  const files = (records: readonly unknown[]) =>
    records.map((record, at) => ({
      name: `${at}.json`,
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify(record)),
    }));
  await page.setInputFiles("#files", files(other));
  await page.waitForFunction(() => document.querySelectorAll(".strategy-bar button").length === 1);
  await page.setInputFiles("#files", files([...other, ...sampleRecords()]));
  await page.waitForSelector(".notice:not([hidden])");
  expect(await page.textContent(".notice")).toContain("do not belong together");
});

test("digests asked for in the fragment are posted to this machine", async () => {
  const received: string[] = [];
  const server = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => received.push(chunk.toString()));
    request.on("end", () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server on a port always has an address object.
  const { port } = server.address() as AddressInfo;
  const fragment = new URLSearchParams({ digest: `http://127.0.0.1:${port}/`, scenario: "lost-cart", seed: "4" });
  const { page } = await lab.open({ fragment: fragment.toString(), offline: false });
  await page.waitForFunction(() => /sent|failed/.test(document.body.textContent ?? ""), null, { timeout: 30_000 });
  server.close();
  const { userAgent, digests } = JSON.parse(received.join(""));
  expect(userAgent).toContain("Chrom");
  expect(Object.keys(digests).length).toBeGreaterThan(1);
  for (const digest of Object.values(digests)) expect(digest).toMatch(/^[0-9a-f]{16}$/);
});
