import { describe, expect, it } from "vitest";
import { replay } from "../replay.ts";
import { filesOf, traceOf } from "../testing/golden.ts";
import { nginx } from "./nginx.ts";

describe("nginx", () => {
  it.each(filesOf("nginx"))("decides as recorded in %s", (file) => {
    const { matched, total, mismatches } = replay(traceOf("nginx", file), nginx);
    expect(mismatches.slice(0, 3)).toEqual([]);
    expect(matched).toBe(total);
  });
});
