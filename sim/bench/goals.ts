/** What the project wants of its speed and memory, and where it stands. Pure. */
import { type Rounds, ratioOf, speedIn } from "./compare.ts";
import type { SystemName } from "./measure.ts";

export interface Goal {
  /** What is compared, and the bar. */
  readonly text: string;
  /** The worst case, for people; null when nothing was measured for it. */
  readonly found: string | null;
  readonly isReached: boolean;
}

export interface Memory {
  readonly requests: number;
  readonly peakMegabytes: number;
  readonly sessions: number;
  readonly bytesPerSession: number;
  readonly live: number;
  readonly liveMegabytes: number;
}

/** Processor time of a run with cookie and server memory over the same without, a ratio for each round. */
export type SessionRounds = readonly number[];

export function goalsOf(cases: readonly Rounds[], memory: Memory | null, sessions: SessionRounds | null): Goal[] {
  const sorted = sessions?.toSorted((a, b) => a - b);
  const ratio = sorted?.[Math.floor(sorted.length / 2)] ?? null;
  return [
    atLeast(cases, "public path ÷ C++ reference", "public-path", "reference", 0.3, "0.6"),
    atLeast(cases, "public path ÷ SIM.JS", "public-path", "simjs", 4, null),
    atLeast(cases, "bare kernel ÷ C++ reference", "bare-kernel", "reference", 0.9, "1.2 at 10 servers, 1.5 at 1,000"),
    growth(cases, "public-path"),
    {
      text: "peak memory, at most 200 MB",
      found: memory && `${memory.peakMegabytes.toFixed(0)} MB over ${count(memory.requests)} requests`,
      isReached: memory !== null && memory.peakMegabytes < 200,
    },
    {
      text: "a live session, at most 128 bytes (aim 64)",
      found: memory && `${memory.bytesPerSession.toFixed(0)} bytes at ${count(memory.sessions)} sessions`,
      isReached: memory !== null && memory.bytesPerSession <= 128,
    },
    {
      text: "all in, with cookies, at most 1,500 MB",
      found: memory && `${memory.liveMegabytes.toFixed(0)} MB with ${count(memory.live)} sessions alive`,
      isReached: memory !== null && memory.liveMegabytes <= 1500,
    },
    {
      text: "cookie and server memory ÷ the same run without, at most 1.15",
      found: ratio === null ? null : ratio.toFixed(2),
      isReached: ratio !== null && ratio <= 1.15,
    },
  ];
}

function atLeast(
  cases: readonly Rounds[],
  what: string,
  system: SystemName,
  reference: SystemName,
  bar: number,
  aim: string | null,
): Goal {
  const ratios = cases
    .map((rounds) => ({ rounds, ratio: ratioOf(rounds, system, reference) }))
    .filter((entry): entry is { rounds: Rounds; ratio: number } => entry.ratio !== null)
    .sort((a, b) => a.ratio - b.ratio);
  const [worst] = ratios;
  return {
    text: `${what}, at least ${bar}${aim === null ? "" : ` (aim ${aim})`}`,
    found: worst ? `${worst.ratio.toFixed(2)} (${worst.rounds.policy}, ${count(worst.rounds.servers)} servers)` : null,
    isReached: worst !== undefined && worst.ratio >= bar,
  };
}

/** Cost per request of P2C at 10,000 servers over that at 10; null where either was not measured. */
export function growthOf(cases: readonly Rounds[], system: SystemName): number | null {
  const speedAt = (servers: number) => {
    const found = cases.find((rounds) => rounds.policy === "p2c" && rounds.servers === servers);
    return found === undefined ? null : speedIn(found, system);
  };
  const small = speedAt(10);
  const large = speedAt(10_000);
  return small === null || large === null ? null : small / large;
}

function growth(cases: readonly Rounds[], system: SystemName): Goal {
  const grown = growthOf(cases, system);
  return {
    text: "cost per request, P2C, from 10 to 10,000 servers, at most 2.2 × (aim 1.8)",
    found: grown === null ? null : `${grown.toFixed(2)} × on the public path`,
    isReached: grown !== null && grown <= 2.2,
  };
}

export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
