/** HAProxy's conditions: `if { path_beg /static } !admin or TRUE`, with named acls or without. */
import { addressBytes } from "../recorded-requests.ts";
import { compileSample, type Exchange, type SampleReader } from "./samples.ts";
import { callOf, unknown, wordsOf } from "./words.ts";

export type Condition = (exchange: Exchange) => boolean;
type Matcher = (value: string, pattern: string) => boolean;

const always: Condition = () => true;
const never: Condition = () => false;

const matchers: Readonly<Record<string, Matcher>> = {
  str: (value, pattern) => value === pattern,
  beg: (value, pattern) => value.startsWith(pattern),
  end: (value, pattern) => value.endsWith(pattern),
  sub: (value, pattern) => value.includes(pattern),
  dir: (value, pattern) => `/${value}/`.includes(`/${pattern.replaceAll(/^\/|\/$/g, "")}/`),
  reg: (value, pattern) => new RegExp(pattern).test(value),
  ip: isWithin,
};

/** Whether an address lies in `10.0.0.0/8`. */
function isWithin(address: string, network: string): boolean {
  const [host = "", length] = network.split("/");
  const [a, b] = [addressBytes(address), addressBytes(host)];
  if (a.length !== b.length) return false;
  const bits = length === undefined ? 8 * b.length : Number(length);
  return b.every((byte, i) => {
    const mask = (0xff00 >> Math.max(0, Math.min(8, bits - 8 * i))) & 0xff;
    return (byte & mask) === (a[i]! & mask);
  });
}

const predefined: Readonly<Record<string, Condition>> = {
  TRUE: always,
  FALSE: never,
  METH_GET: ({ id, requests }) => ["GET", "HEAD"].includes(requests.methodOf(id)),
  METH_POST: ({ id, requests }) => requests.methodOf(id) === "POST",
};

/** A criterion with its flags and patterns: `hdr_beg(host) -i www.` */
function criterion(words: readonly string[]): Condition {
  const line = words.join(" ");
  const [word = "", ...rest] = words;
  if (word === "always_true") return always;
  if (word === "always_false") return never;
  const [name, argument] = callOf(word);
  const [, base, suffix] = /^(.*)_(beg|end|sub|dir|reg)$/.exec(name) ?? [];
  let method = suffix ?? (name === "src" ? "ip" : "str");
  let ignoresCase = false;
  let at = 0;
  for (; rest[at]?.startsWith("-"); at++) {
    if (rest[at] === "--") {
      at++;
      break;
    }
    if (rest[at] === "-i") ignoresCase = true;
    else if (rest[at] === "-m") method = rest[++at] ?? "";
    else unknown("the condition", line);
  }
  const read = compileSample(base === undefined ? word : `${base}${argument === "" ? "" : `(${argument})`}`);
  const patterns = rest.slice(at);
  if (method === "found") return (exchange) => read(exchange).length > 0;
  return matching(read, matchers[method] ?? unknown("the condition", line), patterns, ignoresCase);
}

function matching(read: SampleReader, matches: Matcher, patterns: readonly string[], ignoresCase: boolean): Condition {
  const plain = (text: string) => (ignoresCase ? text.toLowerCase() : text);
  return (exchange) =>
    read(exchange).some((value) => patterns.some((pattern) => matches(plain(value), plain(pattern))));
}

/** Named acls; several of one name are alternatives. */
export class Acls {
  private readonly named = new Map<string, Condition>();

  /** The words behind `acl`. */
  define([name = "", ...words]: readonly string[]): void {
    const before = this.named.get(name) ?? never;
    const test = criterion(words);
    this.named.set(name, (exchange) => before(exchange) || test(exchange));
  }

  /** The words from `if` or `unless` on; none hold always. */
  condition(words: readonly string[]): Condition {
    const [keyword, ...terms] = words;
    if (keyword === undefined) return always;
    const line = words.join(" ");
    if (keyword !== "if" && keyword !== "unless") return unknown("the condition", line);
    const wanted = keyword === "if";
    const alternatives = this.alternatives(terms, line);
    return (exchange) => alternatives.some((all) => all.every((test) => test(exchange))) === wanted;
  }

  private alternatives(terms: readonly string[], line: string): readonly (readonly Condition[])[] {
    const alternatives: Condition[][] = [[]];
    const conjunction = () => alternatives[alternatives.length - 1]!;
    let negated = false;
    for (let i = 0; i < terms.length; i++) {
      let term = terms[i]!;
      if (term === "or" || term === "||") {
        alternatives.push([]);
        continue;
      }
      while (term.startsWith("!")) {
        negated = !negated;
        term = term.slice(1);
      }
      if (term === "") continue;
      let test = this.named.get(term) ?? predefined[term];
      if (term === "{") {
        const end = terms.indexOf("}", i);
        if (end < 0) unknown("the condition", line);
        test = criterion(terms.slice(i + 1, end));
        i = end;
      }
      const found = test ?? unknown("the condition", line);
      const isNegated = negated;
      conjunction().push((exchange) => found(exchange) !== isNegated);
      negated = false;
    }
    return alternatives;
  }
}

/** Splits a rule into its words and its condition. */
export function ruleOf(line: string, acls: Acls): { readonly words: readonly string[]; readonly when: Condition } {
  const words = wordsOf(line);
  const at = words.findIndex((word) => word === "if" || word === "unless");
  if (at < 0) return { words, when: always };
  return { words: words.slice(0, at), when: acls.condition(words.slice(at)) };
}
