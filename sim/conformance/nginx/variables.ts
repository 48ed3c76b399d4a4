/** nginx's variables, as far as hash keys and sticky sessions are made of them. */
import { headerIn, type RecordedRequests } from "../recorded-requests.ts";

type Variable = (requests: RecordedRequests, request: number) => string;

const ofRequest: Readonly<Record<string, Variable>> = {
  remote_addr: (requests, request) => requests.addressTextOf(request),
  realip_remote_addr: () => "127.0.0.1",
  request_uri: (requests, request) => requests.uriOf(request),
  request_method: (requests, request) => requests.methodOf(request),
  args: (requests, request) => queryOf(requests.uriOf(request)),
  query_string: (requests, request) => queryOf(requests.uriOf(request)),
  is_args: (requests, request) => (queryOf(requests.uriOf(request)) === "" ? "" : "?"),
  host: (requests, request) => (requests.headerOf(request, "Host") ?? "").replace(/:\d*$/, "").toLowerCase(),
  scheme: () => "http",
};

function queryOf(uri: string): string {
  const mark = uri.indexOf("?");
  return mark < 0 ? "" : uri.slice(mark + 1);
}

/** The names that stand for many: `$http_x_user` and the like. */
const families: Readonly<Record<string, (name: string) => Variable>> = {
  http_: (name) => (requests, request) => requests.headerOf(request, name.replaceAll("_", "-")) ?? "",
  cookie_: (name) => (requests, request) => looseCookieIn(requests.headerOf(request, "Cookie") ?? "", name),
  arg_: (name) => (requests, request) => argumentIn(queryOf(requests.uriOf(request)), name),
  upstream_http_: (name) => (requests, request) => headerOfAnswer(requests, request, name.replaceAll("_", "-")),
  upstream_cookie_: (name) => (requests, request) =>
    looseCookieIn(headerOfAnswer(requests, request, "Set-Cookie").split(";")[0]!, name),
};

function headerOfAnswer(requests: RecordedRequests, request: number, name: string): string {
  return headerIn(requests.contentOf(request).respHeaders ?? {}, name) ?? "";
}

/** nginx compares the names of cookies, and of arguments, without regard to case. */
function looseCookieIn(header: string, name: string): string {
  for (const part of header.split(";")) {
    const equals = part.indexOf("=");
    if (equals >= 0 && part.slice(0, equals).trim().toLowerCase() === name) return part.slice(equals + 1).trim();
  }
  return "";
}

function argumentIn(query: string, name: string): string {
  const found = query.split("&").find((part) => part.toLowerCase().startsWith(`${name}=`));
  return found === undefined ? "" : found.slice(name.length + 1);
}

function variable(name: string): Variable {
  const lower = name.toLowerCase();
  if (Object.hasOwn(ofRequest, lower)) return ofRequest[lower]!;
  const family = Object.keys(families).find((prefix) => lower.startsWith(prefix));
  if (family === undefined) throw new RangeError(`nginx: variable "$${name}"`);
  return families[family]!(lower.slice(family.length));
}

const VARIABLE = /\$(?:\{(\w+)\}|(\w+))/g;

/** @throws RangeError for a variable that it does not know. */
export function checkExpression(expression: string): void {
  for (const [, braced, bare] of expression.matchAll(VARIABLE)) variable((braced ?? bare)!);
}

/** The name of one variable, without the `$`. @throws RangeError for anything else. */
export function checkVariable(word: string): string {
  if (!/^\$\w+$/.test(word)) throw new RangeError(`nginx: variable "${word}"`);
  variable(word.slice(1));
  return word.slice(1);
}

/** What `expression` amounts to for a request. */
export function evaluate(expression: string, requests: RecordedRequests, request: number): string {
  return expression.replaceAll(VARIABLE, (_all, braced?: string, bare?: string) =>
    variable((braced ?? bare)!)(requests, request),
  );
}

/** The first of the variables that is not empty; "" when all are. */
export function firstOf(names: readonly string[], requests: RecordedRequests, request: number): string {
  for (const name of names) {
    const value = variable(name)(requests, request);
    if (value !== "") return value;
  }
  return "";
}
