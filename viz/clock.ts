/** Moments of virtual time, for people. */

const two = (value: number): string => String(value).padStart(2, "0");

/** `5:05`, `1:00:00`; parts of a second where there are any: `0:00.25`. */
export function formatClock(atMs: number): string {
  const totalSeconds = Math.floor(atMs / 1000);
  const hours = Math.floor(totalSeconds / 3600);
  const minutes = Math.floor(totalSeconds / 60) % 60;
  const seconds = two(totalSeconds % 60);
  const rest = Math.round(atMs - totalSeconds * 1000);
  const fraction = rest === 0 ? "" : `.${String(rest).padStart(3, "0").replace(/0+$/, "")}`;
  return `${hours === 0 ? minutes : `${hours}:${two(minutes)}`}:${seconds}${fraction}`;
}
