import { expect, test } from "vitest";
import { scenarioReference } from "./reference.ts";

test("reference.md is what the schema says", async () => {
  await expect(
    `# Keys of a scenario file\n\nMade from the schema; the tests keep it so.\n\n${scenarioReference()}`,
  ).toMatchFileSnapshot("./reference.md");
});

test("a row stands for each key, with its default as a file would write it", () => {
  const rows = scenarioReference().replaceAll(/ +\|/g, " |");
  expect(rows).toContain(
    "| `cluster.balancers.healthCheck.interval` | duration | `2s` | Time between two checks of a server. |",
  );
  expect(rows).toContain("| `duration` | duration | required |");
  expect(rows.match(/`cluster\.servers(\[\])?\.count`/g)).toHaveLength(1);
});
