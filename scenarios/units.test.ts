import fc from "fast-check";
import { expect, test } from "vitest";
import { formatQuantity, parseQuantity, type QuantityKind, quantityPatterns } from "./units.ts";

test.each([
  ["duration", "200ms", 200],
  ["duration", "0.3ms", 0.3],
  ["duration", "250us", 0.25],
  ["duration", "0.07s", 70],
  ["duration", "5m", 300_000],
  ["duration", "1m30s", 90_000],
  ["duration", "1d2h", 93_600_000],
  ["duration", "0s", 0],
  ["size", "6KiB", 6_144],
  ["size", "6KB", 6_000],
  ["size", "1.5MiB", 1_572_864],
  ["share", "10%", 0.1],
  ["share", "99.3%", 0.993],
  ["share", "0.7%", 0.007],
  ["rate", "20/s", 20],
  ["rate", "300/m", 5],
  ["rate", "36/h", 0.01],
] as const)("the %s %s is %d in base units", (kind, text, value) => {
  expect(parseQuantity(kind, text)).toBe(value);
});

test.each([
  ["duration", "10"],
  ["duration", ""],
  ["duration", "10 s"],
  ["duration", "30s1m"],
  ["duration", "-3s"],
  ["duration", "8sec"],
  ["duration", ".5s"],
  ["duration", "1e3ms"],
  ["size", "6kb"],
  ["size", "6 KiB"],
  ["share", "0.1"],
  ["rate", "20/sec"],
  ["rate", "20"],
] as const)("as a %s, %j is refused", (kind, text) => {
  expect(parseQuantity(kind, text)).toBeNull();
});

test.each([
  ["duration", 90_000, "90s"],
  ["duration", 86_400_000, "1d"],
  ["duration", 0.3, "0.3ms"],
  ["duration", 0.0000005, "0.0000005ms"],
  ["duration", 0, "0ms"],
  ["size", 6_144, "6KiB"],
  ["size", 5_000, "5KB"],
  ["size", 1_000.5, "1000.5B"],
  ["share", 0.1, "10%"],
  ["share", 0.007, "0.7%"],
  ["share", 0, "0%"],
  ["share", 1, "100%"],
  ["share", 0.00001, "0.001%"],
  ["rate", 2e21, "2000000000000000000000/s"],
] as const)("%s %d is written %s", (kind, value, text) => {
  expect(formatQuantity(kind, value)).toBe(text);
});

const kinds: readonly QuantityKind[] = ["duration", "size", "share", "rate"];

test.each(kinds)("every %s that is written reads back as the same number", (kind) => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.double({ min: 0, max: 1e21, noNaN: true }),
        fc.nat(),
        fc.nat(1_000).map((k) => k / 1_000),
      ),
      (value) => parseQuantity(kind, formatQuantity(kind, value)) === value,
    ),
  );
});

test.each(kinds)("a text is accepted as a %s exactly when the editor's pattern matches it", (kind) => {
  const pattern = new RegExp(quantityPatterns[kind]);
  const piece = fc.constantFrom(
    "1",
    "20",
    "0.5",
    ".",
    "d",
    "h",
    "m",
    "s",
    "ms",
    "us",
    "B",
    "KB",
    "KiB",
    "%",
    "/",
    " ",
    "-",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
      const text = pieces.join("");
      const value = parseQuantity(kind, text);
      return pattern.test(text) ? value !== null && value >= 0 : value === null;
    }),
  );
});
