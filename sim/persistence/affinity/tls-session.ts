import type { Draws } from "../../engine/draws.ts";
import { grown } from "../../engine/grown.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { bindingKnobs, bindingRules } from "./binding-rules.ts";
import { type Key, keyOf } from "./key.ts";
import { KeyedTable } from "./keyed-table.ts";
import { type AffinityContext, defineAffinity } from "./mechanism.ts";
import { tableKnobs, tableOptions } from "./table-knobs.ts";

interface TlsOptions {
  readonly resumingFraction: number;
  readonly timeoutMs: number;
}

/**
 * The id of the client's TLS session. A client that resumes brings it again until the session is too old; any other has a new
 * one on every connection, and here every request is a connection. Both are learned, so that ids that never return fill the
 * table.
 */
class TlsSessionKey implements Key, SessionColumns {
  readonly isShared = false;
  private readonly context: AffinityContext;
  private readonly options: TlsOptions;
  private readonly resuming: Draws;
  /** TLS sessions that the client has had, and when the last one was made. */
  private sessions = new Int32Array(0);
  private madeAtMs = new Float64Array(0);

  constructor(context: AffinityContext, options: TlsOptions) {
    this.context = context;
    this.options = options;
    this.resuming = context.drawsOf("resuming-clients");
    context.attach(this);
  }

  grow(capacity: number): void {
    this.sessions = grown(this.sessions, new Int32Array(capacity));
    this.madeAtMs = grown(this.madeAtMs, new Float64Array(capacity));
  }

  of(request: number): number {
    const { requests } = this.context;
    const session = requests.sessionOf(request);
    return this.resumes(session) ? keyOf(requests.visitOf(session), this.sessions[session]!) : -1;
  }

  private resumes(session: number): boolean {
    const { requests } = this.context;
    const { resumingFraction, timeoutMs } = this.options;
    if (this.sessions[session] === 0 || requests.nowMs - this.madeAtMs[session]! > timeoutMs) return false;
    return this.resuming.at(requests.visitOf(session), 0).uniform() < resumingFraction;
  }

  learnedFrom(request: number): number {
    const { requests } = this.context;
    const session = requests.sessionOf(request);
    if (!this.resumes(session)) {
      this.sessions[session]!++;
      this.madeAtMs[session] = requests.nowMs;
    }
    return keyOf(requests.visitOf(session), this.sessions[session]!);
  }

  whyMissed(request: number): Cause | null {
    return this.resumes(this.context.requests.sessionOf(request)) ? null : "tls-session-changed";
  }

  forget(session: number): void {
    this.sessions[session] = 0;
  }
}

export const tlsSession = defineAffinity({
  name: "tls-session",
  aliases: ["ssl_session_id", "ssl_fc_session_id"],
  summary: "The balancer remembers which server answered a TLS session's id.",
  whenToUse: "TLS that the balancer does not end, and clients old enough to resume by session id.",
  knownFlaw: "Tickets and TLS 1.3 leave no id that lasts: most clients come with a new one every time.",
  source:
    "HAProxy 2.6 stick on payload_lv(43,1); nginx ssl_session_cache (1 MiB for about 4,000 sessions) and ssl_session_timeout 5m; RFC 8446, appendix D.4.",
  knobs: {
    resumingFraction: {
      unit: "fraction",
      default: 0.2,
      minimum: 0,
      maximum: 1,
      summary: "Share of clients that bring the same session id again; to be calibrated.",
    },
    timeoutMs: {
      unit: "ms",
      default: 300_000,
      minimum: 1,
      summary: "Life of a TLS session from its making; a later connection makes a new one (nginx ssl_session_timeout).",
    },
    ...tableKnobs({ entries: 4000, expireMs: 1_800_000 }),
    ...bindingKnobs(),
  },
  create: (knobs, context) =>
    new KeyedTable(context, new TlsSessionKey(context, knobs), tableOptions(knobs), bindingRules(knobs)),
});
