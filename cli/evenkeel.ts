#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { WriteStream } from "node:tty";
import { tuneCompiler } from "./compiler.ts";
import { main } from "./main.ts";
import type { Output, World } from "./world.ts";

const outputTo = (stream: WriteStream): Output => ({
  write: (chunk) => void stream.write(chunk),
  isTerminal: stream.isTTY === true,
  columns: stream.columns,
});

const world: World = {
  out: outputTo(process.stdout),
  err: outputTo(process.stderr),
  environment: process.env,
  readStandardInput: () => text(process.stdin),
  readPage: () => readFile(new URL("../page/index.html", import.meta.url), "utf8").catch(() => null),
  onInterrupt: (listener) => {
    process.once("SIGINT", listener);
    return () => process.off("SIGINT", listener);
  },
};

// Whoever reads our output may stop early, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

tuneCompiler();
process.exitCode = await main(process.argv.slice(2), world);
