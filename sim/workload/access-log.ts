/**
 * One line of an access log in Apache's common or combined format, which nginx writes too:
 *
 *     host ident user [day/month/year:hour:minute:second zone] "request" status size
 *     host ident user [day/month/year:hour:minute:second zone] "request" status size "referer" "user agent" …
 *
 * Quoted fields escape `"` and `\` with a backslash (Apache httpd 2.4, mod_log_config). What stands behind the user agent
 * is left alone, so that formats that add fields at the end are read as well.
 */
import { secondsOf, TIME_LENGTH } from "./access-log-time.ts";

export interface AccessRequest {
  /** Address or host name of the client, as written. */
  readonly host: string;
  /** Seconds since 1970-01-01 00:00 UTC. */
  readonly atSec: number;
  /** `GET`; the whole request field where that is not a method, a target and perhaps a protocol. */
  readonly method: string;
  /** The target without its query; the whole request field where that is not a method, a target and perhaps a protocol. */
  readonly path: string;
  /** Body of the answer; 0 for `-`. */
  readonly responseBytes: number;
  /** As written, `-` included; null in the common format. */
  readonly agent: string | null;
  /** Referer or user agent had no closing quote; the agent was taken up to the end of the line. */
  readonly isUnclosed: boolean;
}

/** Why a line is no request, for people. */
export interface Malformed {
  readonly reason: string;
}

const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;

/** Reads a line without its line break. Never throws. */
export function parseAccessLine(line: string): AccessRequest | Malformed {
  if (line.trim() === "") return { reason: "the line is empty" };
  const hostEnd = line.indexOf(" ");
  if (hostEnd <= 0) return { reason: "expected a host at the start, then a space" };
  // The user may contain spaces; the time is the first thing in brackets.
  const bracket = line.indexOf(" [", hostEnd);
  if (bracket < 0) return { reason: "found no time in brackets" };
  if (!/^ \S+ \S/.test(line.slice(hostEnd, bracket))) return { reason: "expected ident and user before the time" };
  const atSec = secondsOf(line, bracket + 2);
  if (Number.isNaN(atSec)) {
    return { reason: `expected a time such as 17/May/2015:10:05:03 +0000, found "${excerpt(line, bracket + 2)}"` };
  }
  const opening = bracket + 2 + TIME_LENGTH;
  if (!line.startsWith('] "', opening)) return { reason: "expected the request in quotes after the time" };

  const requestStart = opening + 3;
  const requestEnd = endOfRequest(line, requestStart);
  if (requestEnd < 0) return { reason: "the request has no closing quote with a status behind it" };
  const numbers = /^ (?:\d{3}|-) (\d+|-)(?= |$)/.exec(line.slice(requestEnd + 1, requestEnd + 32).trimEnd());
  if (numbers === null) {
    return { reason: `expected status and size after the request, found "${excerpt(line, requestEnd + 2)}"` };
  }
  const behind = requestEnd + 1 + numbers[0].length;
  const size = numbers[1]!;
  return {
    host: line.slice(0, hostEnd),
    atSec,
    ...requestOf(line.slice(requestStart, requestEnd)),
    responseBytes: size === "-" ? 0 : Number(size),
    ...agentOf(line, behind),
  };
}

/** A quote that is not escaped and has a status behind it; some servers do not escape quotes within a target. */
function endOfRequest(line: string, start: number): number {
  for (let i = start; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE && line.charCodeAt(i + 1) === SPACE && isStatus(line.charCodeAt(i + 2))) return i;
  }
  return -1;
}

function isStatus(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 45;
}

/** `GET /a/b?c HTTP/1.1`; a `-`, or bytes that are not HTTP, stand for themselves. */
function requestOf(field: string): { method: string; path: string } {
  const space = field.indexOf(" ");
  if (space < 0) return { method: field, path: field };
  let end = field.lastIndexOf(" HTTP/");
  if (end <= space) end = field.length;
  const query = field.indexOf("?", space);
  if (query >= 0 && query < end) end = query;
  return { method: field.slice(0, space), path: field.slice(space + 1, end) };
}

function agentOf(line: string, start: number): { agent: string | null; isUnclosed: boolean } {
  if (line.charCodeAt(start + 1) !== QUOTE) return { agent: null, isUnclosed: false };
  const refererEnd = endOfField(line, start + 2);
  if (refererEnd < 0 || line.charCodeAt(refererEnd + 2) !== QUOTE) return { agent: null, isUnclosed: refererEnd < 0 };
  const agentEnd = endOfField(line, refererEnd + 3);
  return { agent: line.slice(refererEnd + 3, agentEnd < 0 ? undefined : agentEnd), isUnclosed: agentEnd < 0 };
}

function endOfField(line: string, start: number): number {
  for (let i = start; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i;
  }
  return -1;
}

/** A few characters for a message, control characters shown as `?`. */
function excerpt(line: string, start: number): string {
  const text = line.slice(start, start + 24).replace(/[^ -~]/g, "?");
  return start + 24 < line.length ? `${text}…` : text;
}
