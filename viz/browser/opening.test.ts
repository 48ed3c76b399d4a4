import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Lab, openLab } from "../testing/browser.ts";
import { sampleData } from "../testing/sample.ts";

// A busy machine takes its time to start a browser.
vi.setConfig({ testTimeout: 60_000 });

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab?.close());

test("the bare page opens from a disk, asks no network, and is soon filled with a comparison made in it", {
  timeout: 120_000,
}, async () => {
  const { page, requests, errors } = await lab.open();
  expect(await page.textContent("h1")).toContain("carts");
  expect(await page.textContent(".headline")).toContain("first answer");
  expect(await page.textContent(".badge")).toMatch(/^Running here, in your browser: \d+ % of 6 strategies × 3 runs/);
  await page.waitForSelector(".panels .estimates tbody tr", { timeout: 60_000 });
  await page.waitForFunction(() => document.querySelector(".badge")?.textContent?.startsWith("Made here"), null, {
    timeout: 60_000,
  });
  expect(await page.textContent(".headline")).toMatch(/loses?|session|time/);
  expect(await page.locator(".panels .estimates tbody tr").count()).toBeGreaterThanOrEqual(6);
  expect(requests).toEqual([]);
  expect(errors).toEqual([]);
});

test("a report shows its data at once: the answer, three panels, and every chart with title, sentence and drawing", async () => {
  const data = sampleData();
  const { page, requests, errors } = await lab.open({ data });
  expect(await page.textContent("h1")).toBe("What does a crash cost?");
  expect((await page.textContent(".headline"))?.replaceAll("−", "-")).toBe(data.headline);
  expect(await page.locator(".panel h3").allTextContents()).toEqual(["Load skew", "Session loss", "Latency"]);
  const figures = await page.locator("figure.chart").evaluateAll((all) =>
    all.map((figure) => ({
      id: figure.id,
      title: figure.querySelector("h3")?.textContent ?? "",
      sentence: figure.querySelector(".summary")?.textContent ?? "",
      marks: figure.querySelectorAll(".stage svg path, .stage td").length,
    })),
  );
  expect(figures.map(({ id }) => id)).toEqual([
    "panel-skew",
    "panel-loss",
    "panel-latency",
    "load-strips",
    "load-over-time",
    "losses",
    "session-ends",
    "loss-causes",
    "affinity",
    "percentiles",
    "p99-over-time",
    "latency-over-time",
    "differences",
    "servers",
  ]);
  for (const { id, title, sentence, marks } of figures) {
    expect(title, id).not.toBe("");
    expect(sentence, id).toMatch(/\d/);
    expect(marks, id).toBeGreaterThan(3);
  }
  expect(requests).toEqual([]);
  expect(errors).toEqual([]);
});

test("every chart has a table twin with numbers", async () => {
  const { page } = await lab.open({ data: sampleData() });
  const twins = page.locator("figure.chart > details.twin");
  expect(await twins.count()).toBe(14);
  for (const twin of await twins.all()) {
    await twin.locator("summary").click();
    expect(await twin.locator("td").first().textContent()).not.toBe("");
    expect(await twin.locator("tbody tr").count()).toBeGreaterThan(1);
  }
});

test("faults are named on every axis of time", async () => {
  const { page } = await lab.open({ data: sampleData() });
  for (const id of ["load-strips", "load-over-time", "losses", "p99-over-time", "latency-over-time"]) {
    const drawings = await page.locator(`#${id} .stage svg:not(.swatch)`).count();
    expect(await page.locator(`#${id} .faults text`, { hasText: "server-2 crash" }).count(), id).toBe(drawings);
  }
});

test("an expectation says whether it was met, and what was measured", async () => {
  const { page } = await lab.open({ data: sampleData() });
  expect(await page.textContent(".expectations li")).toMatch(/✓ met.*redis-sessions.*measured 0/);
});

test("the page is read at 390 pixels without scrolling sideways", async () => {
  const { page } = await lab.open({ data: sampleData(), viewport: { width: 390, height: 800 } });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
});

test("on paper there are no controls, and tables are whole", async () => {
  const { page } = await lab.open({ data: sampleData() });
  await page.emulateMedia({ media: "print" });
  for (const gone of [".controls", ".run-panel", ".twin", ".skip"])
    expect(await page.locator(gone).first().isVisible()).toBe(false);
  expect(await page.locator(".differences").isVisible()).toBe(true);
});

test("nothing moves for who asked for less motion", async () => {
  const { page } = await lab.open({ data: sampleData(), reducedMotion: "reduce" });
  const durations = await page
    .locator("[data-strategy]")
    .evaluateAll((all) => all.map((one) => getComputedStyle(one).transitionDuration));
  expect(new Set(durations)).toEqual(new Set(["0s"]));
});

test("a chart is saved as a table with every digit, and as a drawing that stands on its own", async () => {
  const data = sampleData();
  const { page } = await lab.open({ data });
  await page.locator("#p99-over-time .twin > summary").click();
  const saved = async (button: string): Promise<string> => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("#p99-over-time button", { hasText: button }).click(),
    ]);
    return readFileSync(await download.path(), "utf8");
  };
  const csv = await saved("CSV");
  expect(csv.split("\n")[0]).toBe("window from,sticky-cookie (ms),source-hash (ms),redis-sessions (ms)");
  expect(csv).toContain(String(data.strategies[0]!.timeline.responseTimeP99Ms[5]));
  const svg = await saved("SVG");
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).toContain("server-2 crash");
  expect(svg).not.toMatch(/var\(--|class=/);
});
