/** Maps that refuse unknown keys one by one, and maps with exactly one key, which is how variants are written. */
import { z } from "zod";

/** What an issue about an unknown word carries, so that its message can name the nearest known one. */
export const unknownWordParams = z.object({
  rule: z.enum(["unknown key", "unknown name"]),
  /** What the word should have been: "key", "distribution", "balancing algorithm". */
  what: z.string(),
  known: z.array(z.string()).readonly(),
  /** Other names for these: they may be what was meant, and are not listed. */
  aliases: z.array(z.string()).readonly().optional(),
});
export type UnknownWordParams = z.infer<typeof unknownWordParams>;

/** Params of an issue whose message already says what was found. */
export const complete = { rule: "complete" } as const;

/**
 * A map with these keys and no other.
 *
 * Unlike `z.strictObject`, every unknown key is an issue of its own, with its own path. `known` are the keys to name in
 * its message, where `shape` also has other names for them.
 */
export function closed<Shape extends z.ZodRawShape>(
  shape: Shape,
  what = "key",
  known: readonly string[] = Object.keys(shape),
) {
  const aliases = Object.keys(shape).filter((key) => !known.includes(key));
  const params: UnknownWordParams = { rule: "unknown key", what, known, aliases };
  return z
    .object(shape, { error: `must be a map with the keys ${known.join(", ")}` })
    .catchall(z.custom<unknown>(() => false, { params }))
    .meta({ additionalProperties: false });
}

/** A map with exactly one of these keys: `{ exponential: 7s }`. Every entry of `shape` must be optional. */
export function exactlyOne<Shape extends z.ZodRawShape>(
  shape: Shape,
  what: string,
  known: readonly string[] = Object.keys(shape),
) {
  return closed(shape, what, known)
    .meta({ minProperties: 1, maxProperties: 1 })
    .superRefine((value, context) => {
      const given = Object.keys(value);
      if (given.length === 1) return;
      context.addIssue({
        code: "custom",
        message: `must have exactly one ${what}, found ${given.join(" and ") || "none"}\nknown: ${known.join(", ")}`,
        params: complete,
      });
    });
}
