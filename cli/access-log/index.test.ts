import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { traceFromText } from "../../sim/workload/access-log-text.ts";
import type { TraceChunk } from "../../sim/workload/trace.ts";
import { AccessLogError, readAccessLog } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "access-log-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function logOf(lines: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return Array.from({ length: lines }, (_, index) => {
    const clock = `${two(Math.floor(index / 3600) % 24)}:${two(Math.floor(index / 60) % 60)}:${two(index % 60)}`;
    return `10.0.${index % 7}.${index % 250} - - [01/May/2024:${clock} +0000] "GET /page/${index % 91} HTTP/1.1" 200 512 "-" "Mozilla/5.0 (${index % 13})"\n`;
  }).join("");
}

async function walked(path: string) {
  const log = readAccessLog(path, { chunkRequests: 500 });
  const chunks: TraceChunk[] = [];
  for await (const chunk of log.chunks) chunks.push(chunk);
  return { chunks, report: log.report() };
}

describe("an access log on disk", () => {
  const text = logOf(5000);

  it("gives the same trace plain, gzipped, in two gzip members, and from memory", async () => {
    const trace = traceFromText(text, { chunkRequests: 500 });
    const expected = { chunks: [...trace.chunks], report: trace.report() };
    expect(expected.report).toMatchObject({ lines: 5000, requests: 5000, malformed: { count: 0 } });
    const middle = text.indexOf("\n", text.length / 2) - 20;
    const members = [text.slice(0, middle), text.slice(middle)].map((part) => gzipSync(part));
    expect(await walked(file("plain.log", text))).toEqual(expected);
    expect(await walked(file("whole.log.gz", gzipSync(text)))).toEqual(expected);
    expect(await walked(file("rotated.log", Buffer.concat(members)))).toEqual(expected);
  });

  it("is read as chunks are asked for: the first comes long before the end, and leaving closes the file", async () => {
    const log = readAccessLog(file("long.log", logOf(40_000)), { chunkRequests: 100 });
    const first = await log.chunks.next();
    expect(first.value?.atMs).toHaveLength(100);
    expect(log.report().lines).toBeLessThan(4000);
    await log.chunks.return();
    expect((await log.chunks.next()).done).toBe(true);
  });

  it("counts a line without end as one malformed line and reads on behind it", async () => {
    const path = file("overlong.log", `${text}${"x".repeat(3_000_000)}\n${text}`);
    const { report } = await walked(path);
    expect(report).toMatchObject({ lines: 10_001, requests: 10_000 });
    expect(report.malformed).toEqual({
      count: 1,
      first: [{ line: 5001, reason: "the line is longer than 65,536 characters" }],
    });
  });

  it("may end in the middle of a line", async () => {
    const { report } = await walked(file("cut.log", text.slice(0, -60)));
    expect(report).toMatchObject({ lines: 5000, requests: 4999, malformed: { count: 1 } });
  });

  it.each([
    [
      "that is missing",
      () => join(folder, "absent.log"),
      "there is no such file; give the path of an access log, plain or gzip",
    ],
    ["that is a directory", () => folder, "is a directory; give the path of one access log, plain or gzip"],
    [
      "that is empty",
      () => file("empty.log", ""),
      "the log is empty; expected lines in Apache's common or combined format",
    ],
    [
      "of something else",
      () => file("else.log", "a,b\n1,2\n"),
      "none of 2 lines is in Apache's common or combined format; line 1: expected a host at the start, then a space",
    ],
    [
      "whose gzip data is cut off",
      () => file("torn.log.gz", gzipSync(text).subarray(0, 3000)),
      "the gzip data is damaged or cut off (unexpected end of file); fetch the file again",
    ],
  ])("%s is an error of one line that says what to do", async (_what, path, message) => {
    const given = path();
    const failure = await walked(given).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AccessLogError);
    expect((failure as AccessLogError).message).toBe(`${given}: ${message}`);
  });

  it("gives up on a large file of something else without reading it all", async () => {
    const path = file("large.csv", "1,2,3\n".repeat(300_000));
    await expect(walked(path)).rejects.toThrow(/none of 1\d\d\d\d\d lines is in Apache's/);
  });
});

describe("real access logs", () => {
  const data = join(dirname(fileURLToPath(import.meta.url)), "../../../shared/data");
  const real = (name: string) => {
    const path = join(data, name);
    return it.skipIf(!existsSync(path));
  };

  real("apache_combined.log.gz")("of a public site: every one of 10,000 lines, 1,753 addresses", async () => {
    const { chunks, report } = await walked(join(data, "apache_combined.log.gz"));
    expect(report).toMatchObject({ lines: 10_000, requests: 10_000, malformed: { count: 0 }, unclosed: 1, clamped: 0 });
    expect(new Set(chunks.flatMap((chunk) => [...chunk.address])).size).toBe(1753);
    expect(chunks.flatMap((chunk) => [...chunk.endedSession])).toHaveLength(report.sessions);
  });

  // A line break after every 4,096 bytes cuts this copy: 88 pieces of lines, and the fragment at the end.
  real("nasa_1995-08-01_head.log.gz")(
    "of NASA: the pieces of cut lines are malformed, the others are read",
    async () => {
      const { report } = await walked(join(data, "nasa_1995-08-01_head.log.gz"));
      expect(report).toMatchObject({
        lines: 1930,
        requests: 1841,
        malformed: { count: 89 },
        outOfOrder: 0,
        clamped: 0,
      });
      expect(report.spanMs).toBe((72 * 60 + 23) * 1000);
    },
  );
});
