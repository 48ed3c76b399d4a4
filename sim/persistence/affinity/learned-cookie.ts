import type { Cause } from "../../metrics/causes.ts";
import { bindingKnobs, bindingRules } from "./binding-rules.ts";
import type { Key } from "./key.ts";
import { KeyedTable } from "./keyed-table.ts";
import { type AffinityContext, defineAffinity } from "./mechanism.ts";
import { tableKnobs, tableOptions } from "./table-knobs.ts";

/** The application's session id in a cookie of its own. */
class SessionIdKey implements Key {
  readonly isShared = false;
  private readonly context: AffinityContext;
  private readonly learns: string;

  constructor(context: AffinityContext, learns: string) {
    this.context = context;
    this.learns = learns;
    context.trackIds();
  }

  of(request: number): number {
    const { requests } = this.context;
    return requests.returnsCookies(requests.sessionOf(request)) ? requests.sessionIdOf(request) : -1;
  }

  /**
   * The id that the answer gives out; or the one that the request carried, where requests are learned from too, or where the
   * table knows it and its server has changed.
   */
  learnedFrom(request: number, isKnown: (key: number) => boolean): number {
    const { requests } = this.context;
    const given = requests.answeredIdOf(request);
    if (this.learns !== "carried" && given !== requests.sessionIdOf(request)) return given;
    const carried = this.of(request);
    return carried >= 0 && (this.learns !== "given" || isKnown(carried)) ? carried : -1;
  }

  whyMissed(request: number): Cause | null {
    const { requests } = this.context;
    return requests.returnsCookies(requests.sessionOf(request)) ? null : "cookie-refused";
  }
}

export const learnedCookie = defineAffinity({
  name: "learned-cookie",
  aliases: ["sticky learn", "stick store-response", "appsession"],
  summary: "The balancer learns the application's session id from the answer and remembers whose it is.",
  whenToUse: "Applications with a session cookie, where the balancer must set none of its own.",
  knownFlaw:
    "The binding exists in the balancer alone: a restart or a full table loses it, and a session that goes on is not learned again.",
  source:
    "nginx ngx_http_upstream_sticky_module.c, 2026 (sticky learn: zone, 1 MiB for about 4,000 sessions, timeout 10m); HAProxy 2.6 stick on, stick match, stick store-response.",
  knobs: {
    learns: {
      unit: "choice",
      choices: ["given", "carried", "both"],
      default: "given",
      summary:
        "Ids that an answer gives out (nginx create, HAProxy stick store-response), that a request carries (HAProxy stick on), or both.",
    },
    ...tableKnobs({ entries: 4000, expireMs: 600_000, whenFull: "drop-oldest", sharedMemory: true }),
    ...bindingKnobs(),
  },
  create: (knobs, context) =>
    new KeyedTable(context, new SessionIdKey(context, knobs.learns), tableOptions(knobs), bindingRules(knobs)),
});
