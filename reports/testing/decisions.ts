/** Decisions for tests. */
import type { Decision } from "../../sim/index.ts";

export const decision = (index: number, changes: Partial<Decision> = {}): Decision => ({
  index,
  atMs: index * 10,
  population: "users",
  visit: index % 3,
  request: Math.floor(index / 3),
  attempt: 0,
  balancer: 0,
  server: "server-1",
  serverIndex: 0,
  reason: "bound",
  ...changes,
});
