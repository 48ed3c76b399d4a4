/** Real browsers without a window, for tests: what a page that they open posts back. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

export interface Browser {
  readonly name: string;
  /** Name of the program and of the Debian package. */
  readonly command: string;
  /** Arguments for a profile of its own and an address to open. */
  readonly options: (profile: string, address: string) => readonly string[];
}

export const browsers: readonly Browser[] = [
  {
    name: "Chromium",
    command: "chromium",
    // Its sandbox wants rights that a container seldom has; it opens nothing here but a page of ours.
    options: (profile, address) => [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
      "--disable-background-networking",
      `--user-data-dir=${profile}`,
      address,
    ],
  },
  {
    name: "Firefox",
    command: "firefox-esr",
    options: (profile, address) => ["--headless", "--no-remote", "--profile", profile, address],
  },
];

/**
 * Opens `html` in `browser`, from this machine, and resolves to the body of the first POST to `/posted`.
 * @param fragment of the page's address, given the address to post to.
 * @throws Error when the browser is not installed, leaves early, or posts nothing within `timeoutMs`.
 */
export async function postedFrom(
  browser: Browser,
  html: string,
  fragment: (postTo: string) => string,
  timeoutMs: number,
): Promise<string> {
  const profile = await mkdtemp(join(tmpdir(), "browser-"));
  const server = createServer();
  const received = new Promise<string>((resolve, reject) => {
    server.on("request", (request, response) => {
      if (request.method === "POST" && request.url === "/posted") {
        text(request).then(resolve, reject);
        response.end();
      } else if (request.url === "/") {
        response.setHeader("content-type", "text/html; charset=utf-8").end(html);
      } else {
        response.writeHead(404).end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const options = browser.options(profile, `${origin}/${fragment(`${origin}/posted`)}`);
  // A group of its own, so that the browser's helpers end with it.
  const child = spawn(browser.command, options, {
    detached: true,
    stdio: "ignore",
    env: { ...process.env, HOME: profile },
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const left = new Promise<never>((_resolve, reject) => {
    child.once("error", () =>
      reject(new Error(`${browser.name} is not installed; run: apt-get install ${browser.command}`)),
    );
    child.once("exit", (code) => reject(new Error(`${browser.name} left with exit code ${code}, nothing posted`)));
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const message = `${browser.name} posted nothing within ${timeoutMs / 1000} s`;
    timer = setTimeout(() => reject(new Error(message)), timeoutMs);
  });
  try {
    return await Promise.race([received, left, late]);
  } finally {
    clearTimeout(timer);
    endGroup(child);
    await ended;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

function endGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  process.kill(-pid, "SIGKILL");
}
