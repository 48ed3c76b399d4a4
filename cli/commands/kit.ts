import { Command } from "commander";
import { prettyJson } from "../../reports/json.ts";
import { wrapText } from "../../reports/text-table.ts";
import { exitCodes } from "../errors.ts";
import type { Check } from "../kit/checks.ts";
import { jsonOption } from "../options.ts";
import { safeText } from "../safe-text.ts";
import { reportWidth } from "../world.ts";
import type { MakeCommand } from "./command.ts";

const HISTORIES = 100;

const example = `
An algorithm, in a file mine.ts:
  export default {
    name: "next-in-turn",
    create(knobs, { fleet }) {
      let turn = -1;
      return {
        pick(request, avoid) {
          for (let tried = 0; tried < fleet.eligibleCount; tried++) {
            turn = (turn + 1) % fleet.eligibleCount;
            const server = fleet.eligible[turn];
            if (server !== avoid && !fleet.isBarred[server]) return server;
          }
          return fleet.isEligible[avoid] && !fleet.isBarred[avoid] ? avoid : -1;
        },
      };
    },
  };

What it may know and is told: sim/balancing/algorithm.ts. Next:
  evenkeel kit mine.ts
  evenkeel compare lost-cart --algorithm mine.ts`;

function checkLines({ rule, passed, saw, example: steps, fix }: Check, width: number): string[] {
  const head = `  ${passed === null ? "unknown" : passed ? "passed " : "FAILED "}  `;
  const under = (text: string, label = "") =>
    wrapText(text, width - head.length - label.length).map(
      (line, at) => " ".repeat(head.length) + (at === 0 ? label : " ".repeat(label.length)) + line,
    );
  if (passed !== false) return [`${head}${rule}`, ...under(saw)];
  const shown =
    steps === null ? [] : [...under("smallest case found:"), ...steps.flatMap((step) => under(step, "  - "))];
  return [`${head}${rule}`, ...under(saw, "saw  "), ...shown, ...under(fix ?? "", "fix  ")];
}

export const kitCommand: MakeCommand = (world, finish) =>
  new Command("kit")
    .summary("check an algorithm of your own")
    .description(
      "Puts a balancing algorithm of your own through thousands of made-up decisions, and shows the smallest case in " +
        "which it breaks a rule. What it costs is counted in reads of its view; what it does with its own memory is not seen.",
    )
    .argument("<file>", "a file in TypeScript or JavaScript")
    .addOption(jsonOption())
    .addHelpText("after", example)
    .action(
      finish(async (file: string, { json }: { json?: true }) => {
        const { readAlgorithm } = await import("../algorithm/source.ts");
        const { definitionOf } = await import("../algorithm/definition.ts");
        const { kitChecks } = await import("../kit/checks.ts");
        const source = await readAlgorithm(file);
        const { name } = definitionOf(source);
        const checks = kitChecks(() => definitionOf(source), { histories: HISTORIES });
        const failed = checks.filter(({ passed }) => passed === false).length;
        if (json) {
          world.out.write(prettyJson({ schemaVersion: 1, algorithm: name, sha256: source.sha256, failed, checks }));
        } else {
          const width = reportWidth(world.out);
          const verdict = failed === 0 ? "all passed" : `${failed} failed`;
          const title = `${name} (${safeText(file)}): ${checks.length} checks, ${verdict}`;
          world.out.write(`${[title, "", ...checks.flatMap((check) => checkLines(check, width))].join("\n")}\n`);
        }
        return failed === 0 ? exitCodes.fine : exitCodes.expectationNotMet;
      }),
    );
