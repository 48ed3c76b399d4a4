import type { World } from "./world.ts";

/** Tells something on standard error, unless `quiet`. */
export const noteOn =
  (world: World, quiet: boolean) =>
  (text: string): void => {
    if (!quiet) world.err.write(`${text}\n`);
  };
