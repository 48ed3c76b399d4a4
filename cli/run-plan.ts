import type { RunRecord } from "../sim/record.ts";
import { execute, Interrupted } from "./execute/execute.ts";
import type { RunOptions } from "./options.ts";
import type { Plan } from "./plan.ts";
import { progressOn } from "./progress.ts";
import type { ResultsFolder } from "./results-folder.ts";
import { safeText } from "./safe-text.ts";
import type { World } from "./world.ts";

/** The records of `plan`; null when interrupted, which has then been said. */
export async function runPlan(
  plan: Plan,
  options: Pick<RunOptions, "threads" | "quiet" | "out">,
  folder: ResultsFolder | null,
  world: World,
): Promise<readonly RunRecord[] | null> {
  const interruption = new AbortController();
  const stopListening = world.onInterrupt(() => interruption.abort());
  try {
    return await execute(plan, {
      threads: options.threads,
      folder,
      progress: progressOn(world, options.quiet === true),
      signal: interruption.signal,
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    const kept =
      options.out === undefined
        ? "nothing is kept; --out FOLDER keeps finished runs"
        : `the finished ones are in ${safeText(options.out)}, and the same command goes on from there`;
    world.err.write(`interrupted: ${error.finished} of ${error.planned} runs are finished; ${kept}\n`);
    return null;
  } finally {
    stopListening();
  }
}
