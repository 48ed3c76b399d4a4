/** What a command may touch beyond files: streams, the environment, signals. Tests hand in their own. */

export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Characters in a line, where known. */
  readonly columns: number | undefined;
}

export interface World {
  /** Results, and nothing else. */
  readonly out: Output;
  /** Everything else: progress, notes, problems. */
  readonly err: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readStandardInput(): Promise<string>;
  /** The built page, `null` where there is none. */
  readPage(): Promise<string | null>;
  /** Calls `listener` at the first Ctrl-C; returns the function that stops listening. */
  onInterrupt(listener: () => void): () => void;
}

export type ColourChoice = "auto" | "always" | "never";

/** The flag wins, then FORCE_COLOR, then NO_COLOR; otherwise a terminal that can gets colour. */
export function wantsColour(choice: ColourChoice, output: Output, environment: World["environment"]): boolean {
  if (choice !== "auto") return choice === "always";
  const forced = environment["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  const banned = environment["NO_COLOR"];
  if (banned !== undefined && banned !== "") return false;
  return output.isTerminal && environment["TERM"] !== "dumb";
}

/** Lines of a report: a terminal's own width within reason, a fixed one in a pipe, so that bytes do not depend on it. */
export function reportWidth(output: Output): number {
  if (!output.isTerminal) return 100;
  return Math.min(120, Math.max(60, output.columns || 80));
}
