import { Command } from "commander";
import { conformanceLines, conforms, type ReplayedFile } from "../../reports/conformance-text.ts";
import { prettyJson } from "../../reports/json.ts";
import type { Recording } from "../../scenarios/recordings/load.ts";
import { compareDraws } from "../../sim/conformance/distribution.ts";
import { checkVectors } from "../../sim/conformance/envoy.ts";
import { products } from "../../sim/conformance/index.ts";
import { type Conformance, replay } from "../../sim/conformance/replay.ts";
import type { Trace } from "../../sim/conformance/trace.ts";
import { exitCodes, UserError } from "../errors.ts";
import { jsonOption } from "../options.ts";
import { readRecording, recordingFiles } from "../recording-files.ts";
import { safeText } from "../safe-text.ts";
import { type World, wantsColour } from "../world.ts";
import type { MakeCommand } from "./command.ts";

function productOf({ product }: Trace) {
  const found = products.find(({ name }) => name === product);
  if (found !== undefined) return found;
  throw new RangeError(
    `no product is called "${product}"; known: ${products.map(({ name }) => name).join(", ")}, envoy`,
  );
}

/** Replays one recording. A product that cannot follow it matches nothing, and says why. */
function replayed(file: string, recording: Recording): ReplayedFile {
  const outcome = { file, product: recording.product, draws: null, whyNot: null };
  try {
    if (recording.format === "lb-golden-vectors/1") return { ...outcome, conformance: checkVectors(recording) };
    const definition = productOf(recording);
    const conformance = replay(recording, definition);
    return { ...outcome, conformance, draws: compareDraws(recording, definition) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const total = recording.format === "lb-golden-trace/1" ? recording.expected.length : 0;
    const nothing: Conformance = { matched: 0, total, mismatches: [] };
    return { ...outcome, conformance: nothing, whyNot: error.message };
  }
}

/** The outcomes of all files that can be read; what is wrong with the others is said as it is found. */
async function replayAll(
  sources: readonly string[],
  world: World,
  each: (outcome: ReplayedFile) => void,
): Promise<{ readonly outcomes: readonly ReplayedFile[]; readonly allRead: boolean }> {
  const colour = wantsColour("auto", world.err, world.environment);
  const outcomes: ReplayedFile[] = [];
  let allRead = true;
  const attempt = async <T>(read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      world.err.write(`${error.message}\n`);
      allRead = false;
      return null;
    }
  };
  for (const source of sources) {
    for (const file of (await attempt(() => recordingFiles(source))) ?? []) {
      const recording = await attempt(() => readRecording(file, colour));
      if (recording === null) continue;
      const outcome = replayed(file, recording);
      outcomes.push(outcome);
      each(outcome);
    }
  }
  return { outcomes, allRead };
}

export const conformCommand: MakeCommand = (world, finish) =>
  new Command("conform")
    .summary("replay recorded decisions of real balancers")
    .description(
      "Replays traces of real load balancers against the lab's own algorithms, and compares every decision: servers, " +
        "errors, cookies, attempts, arrivals. Prints FILE: matched/total. Where a product chose at random, the recorded " +
        "choice is taken if it is one that may be; where all is chance, distributions are compared too.",
    )
    .argument("<files...>", "recordings (.json), or folders of them")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExits with 0 only when every decision of every file is the recorded one, else\nwith 10; with 65 when a file cannot be used." +
        "\n\nExample:\n  evenkeel conform sim/conformance/golden",
    )
    .action(
      finish(async (sources: string[], options: { readonly json?: true }) => {
        const { outcomes, allRead } = await replayAll(sources, world, (outcome) => {
          if (options.json) return;
          world.out.write(`${conformanceLines(outcome).map(safeText).join("\n")}\n`);
        });
        if (options.json) {
          const files = outcomes.map((outcome) => ({ ...outcome, conforms: conforms(outcome) }));
          world.out.write(prettyJson({ schemaVersion: 1, files }));
        }
        if (!allRead) return exitCodes.invalidInput;
        return outcomes.every(conforms) ? exitCodes.fine : exitCodes.expectationNotMet;
      }),
    );
