/** A world for tests: streams that are kept, an interrupt that the test pulls. */
import { main } from "../main.ts";
import type { World } from "../world.ts";

export interface Heard {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Given {
  /** Standard input; an error is thrown when it is read. */
  readonly input?: string | Error;
  readonly page?: string | null;
  readonly environment?: World["environment"];
  readonly terminal?: boolean;
  /** Told each text that goes to standard output. */
  readonly onOut?: (text: string) => void;
  /** Handed the function that interrupts, as soon as somebody listens. */
  readonly interruptible?: (interrupt: () => void) => void;
}

/** A world whose streams end in `out` and `err`, or nowhere. */
export function worldFor(given: Given = {}, out: string[] = [], err: string[] = []): World {
  const outputTo = (texts: string[]) => ({
    write: (text: string) => {
      texts.push(text);
      if (texts === out) given.onOut?.(text);
    },
    isTerminal: given.terminal === true && texts === out,
    columns: 80,
  });
  return {
    out: outputTo(out),
    err: outputTo(err),
    environment: given.environment ?? {},
    readStandardInput: async () => {
      if (given.input instanceof Error) throw given.input;
      return given.input ?? "";
    },
    readPage: async () => given.page ?? null,
    onInterrupt: (listener) => {
      given.interruptible?.(listener);
      return () => undefined;
    },
  };
}

export async function evenkeel(words: readonly string[], given: Given = {}): Promise<Heard> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(words, worldFor(given, out, err));
  return { code, out: out.join(""), err: err.join("") };
}
