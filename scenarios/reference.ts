/** The reference of the file format, made from the schema that checks it. */
import { z } from "zod";
import { scenarioJsonSchema } from "./json-schema.ts";

interface Row {
  readonly path: string;
  readonly value: string;
  /** As a file would write it; null where there is none. */
  readonly defaultValue: string | null;
  readonly isRequired: boolean;
  readonly description: string;
}

/** As much of a JSON Schema as the reference reads. */
interface Schema {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly type?: string | readonly string[] | undefined;
  readonly const?: string | undefined;
  readonly enum?: readonly string[] | undefined;
  readonly required?: readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly additionalProperties?: Schema | boolean | undefined;
  readonly items?: Schema | readonly Schema[] | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly oneOf?: readonly Schema[] | undefined;
}

const schemaOf: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    title: z.string().optional(),
    description: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    const: z.string().optional(),
    enum: z.array(z.string()).optional(),
    required: z.array(z.string()).optional(),
    properties: z.record(z.string(), schemaOf).optional(),
    additionalProperties: z.union([z.boolean(), schemaOf]).optional(),
    items: z.union([schemaOf, z.array(schemaOf)]).optional(),
    anyOf: z.array(schemaOf).optional(),
    oneOf: z.array(schemaOf).optional(),
  }),
);

/** Every key of a scenario file in the order of the schema, as a Markdown table. */
export function scenarioReference(): string {
  const rows = onceEach(rowsOf(schemaOf.parse(scenarioJsonSchema()), ""));
  return table([
    ["key", "value", "default", "meaning"],
    ...rows.map(({ path, value, defaultValue, isRequired, description }) => [
      `\`${path}\``,
      value,
      defaultValue === null ? (isRequired ? "required" : "") : `\`${defaultValue}\``,
      description,
    ]),
  ]);
}

/** A Markdown table whose columns stand in line in the source too. The first row is the head. */
function table([head = [], ...body]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...body].map((row) => [...(row[column] ?? "")].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - [...cell].length)).join(" | ")} |\n`;
  return [head, widths.map((width) => "-".repeat(width)), ...body].map(line).join("");
}

/** A key of several variants (`process`) has a row for each. */
function rowsOf(schema: Schema, prefix: string): readonly Row[] {
  const alternatives = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const rows = alternatives.flatMap((alternative) => [
    ...Object.entries(alternative.properties ?? {}).flatMap(([key, property]) => {
      const path = `${prefix}${key}`;
      const row: Row = {
        path,
        value: valueText(property),
        defaultValue: property.default === undefined ? null : written(property.default),
        isRequired: alternative.required?.includes(key) ?? false,
        description: property.description ?? "",
      };
      return [row, ...innerRows(property, path)];
    }),
    ...(alternative === schema ? [] : innerRows(alternative, prefix.slice(0, -1))),
  ]);
  return rows;
}

/** Drops repetitions: what several variants share, and the entries of a list that may also stand alone. */
function onceEach(rows: readonly Row[]): readonly Row[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const key = written({ ...row, path: row.path.replaceAll("[]", "") });
    return !seen.has(key) && seen.add(key);
  });
}

/** Rows below `path`. What has a title is explained by it and not taken apart. */
function innerRows(schema: Schema, path: string): readonly Row[] {
  if (schema.title !== undefined) return [];
  const { additionalProperties: entry, items } = schema;
  return [
    ...rowsOf(schema, `${path}.`),
    ...(typeof entry === "object" ? innerRows(entry, `${path}.<name>`) : []),
    ...(items === undefined || isList(items) ? [] : innerRows(items, `${path}[]`)),
  ];
}

const isList = (items: Schema | readonly Schema[]): items is readonly Schema[] => Array.isArray(items);

function valueText(schema: Schema): string {
  if (schema.title !== undefined) return schema.title;
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum !== undefined)
    return schema.enum.length > 8 ? "name" : schema.enum.map((word) => `\`${word}\``).join(" · ");
  const alternatives = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (alternatives.length > 0) return [...new Set(alternatives.map(valueText))].join(" or ");
  return typeof schema.type === "string" ? (typeNames[schema.type] ?? schema.type) : "";
}

const typeNames: Readonly<Record<string, string>> = {
  object: "map",
  array: "list",
  string: "text",
  boolean: "true or false",
};

/** `{ count: 1000, zipf: 1 }`, as in flow style. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const members = Object.entries(value).map(([key, member]) => `${key}: ${written(member)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
