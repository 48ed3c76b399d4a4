/** HAProxy's expressions that read something from a request or its answer: `src,ipmask(24)`, `req.cook(sid)`, `hdr(host),lower`. */
import { addressBytes, cookieIn, headerIn } from "../recorded-requests.ts";
import type { HaproxyRequests } from "./requests.ts";
import { callOf, unknown } from "./words.ts";

/** What expressions can look at. */
export interface Exchange {
  readonly id: number;
  readonly requests: HaproxyRequests;
}

/** All values that the expression finds, in order; of a header that is a list, its items. Where one is wanted it is the last. */
export type SampleReader = (exchange: Exchange) => readonly string[];

const some = (value: string | null): readonly string[] => (value === null ? [] : [value]);
const items = (header: string | null): readonly string[] => header?.split(",").map((item) => item.trim()) ?? [];
const pathOf = (uri: string) => uri.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, "").replace(/\?.*$/, "");

function parameterOf(uri: string, name: string): string | null {
  const query = uri.split("?")[1] ?? "";
  const found = query.split("&").find((pair) => pair.startsWith(`${name}=`));
  return found === undefined ? null : found.slice(name.length + 1);
}

/** The values of all cookies of that name. A header that ends with the name, `=` and no more has none there. */
function cookiesOf(header: string, name: string): readonly string[] {
  const parts = header.split(";");
  return parts.flatMap((part, index) => {
    const value = part === `${name}=` && index === parts.length - 1 ? null : cookieIn(part, name);
    return some(value);
  });
}

/** The first cookie of an answer's Set-Cookie header, when it has that name. */
function setCookieOf(header: string | null, name: string): string | null {
  const [cookie = ""] = header?.split(";") ?? [];
  return cookieIn(cookie, name);
}

const answerHeader = ({ id, requests }: Exchange, name: string) =>
  headerIn(requests.contentOf(id).respHeaders ?? {}, name);

function fetcher(word: string): SampleReader | null {
  const [name, argument] = callOf(word);
  switch (name) {
    case "src":
      return ({ id, requests }) => [requests.addressTextOf(id)];
    case "hdr":
    case "req.hdr":
    case "req_hdr":
      return ({ id, requests }) => items(requests.wholeHeaderOf(id, argument));
    case "req.fhdr":
      return ({ id, requests }) => some(requests.wholeHeaderOf(id, argument));
    case "cook":
    case "req.cook":
      return ({ id, requests }) => cookiesOf(requests.wholeHeaderOf(id, "Cookie") ?? "", argument);
    case "url_param":
    case "urlp":
      return ({ id, requests }) => some(parameterOf(requests.uriOf(id), argument));
    case "url":
      return ({ id, requests }) => [requests.uriOf(id)];
    case "path":
      return ({ id, requests }) => [pathOf(requests.uriOf(id))];
    case "query":
      return ({ id, requests }) => [requests.uriOf(id).split("?")[1] ?? ""];
    case "base":
      return ({ id, requests }) => [(requests.headerOf(id, "host") ?? "") + pathOf(requests.uriOf(id))];
    case "method":
      return ({ id, requests }) => [requests.methodOf(id)];
    case "str":
      return () => [argument];
    case "res.cook":
    case "set-cookie":
      return (exchange) => some(setCookieOf(answerHeader(exchange, "Set-Cookie"), argument));
    case "res.hdr":
      return (exchange) => items(answerHeader(exchange, argument));
    default:
      return null;
  }
}

/** The address with all bits but the first `bits` cleared; of IPv6 those of the second argument, all by default. */
function masked(address: string, argument: string): string {
  const [v4, v6 = "128"] = argument.split(",");
  const bytes = addressBytes(address);
  const bits = maskBits(bytes.length === 4 ? v4! : v6);
  const kept = bytes.map((byte, index) => byte & (0xff00 >> Math.max(0, Math.min(8, bits - 8 * index))));
  return textOf(kept);
}

/** `24` or `255.255.255.0`. */
function maskBits(text: string): number {
  if (!text.includes(".")) return Number(text);
  return addressBytes(text).reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
}

/** One text for one address, however it was written. */
export function textOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  return words.join(":");
}

function converter(word: string): (value: string) => string {
  const [name, argument] = callOf(word);
  if (name === "ipmask") return (value) => masked(value, argument);
  if (name === "lower") return (value) => value.toLowerCase();
  if (name === "upper") return (value) => value.toUpperCase();
  return unknown("the converter", word);
}

/** @throws RangeError for what it cannot read. */
export function compileSample(expression: string): SampleReader {
  const [first = "", ...converters] = expression.split(/,(?![^(]*\))/);
  const fetch = fetcher(first) ?? unknown("the expression", expression);
  return converters
    .map(converter)
    .reduce<SampleReader>((read, convert) => (exchange) => read(exchange).map(convert), fetch);
}
