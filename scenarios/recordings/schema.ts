/** The form of recorded traces and of published figures; what a product makes of their settings is up to the product. */
import { z } from "zod";
import { complete } from "../schema/closed.ts";

const text = z.string({ error: "must be a text" });
const whole = z.int({ error: "must be a whole number of at least 0" }).min(0, "must be a whole number of at least 0");
const number = z.number({ error: "must be a number" }).min(0, "must be a number of at least 0");
const texts = z.record(z.string(), text, { error: "must be a map from names to texts" });
const settings = z.record(z.string(), z.unknown(), { error: "must be a map of settings" });
const listOf = <T extends z.ZodType>(what: string, entry: T) => z.array(entry, { error: `must be a list of ${what}` });

const server = z.looseObject(
  {
    name: text,
    address: text.regex(/:\d+$/, 'must be host and port, such as "127.0.0.1:8080"'),
    weight: number.optional(),
    backup: z.boolean({ error: "must be true or false" }).optional(),
    id: whole.optional(),
    lbset: whole.optional(),
    maxconn: number.optional(),
    minconn: number.optional(),
    max_conns: whole.optional(),
    max_requests: whole.optional(),
  },
  { error: "must be a map that describes a server" },
);

const named = ["server-down", "server-up", "server-drain", "server-remove", "listener-off", "listener-on"] as const;
const bare = ["reload", "clear-table", "observe-weights", "observe-table", "observe-traffic"] as const;
const known = [...named, ...bare, "req", "open", "close", "set-weight", "server-add", "wait"].join(", ");

const request = {
  ip: text.optional(),
  uri: text.optional(),
  method: text.optional(),
  headers: texts.optional(),
  cookie: text.optional(),
  respHeaders: texts.optional(),
  size: whole.optional(),
  bodySize: whole.optional(),
  tx: whole.optional(),
  rx: whole.optional(),
};

const step = z.discriminatedUnion(
  "op",
  [
    z.looseObject({ op: z.literal("req"), times: whole.optional(), ...request }),
    z.looseObject({ op: z.literal("open"), id: whole, ...request }),
    z.looseObject({ op: z.literal("close"), id: whole }),
    z.looseObject({ op: z.literal("set-weight"), name: text, weight: number }),
    z.looseObject({ op: z.literal("server-add"), name: text, weight: number.optional(), address: text.optional() }),
    z.looseObject({ op: z.enum(named), name: text }),
    z.looseObject({ op: z.literal("wait"), ms: number }),
    z.looseObject({ op: z.enum(bare) }),
  ],
  { error: `must be a step, with one of these as its op: ${known}` },
);

const verdict = text.regex(/^[^!]|^!\d{3}$/, "must be a server's name or an error of the balancer, such as !503");

export const traceSchema = z
  .looseObject({
    format: z.literal("lb-golden-trace/1"),
    product: text,
    version: text,
    algorithm: text,
    frontMode: z.enum(["proxy", "bind"], { error: "must be proxy or bind" }),
    config: settings,
    servers: listOf("servers", server),
    spares: listOf("servers", server).optional(),
    steps: listOf("steps", step),
    expected: listOf("servers' names and errors", verdict),
    setCookie: listOf("texts, nulls and lists of texts", z.union([z.null(), text, z.array(text)])).optional(),
    free: listOf("requests", z.union([whole, z.literal("all")], { error: 'must be a request or "all"' })).optional(),
    attempts: z
      .record(z.string().regex(/^\d+$/), listOf("servers' names", text), { error: "must be a map by request" })
      .optional(),
    arrivals: listOf(
      "arrivals",
      z.tuple([whole, whole, text], { error: "must be a list of step, request and server" }),
    ).optional(),
    clock: listOf("times in ms", number).optional(),
    distribution: z
      .looseObject(
        { count: z.record(z.string(), whole, { error: "must be a map from servers to counts" }) },
        { error: "must be a map with a count for each server" },
      )
      .optional(),
  })
  .superRefine((trace, context) => {
    for (const [path, message] of contradictionsIn(trace)) {
      context.addIssue({ code: "custom", path: [...path], message, params: complete });
    }
  });

type Checked = Pick<z.infer<typeof traceSchema>, "steps" | "expected" | "setCookie" | "free" | "clock">;

/** What parts of a trace say against each other: where, and what. */
function* contradictionsIn(trace: Checked): Generator<readonly [path: readonly (string | number)[], message: string]> {
  let requests = 0;
  const held = new Set<number>();
  for (const [index, each] of trace.steps.entries()) {
    if (each.op === "req") requests += each.times ?? 1;
    else if (each.op === "open") {
      if (each.id !== requests) yield [["steps", index, "id"], `must be ${requests}, its number, found ${each.id}`];
      held.add(each.id);
      requests++;
    } else if (each.op === "close" && !held.delete(each.id)) {
      yield [["steps", index, "id"], `must be a request that is held, found ${each.id}`];
    }
  }
  const lengths = [
    ["expected", trace.expected, requests],
    ["setCookie", trace.setCookie, requests],
    ["clock", trace.clock, trace.steps.length],
  ] as const;
  for (const [name, list, length] of lengths) {
    if (list !== undefined && list.length !== length) {
      const each = name === "clock" ? "step" : "request";
      yield [[name], `must have one entry for each ${each}, ${length}, found ${list.length}`];
    }
  }
  for (const [index, each] of (trace.free ?? []).entries()) {
    if (each !== "all" && each >= requests)
      yield [["free", index], `must be a request below ${requests}, found ${each}`];
  }
  for (const [index, atMs] of (trace.clock ?? []).entries()) {
    if (atMs < (trace.clock![index - 1] ?? 0)) yield [["clock", index], `must not go back, found ${atMs}`];
  }
}

export const vectorsSchema = z.looseObject({
  format: z.literal("lb-golden-vectors/1"),
  product: text,
  version: text,
  algorithm: text,
  config: settings,
  hosts: listOf("hosts", z.looseObject({ key: text, weight: number.optional() })),
  ring: listOf("host and position", z.tuple([text, text], { error: "must be host and position" })).optional(),
  table: listOf("hosts", text).optional(),
  lookups: listOf(
    "look-ups",
    z.union([z.tuple([text, text]), z.tuple([text, text, whole])], { error: "must be hash, host and attempt" }),
  ).optional(),
});

/** Either of the two, by its `format`. */
export const recordingSchema = z.discriminatedUnion("format", [traceSchema, vectorsSchema], {
  error: "must be a map with a format",
});
