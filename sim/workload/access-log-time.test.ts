import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { secondsOf, TIME_LENGTH } from "./access-log-time.ts";

const two = (value: number) => String(value).padStart(2, "0");
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

describe("the time of an access log", () => {
  it("is what the calendar of the JavaScript engine says, for every second of years 1 to 9999", () => {
    const seconds = fc.integer({ min: -62_135_596_800, max: Date.UTC(9999) / 1000 });
    fc.assert(
      fc.property(seconds, (second) => {
        const date = new Date(second * 1000);
        const year = String(date.getUTCFullYear()).padStart(4, "0");
        const day = `${two(date.getUTCDate())}/${months[date.getUTCMonth()]}/${year}`;
        const text = `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
        expect(text).toHaveLength(TIME_LENGTH);
        expect(secondsOf(`[${text}]`, 1)).toBe(second);
      }),
      { numRuns: 2000 },
    );
  });

  it("counts the offset from UTC: 10:05 at +0530 was 04:35, and at -0400 it will be 14:05", () => {
    const utc = Date.UTC(2015, 4, 17, 10, 5, 3) / 1000;
    expect(secondsOf("17/May/2015:10:05:03 +0530", 0)).toBe(utc - 5.5 * 3600);
    expect(secondsOf("17/May/2015:10:05:03 -0400", 0)).toBe(utc + 4 * 3600);
  });

  it("knows the leap days of 2000 and 2024, and that 1900 and 2023 have none", () => {
    expect(secondsOf("29/Feb/2000:00:00:00 +0000", 0)).toBe(Date.UTC(2000, 1, 29) / 1000);
    expect(secondsOf("01/Mar/2024:00:00:00 +0000", 0)).toBe(Date.UTC(2024, 2, 1) / 1000);
    expect(secondsOf("29/Feb/1900:00:00:00 +0000", 0)).toBeNaN();
    expect(secondsOf("29/Feb/2023:00:00:00 +0000", 0)).toBeNaN();
  });

  it("takes a leap second for the first of the next minute", () => {
    expect(secondsOf("31/Dec/2016:23:59:60 +0000", 0)).toBe(Date.UTC(2017, 0, 1) / 1000);
  });

  it.each([
    ["another layout", "2015-05-17T10:05:03+00:00 "],
    ["a month that is none", "17/Mai/2015:10:05:03 +0000"],
    ["a day that is none", "00/May/2015:10:05:03 +0000"],
    ["an hour that is none", "17/May/2015:24:05:03 +0000"],
    ["a time cut off", "17/May/2015:10:05:0"],
    ["a zone without a sign", "17/May/2015:10:05:03 00000"],
    ["letters for digits", "17/May/2015:1O:05:03 +0000"],
  ])("is not a number for %s", (_what, text) => {
    expect(secondsOf(text, 0)).toBeNaN();
  });
});
