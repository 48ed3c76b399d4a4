/** nginx's sticky sessions, open source since 1.29.6: which server a request asks for, and what its answer says of it. */
import { md5 } from "@noble/hashes/legacy.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Clock } from "../../engine/kernel.ts";
import type { RecordedRequests } from "../recorded-requests.ts";
import type { TraceServer } from "../trace.ts";
import type { StickySettings } from "./settings.ts";
import { firstOf } from "./variables.ts";

/** A server is asked for by its `route=`, or else by the MD5 of its address. */
export const idOf = ({ route, address }: TraceServer): string => route ?? bytesToHex(md5(utf8ToBytes(address)));

export class Sticky {
  private readonly settings: StickySettings;
  private readonly requests: RecordedRequests;
  private readonly clock: Clock;
  /** The learned sessions; they outlive a reload, as the shared memory that holds them does. */
  private readonly sessions = new Map<string, { id: string; usedAtMs: number }>();

  constructor(settings: StickySettings, requests: RecordedRequests, clock: Clock) {
    this.settings = settings;
    this.requests = requests;
    this.clock = clock;
  }

  /** The id of the server that the request asks for; "" when it asks for none. */
  wantedBy(request: number): string {
    const { settings, requests } = this;
    if (settings.kind === "cookie") return firstOf([`cookie_${settings.name}`], requests, request);
    if (settings.kind === "route") return firstOf(settings.variables, requests, request);
    const session = firstOf(settings.lookup, requests, request);
    const known = this.sessions.get(session);
    if (known === undefined || this.clock.nowMs - known.usedAtMs >= settings.timeoutMs) return "";
    return known.id;
  }

  /** The Set-Cookie header of an answer for which `server` was tried last; null when there is none. */
  cookieFor(server: TraceServer): string | null {
    if (this.settings.kind !== "cookie") return null;
    return `${this.settings.name}=${idOf(server)}${this.settings.attributes}`;
  }

  /** `server` has answered: a session that the answer begins is remembered, one that came with the request moves there. */
  answered(request: number, server: TraceServer): void {
    const { settings, requests } = this;
    if (settings.kind !== "learn") return;
    const created = firstOf(settings.create, requests, request);
    const session = created === "" ? firstOf(settings.lookup, requests, request) : created;
    const known = this.sessions.get(session);
    const isLive = known !== undefined && this.clock.nowMs - known.usedAtMs < settings.timeoutMs;
    if (session !== "" && (created !== "" || isLive)) {
      this.sessions.set(session, { id: idOf(server), usedAtMs: this.clock.nowMs });
    }
  }
}
