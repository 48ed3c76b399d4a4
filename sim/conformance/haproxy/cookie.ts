/** `cookie`: how a request names its server, and what the client is told of the server that answered. */
import { xxh64 } from "../../engine/xxh64.ts";
import { addressBytes } from "../recorded-requests.ts";
import { placeOf } from "../view.ts";
import { unknown } from "./words.ts";

export interface CookieSettings {
  readonly name: string;
  readonly mode: "insert" | "rewrite" | "prefix" | "passive";
  readonly indirect: boolean;
  readonly preserve: boolean;
  readonly postOnly: boolean;
  /** Servers without a cookie of their own get one made from their address. */
  readonly dynamic: boolean;
  /** What follows `; path=/`. */
  readonly attributes: string;
}

/** The words behind `cookie`. */
export function cookieSettings([name = "", ...options]: readonly string[]): CookieSettings {
  const settings = { mode: "passive" as CookieSettings["mode"], indirect: false, preserve: false, postOnly: false };
  let dynamic = false;
  let domain = "";
  const flags = { httponly: "", secure: "" };
  let others = "";
  for (let i = 0; i < options.length; i++) {
    const option = options[i]!;
    if (option === "insert" || option === "rewrite" || option === "prefix") settings.mode = option;
    else if (option === "indirect" || option === "preserve") settings[option] = true;
    else if (option === "postonly") settings.postOnly = true;
    else if (option === "dynamic") dynamic = true;
    else if (option === "domain") domain += `; domain=${options[++i]}`;
    else if (option === "httponly") flags.httponly = "; HttpOnly";
    else if (option === "secure") flags.secure = "; Secure";
    else if (option === "attr") others += `; ${options[++i]}`;
    // Caches are told not to keep the answer; the client's cookies are the same.
    else if (option !== "nocache") unknown("the cookie option", option);
  }
  return { name, ...settings, dynamic, attributes: domain + flags.httponly + flags.secure + others };
}

/** The values of a request's cookie in which HAProxy looks for a server: up to `|`, or `~` where it is a prefix. */
export function cookieCandidates(header: string, { name, mode }: CookieSettings): readonly string[] {
  return header.split(";").flatMap((pair) => {
    const equals = pair.indexOf("=");
    if (equals < 0 || pair.slice(0, equals).trim() !== name) return [];
    return pair
      .slice(equals + 1)
      .trim()
      .split(mode === "prefix" ? "~" : "|")
      .slice(0, 1);
  });
}

/** What of a request decides whether its answer carries a cookie. */
export interface CookieSituation {
  /** The request was led to its server by persistence. */
  readonly direct: boolean;
  /** `ignore-persist` applies. */
  readonly ignored: boolean;
  readonly method: string;
  /** Of the server that answers; null when it has none. */
  readonly serverCookie: string | null;
}

/** The Set-Cookie headers that reach the client, given the one that the application sets. */
export function cookiesOf(
  settings: CookieSettings,
  application: string | null,
  of: CookieSituation,
): readonly string[] {
  const isOurs = application?.slice(0, application.indexOf("=")).trim() === settings.name && !of.ignored;
  const cookies: string[] = [];
  if (application !== null) {
    const kept = isOurs && !settings.preserve ? reworked(settings, application, of) : application;
    if (kept !== null) cookies.push(kept);
  }
  const isLeftAlone = of.ignored || of.direct || (isOurs && settings.preserve);
  if (settings.mode === "insert" && !isLeftAlone && (!settings.postOnly || of.method === "POST")) {
    cookies.push(inserted(settings, of.serverCookie));
  }
  return cookies;
}

/** The application's cookie of our name as the client sees it; null when it is taken out. */
function reworked({ mode, indirect }: CookieSettings, application: string, of: CookieSituation): string | null {
  if (mode === "insert" || (of.direct && indirect)) return null;
  if (of.serverCookie === null) return application;
  const [, before, value, after] = /^([^=]*=\s*)([^;\s]*)(.*)$/s.exec(application)!;
  if (mode === "rewrite") return `${before}${of.serverCookie}${after}`;
  return mode === "prefix" ? `${before}${of.serverCookie}~${value}${after}` : application;
}

function inserted({ name, attributes }: CookieSettings, serverCookie: string | null): string {
  const value = serverCookie === null ? "; Expires=Thu, 01-Jan-1970 00:00:01 GMT" : serverCookie;
  return `${name}=${value}; path=/${attributes}`;
}

/** XXH64 of key, address and port in 16 hex digits (server.c, srv_set_dyncookie). */
export function dynamicCookie(key: string, address: string): string {
  const { host, port } = placeOf(address);
  const bytes = [...new TextEncoder().encode(key), ...addressBytes(host), 0, 0, port >>> 8, port & 255];
  const { high, low } = xxh64(Uint8Array.from(bytes));
  return [high, low].map((half) => half.toString(16).padStart(8, "0")).join("");
}
