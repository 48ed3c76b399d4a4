/**
 * Join the shortest of two queues: Poisson arrivals at 2 × `load`, two exponential servers of mean 1. The chain of
 * (longer, shorter) queue, cut at `longest`, solved by Gauss-Seidel. How ties are broken cannot matter: the two servers are
 * alike, so only the unordered pair of lengths does.
 */
export function shortestOfTwoResponse(load: number, longest = 60): number {
  const rate = 2 * load;
  const width = longest + 1;
  const p = Float64Array.from({ length: width * width }, (_, i) => Number(i % width <= Math.floor(i / width)));
  const at = (long: number, short: number) =>
    long < 0 || short < 0 || long > longest || short > long ? 0 : p[long * width + short]!;
  for (let round = 0; round < 4000; round++) {
    let change = 0;
    for (let long = 0; long <= longest; long++) {
      for (let short = 0; short <= long; short++) {
        // An arrival at the shorter queue, a departure from the longer one or from the shorter one; of two equal queues
        // either gets the arrival, and a departure leaves from either.
        let inflow = rate * at(long, short - 1) + at(long + 1, short);
        if (short === long - 1) inflow += rate * at(short, short) + 2 * at(long, long);
        else inflow += at(long, short + 1);
        const isFull = long === longest && short === longest;
        const outflow = (isFull ? 0 : rate) + Number(long > 0) + Number(short > 0);
        const value = inflow / outflow;
        change = Math.max(change, Math.abs(value - at(long, short)));
        p[long * width + short] = value;
      }
    }
    const total = p.reduce((sum, x) => sum + x, 0);
    for (let i = 0; i < p.length; i++) p[i]! /= total;
    if (change / total < 1e-13) break;
  }
  let meanInSystem = 0;
  for (let long = 0; long <= longest; long++) {
    for (let short = 0; short <= long; short++) meanInSystem += (long + short) * at(long, short);
  }
  return meanInSystem / rate;
}
