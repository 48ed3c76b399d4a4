/** Which answers start a session's idle limit anew. */
import type { SessionRules } from "../../scenario.ts";

export type Renewal = (usedAtMs: number, nowMs: number, wrote: boolean) => boolean;

/**
 * Whether an answer at `nowMs` starts the limit anew that counts from `usedAtMs`; null where every answer does.
 *
 * - half-window: a ticket is replaced once more time has passed since it was made than is left of it (ASP.NET Core 8 cookie
 *   authentication, `SlidingExpiration`; Forms Authentication before it). Who was active just before that moment has only
 *   half of the limit left.
 * - on-write: the expiry is stored with the data, and only data that changed are stored (Django 5, with
 *   `SESSION_SAVE_EVERY_REQUEST` False, its default).
 * - fixed: the limit counts from the login.
 */
export function renewalOf({ renewal, idleTimeoutMs }: SessionRules): Renewal | null {
  if (idleTimeoutMs === null || renewal === "every-request") return null;
  if (renewal === "half-window") return (usedAtMs, nowMs) => nowMs - usedAtMs > idleTimeoutMs - (nowMs - usedAtMs);
  if (renewal === "on-write") return (_usedAtMs, _nowMs, wrote) => wrote;
  return () => false;
}
