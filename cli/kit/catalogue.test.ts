import { expect, test } from "vitest";
import { balancingAlgorithms } from "../../sim/balancing/index.ts";
import { kitChecks } from "./checks.ts";

/** Enough to find what a user's algorithm gets wrong; the algorithms' own tests look further. */
const HISTORIES = 12;

test.each(balancingAlgorithms.map((definition) => [definition.name, definition] as const))(
  "%s passes every check of the kit",
  (_name, definition) => {
    const failed = kitChecks(() => definition, { histories: HISTORIES }).filter(({ passed }) => !passed);
    expect(failed).toEqual([]);
  },
  120_000,
);
