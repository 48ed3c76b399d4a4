/** The JSON Schema for editors: completion and hover in any YAML language server. */
import { z } from "zod";
import { scenarioFile } from "./schema/index.ts";

/** Draft-07, the newest that the YAML language server understands, of what a file may hold before it is read. */
export function scenarioJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(scenarioFile, { target: "draft-7", io: "input", unrepresentable: "any" });
  return { title: "Evenkeel scenario", ...schema };
}
