/** The parts of a trace's configuration that decide something. @throws RangeError for what we cannot follow. */
import type { Trace } from "../trace.ts";
import { type Balance, balanceOf } from "./balance.ts";
import { Acls, type Condition, ruleOf } from "./conditions.ts";
import { type CookieSettings, cookieSettings } from "./cookie.ts";
import { type StickRule, type StickSettings, stickRule, tableSettings } from "./stick.ts";
import { isAtLeast, type Version, versionOf } from "./version.ts";
import { unknown, wordsOf } from "./words.ts";

/** When a retry goes elsewhere: never, on the last retries (negative, counted from the last), or on every n-th. */
export type RedispatchAfter = number;

export interface PersistRule {
  readonly forces: boolean;
  readonly when: Condition;
}

export interface Configuration {
  readonly version: Version;
  readonly balance: Balance;
  readonly retries: number;
  /** 0 without `option redispatch`. */
  readonly redispatchAfter: RedispatchAfter;
  /** `option persist`: also to servers that are stopped. */
  readonly persists: boolean;
  readonly allBackups: boolean;
  readonly persistRules: readonly PersistRule[];
  readonly cookie: CookieSettings | null;
  readonly dynamicCookieKey: string | null;
  readonly stick: StickSettings | null;
  readonly fullconn: number;
  /** Requests that a server takes over when it comes up count as its own (3.2). */
  readonly countsTakenOver: boolean;
  /** Servers of the same load are drawn at random (leastconn from 3.2). */
  readonly drawsTies: boolean;
}

/** What the lines of the backend say, while they are read. */
class Lines {
  readonly acls = new Acls();
  redispatchAfter = 0;
  persists = false;
  allBackups = false;
  retries: number | null = null;
  fullconn: number | null = null;
  cookie: CookieSettings | null = null;
  dynamicCookieKey: string | null = null;
  hashType: string | null = null;
  hashBalanceFactor: number | null = null;
  table: StickSettings["table"] | null = null;
  readonly stickRules: StickRule[] = [];
  readonly persistRules: PersistRule[] = [];

  read(line: string): void {
    const [keyword = "", ...rest] = wordsOf(line);
    switch (keyword) {
      case "":
      // Times that no script reaches, and what only concerns logs.
      case "timeout":
      case "log":
        return;
      case "acl":
        return this.acls.define(rest);
      case "option":
        return this.option(rest, line);
      case "no":
        return this.withdraw(rest, line);
      case "cookie":
        this.cookie = cookieSettings(rest);
        return;
      case "dynamic-cookie-key":
        this.dynamicCookieKey = rest[0] ?? "";
        return;
      case "fullconn":
        this.fullconn = Number(rest[0]);
        return;
      case "retries":
        this.retries = Number(rest[0]);
        return;
      case "hash-type":
        this.hashType = rest.join(" ");
        return;
      case "hash-balance-factor":
        this.hashBalanceFactor = Number(rest[0]);
        return;
      case "stick-table":
        this.table = tableSettings(line);
        return;
      case "stick":
        this.stickRules.push(stickRule(line, this.acls));
        return;
      case "force-persist":
      case "ignore-persist":
        this.persistRules.push({ forces: keyword === "force-persist", when: ruleOf(line, this.acls).when });
        return;
      default:
        return unknown("the line", line);
    }
  }

  private option([name, value]: readonly string[], line: string): void {
    if (name === "redispatch") this.redispatchAfter = value === undefined ? -1 : Number(value);
    else if (name === "persist") this.persists = true;
    else if (name === "allbackups") this.allBackups = true;
    else if (name !== "httpclose" && name !== "http-server-close") unknown("the option", line);
  }

  private withdraw([keyword, name]: readonly string[], line: string): void {
    if (keyword === "option" && name === "redispatch") this.redispatchAfter = 0;
    else if (keyword === "option" && name === "persist") this.persists = false;
    else if (keyword === "option" && name === "allbackups") this.allBackups = false;
    else unknown("the line", line);
  }
}

export function configurationOf(trace: Trace): Configuration {
  const { config } = trace;
  const version = versionOf(trace.version);
  const lines = new Lines();
  for (const line of (config["backend"] as readonly string[] | undefined) ?? []) lines.read(line);
  if (lines.stickRules.length > 0 && lines.table === null) unknown("stick rules without a", "stick-table");
  const balance = balanceOf(
    {
      balance: String(config["balance"] ?? "roundrobin"),
      hashType: String(config["hashType"] ?? lines.hashType ?? "map-based"),
      hashBalanceFactor: Number(config["hashBalanceFactor"] ?? lines.hashBalanceFactor ?? 0),
      hashKey: hashKeyOf(trace),
    },
    version,
  );
  return {
    version,
    balance,
    retries: Number(config["retries"] ?? lines.retries ?? 3),
    redispatchAfter: lines.redispatchAfter,
    persists: lines.persists,
    allBackups: lines.allBackups,
    persistRules: lines.persistRules,
    cookie: lines.cookie,
    dynamicCookieKey: lines.dynamicCookieKey,
    stick: lines.table && { table: lines.table, rules: lines.stickRules },
    fullconn: lines.fullconn ?? defaultFullconn(String(config["text"] ?? "")),
    countsTakenOver: isAtLeast(version, 3, 2),
    drawsTies: isAtLeast(version, 3, 2) && balance.algorithm === "least-connections",
  };
}

/** A tenth of what the front end takes, which is what the whole program takes. */
function defaultFullconn(text: string): number {
  return Math.ceil(Number(/^\s*maxconn\s+(\d+)/m.exec(text)?.[1] ?? 0) / 10);
}

/** One for all servers: an algorithm has one kind of ring. */
function hashKeyOf({ servers, spares = [] }: Trace): string {
  const keys = new Set([...servers, ...spares].map(({ hashKey = "id" }) => hashKey));
  if (keys.size > 1) unknown("servers with different hash-keys", [...keys].join(", "));
  return [...keys][0] ?? "id";
}
