import type { Page } from "playwright-core";
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

const readings = (page: Page) => page.locator("#p99-over-time .names .value").allTextContents();
const valueText = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute("aria-valuetext"));
const labelOf = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));

test("pointer and keyboard give the same reading", async () => {
  const { page } = await lab.open({ data: sampleData() });
  const svg = page.locator("#p99-over-time .stage > svg");
  await svg.scrollIntoViewIfNeeded();
  const box = await svg.boundingBox();
  await page.mouse.move(box!.x + 200, box!.y + 100);
  const hovered = await readings(page);
  expect(hovered.every((text) => text !== "")).toBe(true);
  const window = await page.locator("#p99-over-time .rule text.first").textContent();
  await page.mouse.move(5, 5);
  expect(await readings(page)).toEqual(["", "", ""]);

  await page.locator("#p99-over-time g.track").first().focus();
  for (let step = 0; step < 24 && !(await valueText(page))?.startsWith(`${window},`); step++)
    await page.keyboard.press("ArrowRight");
  expect(await readings(page)).toEqual(hovered);
  expect(await valueText(page)).toBe(`${window}, ${hovered[0]}`);
});

test("arrow keys go along a chart and from strategy to strategy; each chart is one tab stop", async () => {
  const { page } = await lab.open({ data: sampleData() });
  const tracks = page.locator("#percentiles g.track");
  expect(await tracks.evaluateAll((all) => all.map((track) => track.getAttribute("tabindex")))).toEqual([
    "0",
    "-1",
    "-1",
  ]);
  await tracks.first().focus();
  expect(await labelOf(page)).toBe("sticky-cookie, Response time by percentile");
  await page.keyboard.press("End");
  const last = await valueText(page);
  await page.keyboard.press("ArrowDown");
  expect(await labelOf(page)).toBe("source-hash, Response time by percentile");
  await page.keyboard.press("Home");
  expect(await valueText(page)).not.toBe(last);
  expect(await tracks.evaluateAll((all) => all.map((track) => track.getAttribute("tabindex")))).toEqual([
    "-1",
    "0",
    "-1",
  ]);
});

test("the rows of a load strip are its servers", async () => {
  const { page } = await lab.open({ data: sampleData() });
  await page.locator("#load-strips [data-server=server-2].track").first().focus();
  await page.keyboard.press("Home");
  for (let step = 0; step < 13; step++) await page.keyboard.press("ArrowRight");
  expect(await valueText(page)).toBe("1:05, server-2: 0 requests, 0 × fair share");
});

test("all charts of time point at the same moment", async () => {
  const { page } = await lab.open({ data: sampleData() });
  await page.locator("#load-over-time g.track").first().focus();
  await page.keyboard.press("End");
  for (const id of ["load-strips", "load-over-time", "p99-over-time", "latency-over-time"]) {
    expect(await page.locator(`#${id} .rule text.first`).first().textContent(), id).toBe("1:55");
  }
});

