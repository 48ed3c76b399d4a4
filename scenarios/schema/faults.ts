/** What happens to the cluster while it runs. */
import { z } from "zod";
import { closed } from "./closed.ts";
import { duration, durationOrNone, text } from "./quantities.ts";

const target = text("the name of a server such as server-3, or store");

export const fault = closed({
  at: duration().describe("When it happens."),
  crash: z
    .union([target, z.array(target).min(1, { error: "must hold at least one server" })], {
      error: "must be the name of a server such as server-3, a list of them, or store",
    })
    .describe("Servers that crash at once, or store: the session store.")
    .optional(),
  scaleOut: text("the name of a group of servers")
    .describe("A group of servers that joins now; until then it does not exist for anyone.")
    .optional(),
  restartAfter: durationOrNone({ above: 0 })
    .describe("A crashed server comes back, with empty memory, after this long; none: it stays down.")
    .optional(),
}).superRefine((value, context) => {
  const actions = [value.crash, value.scaleOut].filter((action) => action !== undefined);
  if (actions.length !== 1) {
    context.addIssue({
      code: "custom",
      message: "must have exactly one action\nactions: crash, scaleOut",
      input: value,
    });
  } else if (value.scaleOut !== undefined && value.restartAfter !== undefined) {
    context.addIssue({
      code: "custom",
      path: ["restartAfter"],
      message: "belongs to a crash, and this is a scale-out\nleave it out",
      input: value.restartAfter,
    });
  }
});

export type FaultFile = z.output<typeof fault>;
