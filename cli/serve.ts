/** One page on the loopback interface, for one person. */
import { createServer, type Server } from "node:http";
import { inputError, systemReason, usageError } from "./errors.ts";

const HOST = "127.0.0.1";

export interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

/**
 * Serves `html` at `/` on 127.0.0.1; port 0 takes any free one. Requests under another host name are refused, so that no
 * page of the web can read ours.
 *
 * @throws UserError when the port cannot be had.
 */
export function servePage(html: string, port: number): Promise<Served> {
  const server = createServer((request, response) => {
    const own = [`${HOST}:${portOf(server)}`, `localhost:${portOf(server)}`];
    if (!own.includes(request.headers.host ?? "")) return void response.writeHead(403).end();
    if (request.method !== "GET" && request.method !== "HEAD") return void response.writeHead(405).end();
    if (new URL(request.url ?? "/", "http://localhost").pathname !== "/") return void response.writeHead(404).end();
    response.writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
    response.end(html);
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const taken = "code" in error && error.code === "EADDRINUSE";
      if (taken) reject(usageError(`port ${port} is taken; give another with --port, or --port 0 for any free one`));
      else reject(inputError(`cannot listen on port ${port}: ${systemReason(error) ?? error.message}`));
    });
    server.listen(port, HOST, () => {
      resolve({
        url: `http://${HOST}:${portOf(server)}/`,
        stop: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}
