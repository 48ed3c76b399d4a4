import { describe, expect, it } from "vitest";
import { replay } from "../replay.ts";
import { filesOf, traceOf } from "../testing/golden.ts";
import { varnish } from "./varnish.ts";

describe("varnish", () => {
  it.each(filesOf("varnish"))("decides as recorded in %s", (file) => {
    const { matched, total, mismatches } = replay(traceOf("varnish", file), varnish);
    expect(mismatches.slice(0, 3)).toEqual([]);
    expect(matched).toBe(total);
  });
});
