/** Where Apache finds the route of a sticky session: mod_proxy_balancer's reading of URL and Cookie header. */
import type { StickySettings } from "./settings.ts";

export interface SessionRoute {
  /** Name under which the session's id came. */
  readonly name: string;
  /** What follows the separator; null when there is none in the id. */
  readonly route: string | null;
}

/** Null when the request has no session's id. The URL comes before the cookie. */
export function sessionRouteOf(uri: string, cookies: string, sticky: StickySettings): SessionRoute | null {
  const inUrl = parameterIn(uri, sticky.parameter, sticky.semicolonEnds ? /[;?&]+/ : /[?&]+/);
  const value = inUrl ?? cookieIn(cookies, sticky.cookie);
  if (value === null) return null;
  const at = value.indexOf(sticky.separator);
  return {
    name: inUrl === null ? sticky.cookie : sticky.parameter,
    route: at < 0 ? null : value.slice(at + sticky.separator.length),
  };
}

/** The name may stand anywhere in the URL; the first occurrence with a value after its `=` counts. */
function parameterIn(uri: string, name: string, ends: RegExp): string | null {
  for (let at = uri.indexOf(name); at >= 0; at = uri.indexOf(name, at + 1)) {
    const equals = at + name.length;
    if (uri[equals] !== "=" || equals + 1 === uri.length) continue;
    // Marks right after the `=` are passed over.
    return (
      uri
        .slice(equals + 1)
        .split(ends)
        .find((part) => part !== "") ?? null
    );
  }
  return null;
}

/** A cookie begins at the start, after a semicolon, a comma or a space, and ends at a semicolon or a comma. */
function cookieIn(cookies: string, name: string): string | null {
  for (let at = cookies.indexOf(name); at >= 0; at = cookies.indexOf(name, at + 1)) {
    if (at > 0 && !/[;,\s]/.test(cookies[at - 1]!)) continue;
    const rest = /^\s*=(.+)/s.exec(cookies.slice(at + name.length));
    if (rest !== null) return rest[1]!.split(/[;,]/)[0]!;
  }
  return null;
}
