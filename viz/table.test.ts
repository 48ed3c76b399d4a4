import { expect, test } from "vitest";
import { cellText, tableCsv } from "./table.ts";

test("a cell is rounded for reading, an absent one is a dash, never 0", () => {
  expect(cellText(310.1234, "ms")).toBe("310 ms");
  expect(cellText(0.1234, "fraction")).toBe("12.3 %");
  expect(cellText(1234, "requests")).toBe("1,234");
  expect(cellText(null, "ms")).toBe("–");
  expect(cellText("5:05", null)).toBe("5:05");
});

test("the file has every digit, units in the header, and empty cells for what is absent", () => {
  const columns = [
    { text: "window from", unit: null },
    { text: "sticky-cookie", unit: "ms" as const },
  ];
  const rows = [
    ["0:00", 310.1234],
    ["0:05", null],
  ];
  expect(tableCsv({ title: "p99", columns, rows })).toBe("window from,sticky-cookie (ms)\n0:00,310.1234\n0:05,\n");
});
