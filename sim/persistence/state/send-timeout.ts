/** How long a send that wants an answer takes to give a dead member up. */
export interface SendTimeout {
  readonly timeoutMs: number;
  readonly retries: number;
}

/**
 * When a send at `nowMs` to a member that is dead, and will be noticed as such at `noticedAtMs`, is given up: each attempt
 * waits for its timeout, and another one follows while the member is still believed in.
 */
export function givenUpMs(nowMs: number, noticedAtMs: number, { timeoutMs, retries }: SendTimeout): number {
  let endMs = nowMs + timeoutMs;
  for (let retry = 0; retry < retries && endMs < noticedAtMs; retry++) endMs += timeoutMs;
  return endMs;
}
