import { Command, Option } from "commander";
import { prettyJson } from "../../reports/json.ts";
import { wrapText } from "../../reports/text-table.ts";
import { exitCodes } from "../errors.ts";
import type { Check } from "../kit/checks.ts";
import { jsonOption, wholeNumber } from "../options.ts";
import { type OwnKind, type OwnSource, ownKinds, readOwn } from "../own/source.ts";
import { safeText } from "../safe-text.ts";
import { reportWidth } from "../world.ts";
import type { MakeCommand } from "./command.ts";

const HISTORIES = 100;
const RUNS = 60;

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
  evenkeel compare lost-cart --algorithm mine.ts

An affinity, in a file last-server.ts; clients carry the number of a server:
  export default {
    name: "last-server",
    create(knobs, { requests, attach }) {
      const serverOf = new Map();
      return {
        lookup: (request) => serverOf.get(requests.sessionOf(request)) ?? -1,
        answered(request, balancer, server) {
          serverOf.set(requests.sessionOf(request), server);
        },
        forget: (session) => serverOf.delete(session),
        whyElsewhere: () => "binding-expired",
      };
    },
  };

A state backend, in a file one-copy.ts: all sessions in one place, 1 ms away:
  export default {
    name: "one-copy",
    create(knobs, context, { FOUND, MISSING, PENDING, WRITTEN }) {
      const writes = new Map();
      const made = {
        cause: null, writesRead: 0, writesWritten: 0,
        read(request) {
          context.scheduleRead(context.nowMs + 1, request);
          return PENDING;
        },
        readDone(request) {
          const held = writes.get(context.sessionOf(request));
          made.writesRead = held ?? 0;
          return held === undefined ? MISSING : FOUND;
        },
        write(request) {
          context.scheduleWrite(context.nowMs + 1, request);
          return PENDING;
        },
        writeDone(request, server, contains, changed) {
          const session = context.sessionOf(request);
          const held = writes.get(session) ?? 0;
          made.writesWritten = context.contentOf(held, contains, changed);
          writes.set(session, made.writesWritten);
          return WRITTEN;
        },
        forget: (session) => writes.delete(session),
      };
      return made;
    },
  };

A whole strategy, in a file whole.ts; parts by name, with knobs, or written out:
  export default {
    name: "whole",
    balancing: "least-connections",
    affinity: { use: "balancer-cookie", knobs: { maxIdleMs: 60000 } },
    state: { create: (knobs, context, words) => … },
  };

What they may know and must say: sim/persistence/affinity/mechanism.ts and
sim/persistence/state/backend.ts. Next:
  evenkeel kit one-copy.ts --kind state
  evenkeel compare checkout-crash --state one-copy.ts
  evenkeel compare checkout-crash --affinity last-server.ts`;

/** @param scenario the smallest run found, as a file */
function checkLines(
  { rule, passed, saw, example: steps, fix }: Check,
  scenario: string | null,
  width: number,
): string[] {
  const head = `  ${passed === null ? "unknown" : passed ? "passed " : "FAILED "}  `;
  const under = (text: string, label = "") =>
    wrapText(text, width - head.length - label.length).map(
      (line, at) => " ".repeat(head.length) + (at === 0 ? label : " ".repeat(label.length)) + line,
    );
  if (passed !== false) return [`${head}${rule}`, ...under(saw)];
  const shown =
    steps === null ? [] : [...under("smallest case found:"), ...steps.flatMap((step) => under(step, "  - "))];
  const run =
    scenario === null
      ? []
      : [
          ...under("smallest run found:"),
          ...scenario
            .trimEnd()
            .split("\n")
            .map((line) => `${" ".repeat(head.length + 2)}${line}`),
        ];
  return [`${head}${rule}`, ...under(saw, "saw  "), ...shown, ...run, ...under(fix ?? "", "fix  ")];
}

interface KitCommandOptions {
  readonly kind: OwnKind;
  readonly runs: number;
  readonly json?: true;
}

async function checksFor(source: OwnSource, runs: number): Promise<readonly Check[]> {
  const { definitionOf } = await import("../own/definition.ts");
  if (source.kind !== "algorithm") {
    const { runChecks } = await import("../kit/run-checks.ts");
    return runChecks(source.kind, () => definitionOf(source), { histories: runs });
  }
  const { kitChecks } = await import("../kit/checks.ts");
  return kitChecks(() => definitionOf(source).parts.balancing[0]!, { histories: HISTORIES });
}

export const kitCommand: MakeCommand = (world, finish) =>
  new Command("kit")
    .summary("check a part or a strategy of your own")
    .description(
      "Puts a balancing algorithm of your own through thousands of made-up decisions, an affinity, a state backend or a " +
        "whole strategy through made-up runs, and shows the smallest case in which it breaks a rule. What an algorithm " +
        "costs is counted in reads of its view; what it does with its own memory is not seen.",
    )
    .argument("<file>", "a file in TypeScript or JavaScript")
    .addOption(new Option("--kind <kind>", "what the file holds").choices(ownKinds).default("algorithm"))
    .option(
      "--runs <number>",
      "made-up runs for each check, of anything but an algorithm",
      wholeNumber(1, 10_000),
      RUNS,
    )
    .addOption(jsonOption())
    .addHelpText("after", example)
    .action(
      finish(async (file: string, { kind, runs, json }: KitCommandOptions) => {
        const { definitionOf } = await import("../own/definition.ts");
        const { exampleText } = await import("../kit/run-checks.ts");
        const source = await readOwn(kind, file);
        const { name } = definitionOf(source);
        const checks = await checksFor(source, runs);
        const failed = checks.filter(({ passed }) => passed === false).length;
        const scenarioOf = ({ scenario }: Check): string | null =>
          scenario === undefined || scenario === null ? null : exampleText(kind, name, scenario);
        if (json) {
          const told = checks.map((check) => ({ ...check, scenario: scenarioOf(check) }));
          world.out.write(prettyJson({ schemaVersion: 1, [kind]: name, sha256: source.sha256, failed, checks: told }));
        } else {
          const width = reportWidth(world.out);
          const verdict = failed === 0 ? "all passed" : `${failed} failed`;
          const title = `${name} (${safeText(file)}): ${checks.length} checks, ${verdict}`;
          const lines = checks.flatMap((check) => checkLines(check, scenarioOf(check), width));
          world.out.write(`${[title, "", ...lines].join("\n")}\n`);
        }
        return failed === 0 ? exitCodes.fine : exitCodes.expectationNotMet;
      }),
    );
