import type { Command } from "commander";
import type { ExitCode } from "../errors.ts";
import type { World } from "../world.ts";

/** Turns what a command does into what commander calls; the exit code goes to `main`. */
export type Finish = <Arguments extends readonly unknown[]>(
  work: (...given: Arguments) => Promise<ExitCode>,
) => (...given: Arguments) => Promise<void>;

export type MakeCommand = (world: World, finish: Finish) => Command;
