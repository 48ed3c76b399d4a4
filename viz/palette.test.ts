import { describe, expect, test } from "vitest";
import { mutedColour, paletteCss, paper, type Shades, seriesColours, styleOf } from "./palette.ts";

type Linear = readonly [number, number, number];

const linear = (hex: string): Linear => {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
};

/** WCAG 2.2, relative luminance and contrast ratio. */
const luminance = ([r, g, b]: Linear): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;
const contrast = (a: string, b: string): number => {
  const [dark = 0, light = 0] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};

/** Oklab (Ottosson, 2020): a distance of about 0.02 is just seen in fields that touch. */
const oklab = ([r, g, b]: Linear): Linear => {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
};

/** Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB. */
const visions: Readonly<Record<string, readonly Linear[]>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const seenBy = (rows: readonly Linear[], colour: Linear): Linear => {
  const channel = (at: number) => {
    const [r, g, b] = rows[at]!;
    return Math.min(1, Math.max(0, r * colour[0] + g * colour[1] + b * colour[2]));
  };
  return oklab([channel(0), channel(1), channel(2)]);
};

const distance = (a: Linear, b: Linear): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  const ground = paper[theme];

  test("every mark stands out from the ground by at least 3:1", () => {
    for (const shades of [...seriesColours, mutedColour]) {
      expect(contrast(shades[theme], ground), shades[theme]).toBeGreaterThanOrEqual(3);
    }
  });

  test.each(Object.entries(visions))("no two strategies look alike to %s vision", (vision, rows) => {
    // Thin lines apart from each other need more than the 0.02 of touching fields. Tritanopia (1 in 10,000) gets less,
    // because its confusions cannot all be solved by lightness that the other two need.
    const least = vision === "tritanopia" ? 0.05 : 0.06;
    const seen = seriesColours.map((shades: Shades) => seenBy(rows, linear(shades[theme])));
    for (const [at, colour] of seen.entries()) {
      for (const other of seen.slice(0, at)) expect(distance(colour, other)).toBeGreaterThan(least);
    }
  });
});

test("at most eight strategies have a hue, and dash and shape tell those eight apart as well", () => {
  const styles = Array.from({ length: 8 }, (_, index) => styleOf(index));
  expect(new Set(styles.map(({ colour }) => colour)).size).toBe(8);
  expect(new Set(styles.map(({ dash }) => dash)).size).toBe(8);
  expect(new Set(styles.map(({ shape }) => shape)).size).toBe(8);
  expect(styleOf(8).colour).toBe("var(--series-muted)");
});

test("the style sheet names a colour for both themes", () => {
  expect(paletteCss()).toContain("--series-0: light-dark(#0369b8, #3f86dd);");
});
