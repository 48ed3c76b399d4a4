/** Load skew over servers: x_i is server i's load divided by its weight or capacity. null where there is no load. */

export interface Skew {
  readonly peakToMean: number | null;
  readonly cv: number | null;
  readonly jain: number | null;
}

/** Servers with a share of 0 are left out. */
export function skewOf(loads: ArrayLike<number>, shares: ArrayLike<number>): Skew {
  let count = 0;
  let sum = 0;
  let sumOfSquares = 0;
  let peak = 0;
  for (let server = 0; server < loads.length; server++) {
    if (shares[server]! === 0) continue;
    const x = loads[server]! / shares[server]!;
    count++;
    sum += x;
    sumOfSquares += x * x;
    if (x > peak) peak = x;
  }
  if (sum === 0) return { peakToMean: null, cv: null, jain: null };
  const mean = sum / count;
  return {
    peakToMean: peak / mean,
    cv: Math.sqrt(Math.max(0, sumOfSquares / count - mean * mean)) / mean,
    jain: (sum * sum) / (count * sumOfSquares),
  };
}
