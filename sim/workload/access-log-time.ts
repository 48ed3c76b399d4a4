/** The time of an access log, `17/May/2015:10:05:03 +0200`, by plain arithmetic. */

/** Length of the text between the brackets. */
export const TIME_LENGTH = 26;

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** Digits and the characters between them, at their places in the text; `D` a digit, `M` the month's name. */
const shape = "DD/MMM/DDDD:DD:DD:DD SDDDD";

/**
 * Seconds since 1970-01-01 00:00 UTC of the time that begins at `start` in `line`, or NaN when there is none. A second of
 * 60 is a leap second and counts as the first of the next minute.
 */
export function secondsOf(line: string, start: number): number {
  for (let i = 0; i < TIME_LENGTH; i++) {
    const code = line.charCodeAt(start + i);
    const expected = shape[i]!;
    if (expected === "D") {
      if (!(code >= 48 && code <= 57)) return Number.NaN;
    } else if (expected !== "M" && expected !== "S" && code !== expected.charCodeAt(0)) {
      return Number.NaN;
    }
  }
  const day = digits(line, start, 2);
  const month = months.indexOf(line.substring(start + 3, start + 6));
  const year = digits(line, start + 7, 4);
  const hour = digits(line, start + 12, 2);
  const minute = digits(line, start + 15, 2);
  const second = digits(line, start + 18, 2);
  const sign = line[start + 21];
  const offset = digits(line, start + 22, 2) * 60 + digits(line, start + 24, 2);
  if (month < 0 || day < 1 || day > lengths[month]! + (month === 1 && isLeap(year) ? 1 : 0)) return Number.NaN;
  if (hour > 23 || minute > 59 || second > 60 || (sign !== "+" && sign !== "-")) return Number.NaN;
  const local = ((daysBefore(year, month) + day - 1) * 24 + hour) * 3600 + minute * 60 + second;
  return sign === "+" ? local - offset * 60 : local + offset * 60;
}

function digits(line: string, start: number, count: number): number {
  let value = 0;
  for (let i = start; i < start + count; i++) value = value * 10 + line.charCodeAt(i) - 48;
  return value;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** Days from 1970-01-01 to the first of the month (0 … 11) of the year in the Gregorian calendar. */
function daysBefore(year: number, month: number): number {
  const past = year - 1;
  // 719,162 days lie between 0001-01-01 and 1970-01-01.
  let days = past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 719_162;
  for (let i = 0; i < month; i++) days += lengths[i]!;
  return days + (month > 1 && isLeap(year) ? 1 : 0);
}
