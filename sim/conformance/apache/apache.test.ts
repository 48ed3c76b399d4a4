import { describe, expect, it } from "vitest";
import { replay } from "../replay.ts";
import { filesOf, traceOf } from "../testing/golden.ts";
import { apache } from "./apache.ts";

describe("apache", () => {
  it.each(filesOf("apache"))("decides as recorded in %s", (file) => {
    const { matched, total, mismatches } = replay(traceOf("apache", file), apache);
    expect(mismatches.slice(0, 3)).toEqual([]);
    expect(matched).toBe(total);
  });
});
