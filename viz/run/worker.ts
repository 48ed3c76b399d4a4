/** The engine in a thread of its own. It makes one run for each message, in slices, so that it can tell how far it is. */
import { Simulation } from "../../sim/index.ts";
import type { FromPage, FromWorker } from "./protocol.ts";

const SLICES = 50;

const say = (message: FromWorker): void => postMessage(message);

function make(input: FromPage): FromWorker {
  const simulation = new Simulation(input);
  const { durationMs } = input.scenario;
  for (let slice = 1; ; slice++) {
    const progress = simulation.advance(Math.min(slice / SLICES, 1) * durationMs);
    if (progress === "done") return { kind: "record", record: simulation.record() };
    if (progress === "trace")
      return { kind: "failed", message: "a recorded log can only be replayed on the command line" };
    say({ kind: "progress", doneFraction: simulation.nowMs / durationMs });
  }
}

addEventListener("message", ({ data }: MessageEvent<FromPage>) => {
  try {
    say(make(data));
  } catch (error) {
    say({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
});