test("a strategy brought forward is forward everywhere, stands in the link, and Esc lets it go", async () => {
  const { page } = await lab.open({ data: sampleData() });
  const mutedElsewhere = () => page.locator("figure [data-strategy=sticky-cookie]:not(.muted)").count();
  await page.locator(".strategy-bar button", { hasText: "source-hash" }).focus();
  await page.keyboard.press("Enter");
  expect(await mutedElsewhere()).toBe(0);
  expect(await page.locator("figure [data-strategy=source-hash].muted").count()).toBe(0);
  expect(page.url()).toMatch(/#highlight=source-hash$/);
  await page.keyboard.press("Escape");
  await page.locator("h1").click();
  expect(await page.locator("figure .muted").count()).toBe(0);
  expect(page.url()).not.toContain("#");
});

test("another reference changes every difference", async () => {
  const { page } = await lab.open({ data: sampleData() });
  const first = () => page.locator("#panel-loss .estimates .difference").allTextContents();
  expect((await first())[0]).toBe("reference");
  await page.selectOption(".reference select", "redis-sessions");
  const [sticky, , redis] = await first();
  expect(redis).toBe("reference");
  expect(sticky).toMatch(/^\+\d/);
  expect(page.url()).toMatch(/#reference=redis-sessions$/);
});

test("a link brings back the same picture", async () => {
  const data = sampleData();
  const { page } = await lab.open({ data });
  await page.selectOption(".reference select", "redis-sessions");
  await page.selectOption("#panel-latency select", "responseTimeP50Ms");
  await page.locator("#losses input").check();
  await page.locator(".strategy-bar button").nth(1).click();
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    scrollTo(0, 0);
  });
  await page.mouse.move(5, 5);
  const fragment = new URL(page.url()).hash.slice(1);
  expect(fragment.length).toBeLessThan(150);
  const again = await lab.open({ data, fragment });
  // The bar sticks to the window; how its edges are rounded depends on whether it was scrolled.
  const pictureOf = (of: Page) =>
    of.screenshot({ fullPage: true, animations: "disabled", mask: [of.locator(".strategy-bar")] });
  const [before, after] = [await pictureOf(page), await pictureOf(again.page)];
  expect(before.equals(after)).toBe(true);
  expect(await again.page.innerHTML(".strategy-bar")).toBe(await page.innerHTML(".strategy-bar"));
});

test("drawing again updates in place", async () => {
  const { page } = await lab.open({ data: sampleData() });
  await page.evaluate(() => {
    for (const node of document.querySelectorAll("figure svg *")) node.setAttribute("data-before", "");
  });
  await page.selectOption(".reference select", "redis-sessions");
  await page.setViewportSize({ width: 1300, height: 900 });
  await page.waitForFunction(() => (document.querySelector("#load-over-time svg")?.clientWidth ?? 0) < 1245);
  expect(
    await page
      .locator("figure svg :not([data-before]):not(.values *):not(.time *):not(.grid *):not(.drawing *)")
      .count(),
  ).toBe(0);
});

test("the theme goes from the system's to light to dark", async () => {
  const { page } = await lab.open({ data: sampleData(), colorScheme: "dark" });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await page.keyboard.press("t");
  expect(await ground()).not.toBe(dark);
  await page.keyboard.press("t");
  expect(await ground()).toBe(dark);
  expect(page.url()).toMatch(/#theme=dark$/);
});

test("? lists the keys, Esc closes the list, and the first tab stop skips to the answer", async () => {
  const { page } = await lab.open({ data: sampleData() });
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the answer");
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
  await page.keyboard.press("?");
  expect(await page.locator("dialog.keys").isVisible()).toBe(true);
  await page.keyboard.press("Escape");
  expect(await page.locator("dialog.keys").isVisible()).toBe(false);
});

test("keyboard focus is seen, and Tab gets through the whole page without a trap", async () => {
  const { page } = await lab.open({ data: sampleData() });
  const seen = new Set<string>();
  for (let press = 0; press < 400; press++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const { activeElement } = document;
      if (activeElement === null || activeElement === document.body) return null;
      const style = getComputedStyle(
        activeElement.matches(".visually-hidden") ? (activeElement.parentElement ?? activeElement) : activeElement,
      );
      const figure = activeElement.closest("figure, nav, header, .run-panel, .skip")?.id ?? "";
      return {
        figure,
        outlined: style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) > 0,
        what: activeElement.outerHTML.slice(0, 80),
      };
    });
    if (focus === null) break;
    expect(focus.outlined, focus.what).toBe(true);
    seen.add(focus.figure);
  }
  for (const id of [
    "load-strips",
    "load-over-time",
    "losses",
    "percentiles",
    "latency-over-time",
    "differences",
    "servers",
  ]) {
    expect(seen, id).toContain(id);
  }
});
