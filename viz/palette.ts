/**
 * One colour per strategy, everywhere. The hues are those of Okabe and Ito ("Color Universal Design", 2008), made darker
 * on paper and lighter at night until each stands out from the ground by 3:1 and from its neighbours under the three
 * forms of colour blindness; the test measures both. Dash and shape say the same once more.
 */

export interface Shades {
  readonly light: string;
  readonly dark: string;
}

export const paper: Shades = { light: "#fdfcf9", dark: "#17181a" };

/** In the order in which strategies take them; the first ones differ the most. */
export const seriesColours: readonly Shades[] = [
  { light: "#0369b8", dark: "#3f86dd" }, // blue
  { light: "#c44208", dark: "#f58220" }, // vermillion
  { light: "#2a9879", dark: "#53b79f" }, // bluish green
  { light: "#9a4584", dark: "#c0609a" }, // reddish purple
  { light: "#664500", dark: "#96701f" }, // orange
  { light: "#2499d6", dark: "#82c8ff" }, // sky blue
  { light: "#a08c00", dark: "#e9ce0c" }, // yellow
  { light: "#33312e", dark: "#e3e0d9" }, // black
];

/** Every strategy after the eighth: grey, told apart by its label. */
export const mutedColour: Shades = { light: "#85817a", dark: "#7d7a75" };

/** Stroke patterns in pixels; empty is a solid line. */
const dashes: readonly string[] = ["", "7 2", "3 2", "9 2 2 2", "5 2 1 2 1 2", "1.5 2", "12 3", "4 4"];

export const shapes = ["circle", "square", "triangle", "diamond", "cross", "wye", "star", "bar"] as const;
export type Shape = (typeof shapes)[number];

export interface StrategyStyle {
  /** A CSS colour that follows the theme. */
  readonly colour: string;
  readonly dash: string;
  readonly shape: Shape;
}

/** The look of the strategy at `index` in the order of the data. */
export const styleOf = (index: number): StrategyStyle => ({
  colour: index < seriesColours.length ? `var(--series-${index})` : "var(--series-muted)",
  dash: dashes[index % dashes.length] ?? "",
  shape: shapes[index % shapes.length] ?? "circle",
});

const declaration = (name: string, { light, dark }: Shades): string => `--${name}: light-dark(${light}, ${dark});`;

/** The custom properties that the style sheets use. */
export const paletteCss = (): string =>
  `:root { ${[
    declaration("paper", paper),
    ...seriesColours.map((shades, index) => declaration(`series-${index}`, shades)),
    declaration("series-muted", mutedColour),
  ].join(" ")} }`;
