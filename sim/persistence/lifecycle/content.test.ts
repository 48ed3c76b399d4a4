import { describe, expect, it } from "vitest";
import { conflictRetriesOf, contentAfter } from "./content.ts";

/** Both of two requests have read one write and change something; the first has written when the second does. */
const afterBoth = (kind: Parameters<typeof contentAfter>[0]) =>
  contentAfter(kind, contentAfter(kind, 1, 2, true), 2, true);

describe("two changes of one copy", () => {
  it("become one where the last write wins", () => {
    expect(afterBoth("last-write-wins")).toBe(2);
  });

  it("add up where only what changed is written", () => {
    expect(afterBoth("merge")).toBe(3);
  });

  it("meet where the copy must be the one that was read, and the second is refused", () => {
    expect(afterBoth("optimistic")).toBe(-1);
    expect(contentAfter("optimistic", 2, 3, true)).toBe(3);
  });

  it.each(["last-write-wins", "merge", "optimistic", "locked"] as const)(
    "leave a copy alone that nobody changes: %s",
    (kind) => {
      expect(contentAfter(kind, 5, 3, false)).toBe(5);
    },
  );

  it("are tried again as often as the rules say, and once where they do not", () => {
    expect(conflictRetriesOf({ kind: "optimistic", retries: 4 })).toBe(4);
    expect(conflictRetriesOf({ kind: "last-write-wins" })).toBe(1);
  });
});
