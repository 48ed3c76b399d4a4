/** The built page in a real browser, opened from a file, without a network. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { DashboardData } from "../../reports/dashboard-data.ts";
import { htmlReport } from "../../reports/html.ts";

const builtPage = fileURLToPath(new URL("../../dist/page/index.html", import.meta.url));

const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const quiet = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function chromiumPath(): string {
  const given = process.env["CHROMIUM_PATH"];
  const found = given ?? usualPlaces.find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error(`no Chromium at ${usualPlaces.join(", ")}; install one, or name it in CHROMIUM_PATH`);
  }
  return found;
}

/** The page as built. */
function pageText(): string {
  if (!existsSync(builtPage)) throw new Error("the page is not built: run `npm run build` before the tests");
  return readFileSync(builtPage, "utf8");
}

export interface Opened {
  readonly page: Page;
  /** Addresses that the page asked the network for. */
  readonly requests: readonly string[];
  /** What it threw or complained about. */
  readonly errors: readonly string[];
}

export interface OpenOptions extends BrowserContextOptions {
  /** Inside the page, as in a report; null is the bare page. */
  readonly data?: DashboardData | null;
  readonly fragment?: string;
}

export interface Lab {
  open(options?: OpenOptions): Promise<Opened>;
  close(): Promise<void>;
}

export async function openLab(): Promise<Lab> {
  const template = pageText();
  const folder = mkdtempSync(join(tmpdir(), "evenkeel-page-"));
  const browser: Browser = await chromium.launch({ executablePath: chromiumPath(), args: quiet });
  let files = 0;
  return {
    open: async ({ data = null, fragment = "", ...options } = {}) => {
      const file = join(folder, `${files++}.html`);
      writeFileSync(file, data === null ? template : htmlReport(template, data));
      const context = await browser.newContext({ offline: true, viewport: { width: 1440, height: 900 }, ...options });
      const page = await context.newPage();
      const requests: string[] = [];
      const errors: string[] = [];
      page.on("request", (request) => {
        if (!/^(file|data|blob):/.test(request.url())) requests.push(request.url());
      });
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      await page.goto(`${pathToFileURL(file).href}${fragment === "" ? "" : `#${fragment}`}`);
      return { page, requests, errors };
    },
    close: async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
