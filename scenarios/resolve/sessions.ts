import type { SessionRules, Warning } from "../../sim/scenario.ts";
import type { SessionOverridesFile, SessionsFile } from "../schema/sessions.ts";

const warningOf = (file: SessionsFile["warning"]): Warning | null =>
  file === null ? null : { beforeMs: file.before, reactsFraction: file.share, reactionMs: file.reaction };

const regenerateIdOf = (file: SessionsFile["regenerateId"]): SessionRules["regenerateId"] =>
  file === null ? null : { graceMs: file.grace };

export const sessionRulesOf = (file: SessionsFile): SessionRules => ({
  idleTimeoutMs: file.idleTimeout,
  absoluteTimeoutMs: file.absoluteTimeout,
  afterLoss: file.afterLoss,
  renewal: file.renewal,
  cleanup: file.cleanup,
  warning: warningOf(file.warning),
  concurrency: file.concurrency,
  regenerateId: regenerateIdOf(file.regenerateId),
  encoding: file.encoding,
});

/** Only what the strategy says itself. */
export const sessionOverridesOf = (file: SessionOverridesFile): Partial<SessionRules> => ({
  ...(file.idleTimeout === undefined ? {} : { idleTimeoutMs: file.idleTimeout }),
  ...(file.absoluteTimeout === undefined ? {} : { absoluteTimeoutMs: file.absoluteTimeout }),
  ...(file.afterLoss === undefined ? {} : { afterLoss: file.afterLoss }),
  ...(file.renewal === undefined ? {} : { renewal: file.renewal }),
  ...(file.cleanup === undefined ? {} : { cleanup: file.cleanup }),
  ...(file.warning === undefined ? {} : { warning: warningOf(file.warning) }),
  ...(file.concurrency === undefined ? {} : { concurrency: file.concurrency }),
  ...(file.regenerateId === undefined ? {} : { regenerateId: regenerateIdOf(file.regenerateId) }),
  ...(file.encoding === undefined ? {} : { encoding: file.encoding }),
});
