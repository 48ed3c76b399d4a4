/** One server: what is configured, in what state it is, and what it has in hand. */
import type { TraceServer } from "../trace.ts";
import { dynamicCookie } from "./cookie.ts";
import { timeMs, unknown, wordsOf } from "./words.ts";

export interface ServerSettings {
  readonly cookie: string | null;
  readonly isBackup: boolean;
  /** 0: no limit. */
  readonly maxconn: number;
  readonly minconn: number;
  readonly maxqueue: number;
  readonly slowstartMs: number;
  readonly sticks: boolean;
  readonly startsInMaintenance: boolean;
}

export function serverSettings(server: TraceServer, cookieKey: string | null): ServerSettings {
  const extra = extraSettings(server.extra ?? "");
  const { minconn = 0 } = server;
  // Alone, or above it, minconn is the limit.
  const maxconn = Math.max(server.maxconn ?? 0, minconn);
  return {
    ...extra,
    cookie: server.cookie ?? (cookieKey === null ? null : dynamicCookie(cookieKey, server.address)),
    isBackup: server.backup === true,
    maxconn,
    minconn: minconn === 0 ? maxconn : minconn,
    slowstartMs: server.slowstart === undefined ? 0 : timeMs(server.slowstart),
  };
}

function extraSettings(extra: string) {
  let maxqueue = 0;
  let sticks = true;
  let startsInMaintenance = false;
  const words = wordsOf(extra);
  for (let i = 0; i < words.length; i++) {
    if (words[i] === "non-stick") sticks = false;
    else if (words[i] === "disabled") startsInMaintenance = true;
    else if (words[i] === "maxqueue") maxqueue = Number(words[++i]);
    else if (words[i] !== "") unknown("the server option", extra);
  }
  return { maxqueue, sticks, startsInMaintenance };
}

export type Administration = "ready" | "drain" | "maintenance";

/** A request on its way. */
export interface Flow {
  readonly id: number;
  /** The server it is meant for, or was when its choice is to be made anew. */
  server: Server | null;
  assigned: boolean;
  /** Led to its server by persistence. */
  direct: boolean;
  forced: boolean;
  ignored: boolean;
  /** Counts against its server's limit. */
  hasSlot: boolean;
  /** Its server has it. */
  isConnected: boolean;
  retries: number;
  /** Place in the order of waiting; grows. */
  since: number;
}

export class Server {
  readonly index: number;
  readonly name: string;
  readonly id: number;
  readonly settings: ServerSettings;
  readonly configuredWeight: number;
  /** As configured or set since; slow start is on top of it. */
  weight: number;
  state: Administration = "ready";
  accepts = true;
  /** Connections, and those of them that count against the limit. */
  connections = 0;
  slots = 0;
  readonly queue: Flow[] = [];
  /** When it last left maintenance, and when its weight is worked out again; null once slow start is over. */
  warmingSinceMs: number | null = null;
  warmsAtMs: number | null = null;

  constructor(index: number, id: number, server: TraceServer, settings: ServerSettings) {
    this.index = index;
    this.name = server.name;
    this.id = id;
    this.configuredWeight = server.weight ?? 1;
    this.weight = this.configuredWeight;
    this.settings = settings;
    if (settings.startsInMaintenance) this.state = "maintenance";
  }

  /** Balancing may choose it. */
  get isUsable(): boolean {
    return this.state === "ready" && this.weight > 0;
  }
  /** Not even persistence leads to it. */
  get isStopped(): boolean {
    return this.state === "maintenance";
  }

  startWarming(nowMs: number): void {
    if (this.settings.slowstartMs === 0) return;
    this.warmingSinceMs = nowMs;
    this.warmsAtMs = nowMs + this.warmingStepMs;
  }

  stopWarming(): void {
    this.warmingSinceMs = null;
    this.warmsAtMs = null;
  }

  /** One step of slow start, or its end. */
  warm(nowMs: number): void {
    const isWarm = nowMs - this.warmingSinceMs! >= this.settings.slowstartMs;
    if (isWarm) this.stopWarming();
    else this.warmsAtMs = nowMs + this.warmingStepMs;
  }

  private get warmingStepMs(): number {
    return Math.max(1000, this.settings.slowstartMs / 20);
  }

  /** Sixteenths of its weight that count after so long in slow start (server.c, server_recalc_eweight). */
  sixteenths(nowMs: number): number {
    if (this.warmingSinceMs === null) return 16;
    const seconds = Math.floor((nowMs - this.warmingSinceMs) / 1000);
    const whole = Math.ceil(this.settings.slowstartMs / 1000);
    return Math.floor((16 * seconds + whole) / whole);
  }
}
