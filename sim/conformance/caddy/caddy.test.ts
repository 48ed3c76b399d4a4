import { describe, expect, it } from "vitest";
import { replay } from "../replay.ts";
import { filesOf, traceOf } from "../testing/golden.ts";
import { caddy } from "./caddy.ts";

describe("caddy", () => {
  it.each(filesOf("caddy"))("decides as recorded in %s", (file) => {
    const { matched, total, mismatches } = replay(traceOf("caddy", file), caddy);
    expect(mismatches.slice(0, 3)).toEqual([]);
    expect(matched).toBe(total);
  });
});
