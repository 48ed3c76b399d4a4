/** Fixed points of balancing with choices, in the limit of many servers; load per server, mean service 1. */

/** Mean response time of d choices among infinitely many servers (Vvedenskaya et al. 1996, Mitzenmacher 1996). */
export function choicesResponse(choices: number, load: number): number {
  let sum = 0;
  let exponent = 0;
  // Exponents 0, d, d + d², …: (d^i - d) / (d - 1).
  for (let step = choices; ; step *= choices) {
    const term = powerOf(load, exponent);
    sum += term;
    if (term < 1e-15) return sum;
    exponent += step;
  }
}

function powerOf(base: number, exponent: number): number {
  let product = 1;
  for (let i = 0; i < exponent && product > 1e-15; i++) product *= base;
  return product;
}

/**
 * Mean response time of join idle queue with `perBalancer` servers for each balancer, tokens of servers that get work another
 * way being withdrawn. A balancer's tokens are a birth-death chain: born at rate perBalancer × load × (1 - s), used at the
 * balancer's rate of requests and withdrawn one by one at rate s each, s = load × p0 being what falls on a server at random.
 */
export function joinIdleResponse(perBalancer: number, load: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (emptyShare(perBalancer, load, load * middle) > middle) low = middle;
    else high = middle;
  }
  return 1 / (1 - load * low);
}

function emptyShare(perBalancer: number, load: number, strays: number): number {
  const requests = perBalancer * load;
  let term = 1;
  let sum = 1;
  for (let tokens = 1; term > 1e-15 * sum; tokens++) {
    term *= (requests * (1 - strays)) / (requests + tokens * strays);
    sum += term;
  }
  return 1 / sum;
}
