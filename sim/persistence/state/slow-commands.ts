import type { Draws } from "../../engine/draws.ts";
import type { Station } from "./station.ts";

/**
 * Commands that others send to a store's threads and that hold one for long, at the times of a Poisson process. No event is
 * spent on them: they are served when somebody comes who has to wait behind them.
 */
export class SlowCommands {
  private readonly busyMs: number;
  private readonly everyMs: number;
  private readonly draws: Draws;
  /** By thread: when its next one comes, and how many came before. */
  private readonly nextMs: Float64Array;
  private readonly served: Int32Array;

  constructor(threads: number, busyMs: number, everyMs: number, draws: Draws) {
    this.busyMs = busyMs;
    this.everyMs = everyMs;
    this.draws = draws;
    this.nextMs = Float64Array.from({ length: threads }, (_, thread) => draws.at(thread, 0).exponential() * everyMs);
    this.served = new Int32Array(threads).fill(1);
  }

  /** Lets those in that came to `thread`, which works on `station`, by `untilMs`. */
  serve(thread: number, station: Station, untilMs: number): void {
    while (this.nextMs[thread]! <= untilMs) {
      station.serve(this.nextMs[thread]!, this.busyMs);
      this.nextMs[thread]! += this.draws.at(thread, this.served[thread]!++).exponential() * this.everyMs;
    }
  }
}
