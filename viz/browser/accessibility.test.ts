import axe from "axe-core";
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

const views = [1440, 390].flatMap((width) =>
  (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
);

test.each(views)(
  "axe finds nothing wrong at $width pixels in the $colorScheme theme, with everything opened",
  { timeout: 60_000 },
  async ({ width, colorScheme }) => {
    const { page } = await lab.open({ data: sampleData(), colorScheme, viewport: { width, height: 900 } });
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    await page.waitForSelector(".twin[open] td");
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const { violations } = await window.axe.run(document, { rules: { region: { enabled: true } } });
      return violations.map(
        ({ id, help, nodes }) =>
          `${id}: ${help} — ${nodes
            .slice(0, 3)
            .map(({ html }) => html.slice(0, 120))
            .join(" | ")}`,
      );
    });
    expect(found).toEqual([]);
  },
);

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}
