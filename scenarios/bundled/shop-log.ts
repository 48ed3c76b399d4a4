/**
 * Writes `shop.log`, the access log that the bundled scenario access-log-replay runs: half an hour of a small shop in
 * the common log format, with a lunch-time swell, one office behind a single address, and one busy robot.
 *
 * `shopLog()` gives the same text everywhere; a test compares it with the file.
 */
import { Draws } from "../../sim/engine/draws.ts";

interface Line {
  readonly atSec: number;
  readonly address: string;
  readonly request: string;
  readonly bytes: number;
}

const lengthSec = 1_800;
const products = 40;
/** Addresses from the blocks that RFC 5737 sets aside for documentation. */
const office = "203.0.113.7";
const robot = "198.51.100.200";

export function shopLog(): string {
  const draws = new Draws(1, "shop.log");
  let drawn = 0;
  const random = (): number => draws.at(0, drawn++).uniform();
  const below = (count: number): number => Math.floor(random() * count);
  const lines: Line[] = [];
  const visit = (startSec: number, address: string): void => {
    let atSec = startSec;
    const ask = (request: string, bytes: number): void => {
      if (atSec < lengthSec) lines.push({ atSec, address, request, bytes });
      atSec += 3 + below(22);
    };
    ask("GET /", 5_120);
    const views = 1 + below(5);
    for (let view = 0; view < views; view++) {
      // The lower of two draws: some products are looked at far more often than others.
      const product = 1 + Math.min(below(products), below(products));
      ask(`GET /product/${product}`, 8_000 + 37 * product);
      if (random() < 0.4) ask("POST /cart", 312);
    }
    if (random() < 0.5) {
      ask("GET /cart", 2_048);
      if (random() < 0.6) ask("POST /checkout", 640);
    }
  };
  for (let visitor = 0; visitor < 40; visitor++) {
    // The mean of two draws: most visitors come in the middle.
    const startSec = Math.floor(((random() + random()) / 2) * (lengthSec - 60));
    visit(startSec, random() < 0.3 ? office : `192.0.2.${1 + visitor}`);
  }
  for (let page = 0; page < 45; page++) {
    lines.push({ atSec: 40 * page, address: robot, request: `GET /product/${1 + (page % products)}`, bytes: 8_000 });
  }
  return lines
    .toSorted((a, b) => a.atSec - b.atSec)
    .map(
      ({ atSec, address, request, bytes }) => `${address} - - [${stamp(atSec)}] "${request} HTTP/1.1" 200 ${bytes}\n`,
    )
    .join("");
}

const twoDigits = (value: number): string => String(value).padStart(2, "0");

/** From noon on 2 June 2025, in UTC. */
const stamp = (sec: number): string => `02/Jun/2025:12:${twoDigits(Math.floor(sec / 60))}:${twoDigits(sec % 60)} +0000`;
