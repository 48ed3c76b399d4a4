import { describe, expect, it } from "vitest";
import { replay } from "../replay.ts";
import { filesOf, traceOf } from "../testing/golden.ts";
import { haproxy } from "./haproxy.ts";

describe("HAProxy", () => {
  it.each(filesOf("haproxy"))("decides as recorded in %s", (file) => {
    const { matched, total, mismatches } = replay(traceOf("haproxy", file), haproxy);
    expect(mismatches.slice(0, 3)).toEqual([]);
    expect(matched).toBe(total);
  });
});
