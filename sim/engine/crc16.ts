/** CRC-16/XMODEM (polynomial 0x1021, start 0) of the decimal digits of a whole number >= 0: what Redis makes slots of. */
export function crc16OfDecimal(value: number): number {
  let divisor = 1;
  while (value / divisor >= 10) divisor *= 10;
  let crc = 0;
  for (; divisor >= 1; divisor /= 10) crc = next(crc, 48 + (Math.floor(value / divisor) % 10));
  return crc;
}

function next(crc: number, byte: number): number {
  let sum = crc ^ (byte << 8);
  for (let bit = 0; bit < 8; bit++) sum = (sum & 0x8000) === 0 ? sum << 1 : (sum << 1) ^ 0x1021;
  return sum & 0xffff;
}
