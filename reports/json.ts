/** JSON as we write it into files: the order of keys is the writer's, lists of plain values stay on one line. */

const isPlain = (value: unknown): boolean => typeof value !== "object" || value === null;

function pretty(value: unknown, indent: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every(isPlain)) return `[${value.map((entry) => JSON.stringify(entry)).join(", ")}]`;
    return `[\n${value.map((entry) => `${inner}${pretty(entry, inner)}`).join(",\n")}\n${indent}]`;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  const lines = entries.map(([key, entry]) => `${inner}${JSON.stringify(key)}: ${pretty(entry, inner)}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}

/** Ends with a line feed. `value` holds plain data without undefined. */
export const prettyJson = (value: unknown): string => `${pretty(value, "")}\n`;
