/** Which release decided: what depends on it is asked here. */

export type Version = readonly [major: number, minor: number, patch: number];

/** @throws RangeError when the text does not begin with a number such as `2.6.12`. */
export function versionOf(text: string): Version {
  const [, major, minor, patch] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  if (major === undefined) throw new RangeError(`HAProxy: cannot follow the version "${text}"`);
  return [Number(major), Number(minor), Number(patch ?? 0)];
}

export function isAtLeast(version: Version, major: number, minor: number): boolean {
  return version[0] > major || (version[0] === major && version[1] >= minor);
}

/** First releases of 3.0, 3.1 and 3.2 in which ring points of ids are as in 2.6 again (“fix key calculation”, lb-chash). */
const CORRECTED: Readonly<Record<number, number>> = { 0: 13, 1: 10, 2: 7 };

export function hasFlawedIds([major, minor, patch]: Version): boolean {
  return major === 3 && patch < (CORRECTED[minor] ?? 0);
}
