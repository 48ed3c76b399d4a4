/** Rectangles in pixels, y downwards. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export const inside = (width: number, height: number, { top, right, bottom, left }: Margins): Box => ({
  x: left,
  y: top,
  width: Math.max(1, width - left - right),
  height: Math.max(1, height - top - bottom),
});

/** A mark on an axis: its place in pixels and its text. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** To a tenth of a pixel: finer is not seen and makes paths long. */
export const snap = (pixels: number): number => Math.round(pixels * 10) / 10;

/** About the width of a text at the charts' size, for what must be known before anything is drawn. */
export const textWidth = (text: string): number => text.length * 7;
