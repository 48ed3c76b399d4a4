/** What happens to the cluster while it runs. */
import { z } from "zod";
import { closed, complete } from "./closed.ts";
import { duration, durationOrNone, text } from "./quantities.ts";

/** One thing, or several at once. */
const targets = (what: string) =>
  z.union([text(what), z.array(text(what)).min(1, { error: "must hold at least one name" })], {
    error: `must be ${what}, or a list of them`,
  });

const server = "the name of a server such as server-3, or of a group of servers";
const serverOrStore = `${server}, or store, or one of its nodes such as store-1`;
const node = "store, or one of its nodes such as store-1";
const balancer = "balancers, or one of them such as balancer-1";

/** What a fault can do: how messages call it, what it befalls, and which further keys belong to it. */
export const faultActions = {
  crash: { said: "a crash", befalls: ["server", "group", "store"], takes: ["restartAfter"] },
  drain: { said: "a drain", befalls: ["server", "group"], takes: ["every", "stopAfter", "killAfter", "restartAfter"] },
  scaleIn: { said: "a scale-in", befalls: ["server", "group"], takes: ["stopAfter", "killAfter", "keepListed"] },
  scaleOut: { said: "a scale-out", befalls: ["group"], takes: [] },
  failChecks: { said: "failing checks", befalls: ["server", "group"], takes: ["for"] },
  restart: { said: "a restart", befalls: ["balancer"], takes: ["for"] },
  reload: { said: "a reload", befalls: ["balancer"], takes: [] },
  hang: { said: "a hang", befalls: ["store"], takes: ["for"] },
  cutOff: { said: "a cut-off", befalls: ["store"], takes: ["for"] },
  flush: { said: "a flush", befalls: ["store"], takes: [] },
} as const satisfies Readonly<
  Record<string, { readonly said: string; readonly befalls: readonly string[]; readonly takes: readonly string[] }>
>;

export type FaultAction = keyof typeof faultActions;
export const faultActionNames = Object.keys(faultActions) as readonly FaultAction[];

export const fault = closed({
  at: duration().describe("When it happens."),
  crash: targets(serverOrStore)
    .describe("Servers that crash, all at once; or store, the session store, or nodes of it such as store-1.")
    .optional(),
  drain: targets(server)
    .describe("Servers that get no new sessions from now on; of those bound to them the affinity's rules decide.")
    .optional(),
  scaleIn: targets(server)
    .describe("Servers that drain, are stopped, and leave the balancers' configuration for good.")
    .optional(),
  scaleOut: text("the name of a group of servers")
    .describe("A group of servers that joins now; until then it does not exist for anyone.")
    .optional(),
  failChecks: targets(server)
    .describe("Servers that work on with all they remember, while the balancers' health checks of them fail.")
    .optional(),
  restart: targets(balancer)
    .describe("Balancers that restart: what they have under way breaks off, and their tables are gone.")
    .optional(),
  reload: targets(balancer)
    .describe("Balancers whose new process takes over with what the old one teaches it, if the affinity has it do so.")
    .optional(),
  hang: targets(node).describe("The session store, or nodes of it, that keep their data and answer nobody.").optional(),
  cutOff: targets(node)
    .describe("Nodes of the session store that servers reach, and the store's other nodes do not.")
    .optional(),
  flush: targets(node).describe("The session store, or nodes of it: everything in it is deleted.").optional(),
  for: durationOrNone({ above: 0 })
    .describe(
      "How long a hang, a cut-off or failing checks last, none: to the end; how long a restarting balancer is away, none: no time.",
    )
    .optional(),
  every: duration({ above: 0 })
    .describe("The servers of a drain take turns, one after each such time; absent, they drain all at once.")
    .optional(),
  stopAfter: durationOrNone()
    .describe("A server that drained so long is stopped; without it a drain never ends, and a scale-in stops at once.")
    .optional(),
  killAfter: durationOrNone()
    .describe(
      "What a stopped server has begun is broken off after this long; none: never. 30s unless told (Kubernetes).",
    )
    .optional(),
  restartAfter: durationOrNone({ above: 0 })
    .describe("A crashed or stopped server comes back, with empty memory, after this long; none: it stays down.")
    .optional(),
  keepListed: z
    .boolean({ error: "must be true or false" })
    .describe(
      "Balancers keep a server that is scaled in listed as down, so that hashes still count it (nginx's advice).",
    )
    .optional(),
}).superRefine((given, context) => {
  const actions = faultActionNames.filter((action) => given[action] !== undefined);
  if (actions.length === 1) return;
  context.addIssue({
    code: "custom",
    message: `must have exactly one action, found ${actions.join(" and ") || "none"}\nknown: ${faultActionNames.join(", ")}`,
    params: complete,
  });
});

export type FaultFile = z.output<typeof fault>;
