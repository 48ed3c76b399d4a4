/** What happens to the cluster while it runs. */
import { z } from "zod";
import { closed, complete } from "./closed.ts";
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
}).superRefine(({ crash, scaleOut }, context) => {
  if ((crash === undefined) !== (scaleOut === undefined)) return;
  const found = crash === undefined ? "none" : "crash and scaleOut";
  context.addIssue({
    code: "custom",
    message: `must have exactly one action, crash or scaleOut, found ${found}`,
    params: complete,
  });
});

export type FaultFile = z.output<typeof fault>;
