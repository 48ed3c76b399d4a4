import { expect, it } from "vitest";
import { crc16OfDecimal } from "./crc16.ts";

it("gives the check value of the XMODEM variant for 123456789, as Redis Cluster's specification does", () => {
  expect(crc16OfDecimal(123456789)).toBe(0x31c3);
});

it("reads every digit of numbers of any length, as Python's binascii.crc_hqx does", () => {
  const numbers = [0, 42, 4_294_967_296, 9_007_199_254_740_991];
  expect(numbers.map(crc16OfDecimal)).toEqual([0x3653, 0xdf40, 0x2cc9, 0xda96]);
});
