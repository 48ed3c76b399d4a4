/** VCL's text expressions, as far as keys are made of them. */
import type { RecordedRequests } from "../recorded-requests.ts";

type Term = (requests: RecordedRequests, request: number) => string;

const NAMED: Readonly<Record<string, Term>> = {
  "req.url": (requests, request) => requests.uriOf(request),
  "req.method": (requests, request) => requests.methodOf(request),
  "client.ip": (requests, request) => requests.addressTextOf(request),
  "client.identity": (requests, request) => requests.addressTextOf(request),
  /** What the built-in vcl_hash takes in: the URL and the host, each followed by a zero byte. */
  "object.hash": (requests, request) => `${requests.uriOf(request)}\0${requests.headerOf(request, "Host")}\0`,
};

function termOf(word: string): Term {
  if (word.startsWith('"')) return () => word.slice(1, -1);
  const name = word.replace(/^bereq\./, "req.");
  if (Object.hasOwn(NAMED, name)) return NAMED[name]!;
  const header = /^req\.http\.([\w-]+)$/.exec(name)?.[1];
  if (header === undefined) throw new RangeError(`varnish: expression "${word}"`);
  // A header that is not there is an empty text.
  return (requests, request) => requests.headerOf(request, header) ?? "";
}

/** Terms one after the other, with or without `+` between them. */
const wordsOf = (expression: string): readonly string[] => expression.match(/"[^"]*"|[^\s+"]+/g) ?? [];

/** @throws RangeError for what it does not know. */
export function checkExpression(expression: string): void {
  const words = wordsOf(expression);
  if (words.length === 0) throw new RangeError("varnish: a director's key is missing");
  for (const word of words) termOf(word);
}

export function evaluate(expression: string, requests: RecordedRequests, request: number): string {
  return wordsOf(expression)
    .map((word) => termOf(word)(requests, request))
    .join("");
}
