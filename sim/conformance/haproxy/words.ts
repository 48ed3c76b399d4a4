/** Reading a line of HAProxy's configuration: words, sizes, times. */

/** Words parted by blanks; what stands in braces or quotes is as it was. */
export const wordsOf = (line: string): readonly string[] => line.trim().split(/\s+/);

export function unknown(what: string, line: string): never {
  throw new RangeError(`HAProxy: cannot follow ${what} "${line}"`);
}

const TIMES: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** In ms; without a unit the number is in `unit`. */
export function timeMs(text: string, unit = "ms"): number {
  const [, number, suffix] = /^(\d+)([a-z]*)$/.exec(text) ?? [];
  const factor = TIMES[suffix === "" || suffix === undefined ? unit : suffix];
  return number === undefined || factor === undefined ? unknown("the time", text) : Number(number) * factor;
}

const SIZES: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 * 1024, g: 1024 * 1024 * 1024 };

export function sizeOf(text: string): number {
  const [, number, suffix] = /^(\d+)([kmg]?)$/i.exec(text) ?? [];
  return number === undefined ? unknown("the size", text) : Number(number) * SIZES[suffix!.toLowerCase()]!;
}

/** `name(argument)` in its two parts; the argument is empty without parentheses. */
export function callOf(word: string): readonly [string, string] {
  const [, name, argument] = /^([^(]+)\((.*)\)$/.exec(word) ?? [];
  return name === undefined ? [word, ""] : [name, argument!];
}
