/** Exact results for a fixed number of users who think for `think` on average (any law), ask, wait, and think again. */

export interface Interactive {
  /** Requests per mean service time. */
  readonly throughput: number;
  readonly response: number;
}

/** One server, exponential demand of mean 1: exact mean value analysis (Reiser and Lavenberg, JACM 27(2), 1980). */
export function interactive(users: number, think: number): Interactive {
  let inSystem = 0;
  let response = 1;
  for (let n = 1; n <= users; n++) {
    response = 1 + inSystem;
    inSystem = (n * response) / (response + think);
  }
  return { throughput: users / (response + think), response };
}

/** c servers with one queue: the machine-repair chain. */
export function interactiveWithServers(users: number, servers: number, think: number): Interactive {
  const weights = [1];
  for (let n = 1; n <= users; n++) {
    weights.push((weights[n - 1]! * (users - n + 1)) / think / Math.min(n, servers));
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const throughput = weights.reduce((sum, weight, n) => sum + Math.min(n, servers) * weight, 0) / total;
  return { throughput, response: users / throughput - think };
}

/** Every user bound for good to one of `servers` drawn at random: a binomial mixture of single servers. */
export function interactivePinned(users: number, servers: number, think: number): Interactive {
  let probability = 1;
  for (let i = 0; i < users; i++) probability *= 1 - 1 / servers;
  let throughput = 0;
  for (let n = 0; n <= users; n++) {
    throughput += servers * probability * interactive(n, think).throughput;
    probability *= (users - n) / (n + 1) / (servers - 1);
  }
  return { throughput, response: users / throughput - think };
}
