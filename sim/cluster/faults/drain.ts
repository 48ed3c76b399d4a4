import type { FaultRecord } from "../../record.ts";
import type { DrainFault } from "../../scenario.ts";
import { type FaultParts, namesOf, type Trouble } from "./fault.ts";

/** What happens to each turn of servers, in this order. */
const DRAIN = 0;
const STOP = 1;
const RESTART = 2;
const PER_TURN = 3;

/**
 * Servers are taken out of use as for a deploy: at once, or one after the other. A drain that is never stopped goes on to the
 * end of the run; a server that comes back drains no more, and its checks say when it is used.
 */
export function drain(fault: DrainFault, { roster, names }: FaultParts): Trouble {
  const { kind, atMs, everyMs, stopAfterMs, killAfterMs, restartAfterMs } = fault;
  const turns = everyMs > 0 ? fault.servers.map((server) => [server]) : [fault.servers];
  const stopMs = stopAfterMs ?? Infinity;
  const restartMs = stopMs + (restartAfterMs ?? Infinity);
  const beginsMs = (turn: number): number => atMs + turn * everyMs;
  return {
    stepsMs: turns.flatMap((_, turn) => [0, stopMs, restartMs].map((afterMs) => beginsMs(turn) + afterMs)),
    take(step) {
      for (const server of turns[Math.floor(step / PER_TURN)]!) {
        if (step % PER_TURN === DRAIN) roster.drain(server);
        else if (step % PER_TURN === STOP) roster.stop(server, killAfterMs, true);
        else if (step % PER_TURN === RESTART) roster.giveBack(server);
      }
    },
    records: () =>
      turns.map(
        (servers, turn): FaultRecord => ({
          atMs: beginsMs(turn),
          untilMs: restartMs === Infinity ? null : beginsMs(turn) + restartMs,
          kind,
          target: namesOf(names, servers),
        }),
      ),
  };
}
