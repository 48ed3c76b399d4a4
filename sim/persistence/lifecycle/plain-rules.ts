import type { SessionRules } from "../../scenario.ts";

/** Sessions without any limit, of which nothing is asked: what a rule has to depart from to mean something. */
export const plainSessionRules: SessionRules = {
  idleTimeoutMs: null,
  absoluteTimeoutMs: null,
  afterLoss: "login",
  renewal: "every-request",
  cleanup: { kind: "at-access" },
  warning: null,
  concurrency: { kind: "last-write-wins" },
  regenerateId: null,
  encoding: null,
};
