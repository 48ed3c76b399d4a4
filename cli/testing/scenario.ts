/** A scenario that runs in a blink: a crash on two servers, under two strategies. */
export const smallScenario = `name: small
question: What does a crash cost?
duration: 40s
warmUp: 5s
workload:
  users:
    arrivals: { process: poisson, rate: 4/s }
    session: { requests: { geometric: 6 }, think: { exponential: 2s }, writes: 30%, size: 2KiB }
cluster:
  servers: { count: 2, workers: 4, service: { exponential: 20ms } }
faults:
  - { at: 20s, crash: server-1, restartAfter: 5s }
strategies: [sticky-cookie, redis-sessions]
runs: 3
expect:
  - { strategy: redis-sessions, metric: sessionsLost, equals: 0 }
`;
