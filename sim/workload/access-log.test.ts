import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAccessLine } from "./access-log.ts";

const time = "[17/May/2015:10:05:03 +0000]";
const atSec = Date.UTC(2015, 4, 17, 10, 5, 3) / 1000;
const plain = {
  host: "83.149.9.216",
  atSec,
  method: "GET",
  path: "/a",
  responseBytes: 20,
  agent: null,
  isUnclosed: false,
};

describe("a line of an access log", () => {
  it.each([
    ["in the common format", `83.149.9.216 - - ${time} "GET /a HTTP/1.1" 200 20`, {}],
    [
      "in the combined format",
      `83.149.9.216 - - ${time} "GET /a HTTP/1.1" 200 20 "http://x/" "Mozilla/5.0"`,
      { agent: "Mozilla/5.0" },
    ],
    ["with `-` for referer and agent", `83.149.9.216 - - ${time} "GET /a HTTP/1.1" 200 20 "-" "-"`, { agent: "-" }],
    ["with `-` for size, as after 304", `83.149.9.216 - - ${time} "GET /a HTTP/1.1" 304 -`, { responseBytes: 0 }],
    ["with `-` for status", `83.149.9.216 - - ${time} "GET /a HTTP/1.1" - 20`, {}],
    ["from an IPv6 address", `2001:db8::7 - - ${time} "GET /a HTTP/2.0" 200 20`, { host: "2001:db8::7" }],
    ["from a named host", `in24.inetnebr.com - - ${time} "GET /a HTTP/1.0" 200 20`, { host: "in24.inetnebr.com" }],
    ["of a user with a name", `83.149.9.216 - frank ${time} "GET /a HTTP/1.1" 200 20`, {}],
    ["of a user with spaces in the name", `83.149.9.216 - Ada King ${time} "GET /a HTTP/1.1" 200 20`, {}],
    ["with a query", `83.149.9.216 - - ${time} "GET /a?b=c HTTP/1.1" 200 20`, {}],
    [
      "with escaped quotes in request and agent",
      `83.149.9.216 - - ${time} "GET /\\"a\\" HTTP/1.1" 200 20 "-" "say \\"hi\\" 200"`,
      { path: '/\\"a\\"', agent: 'say \\"hi\\" 200' },
    ],
    [
      "with a quote in the target that is not escaped",
      `83.149.9.216 - - ${time} "GET /a"b HTTP/1.0" 200 20`,
      { path: '/a"b' },
    ],
    ["with a space in the target", `83.149.9.216 - - ${time} "GET /a b HTTP/1.0" 200 20`, { path: "/a b" }],
    ["without a protocol, as HTTP/0.9", `83.149.9.216 - - ${time} "GET /a" 200 20`, {}],
    ["with a method that writes", `83.149.9.216 - - ${time} "POST /a HTTP/1.1" 200 20`, { method: "POST" }],
    [
      "where the client sent nothing",
      `83.149.9.216 - - ${time} "-" 408 -`,
      { method: "-", path: "-", responseBytes: 0 },
    ],
    [
      "where the client spoke TLS",
      `83.149.9.216 - - ${time} "\\x16\\x03\\x01" 400 20`,
      { method: "\\x16\\x03\\x01", path: "\\x16\\x03\\x01" },
    ],
    [
      "with fields of its own at the end",
      `83.149.9.216 - - ${time} "GET /a HTTP/1.1" 200 20 "-" "curl" "10.0.0.1" rt=0.1`,
      { agent: "curl" },
    ],
    [
      "whose agent is cut off",
      `83.149.9.216 - - ${time} "GET /a HTTP/1.1" 200 20 "-" "Mozilla/5.0 (comp`,
      { agent: "Mozilla/5.0 (comp", isUnclosed: true },
    ],
  ])("%s is read", (_what, line, difference) => {
    expect(parseAccessLine(line)).toEqual({ ...plain, ...difference });
  });

  it.each([
    ["empty", "   ", "the line is empty"],
    ["a cut host name", "miriwo", "expected a host at the start, then a space"],
    ["without a time", `83.149.9.216 - - "GET /a HTTP/1.1" 200 20`, "found no time in brackets"],
    ["without a host", ` - - ${time} "GET /a HTTP/1.1" 200 20`, "expected a host at the start, then a space"],
    [
      "with one field before the time",
      `host - ${time} "GET /a HTTP/1.1" 200 20`,
      "expected ident and user before the time",
    ],
    [
      "with another clock",
      `host - - [2015-05-17 10:05:03] "GET /a HTTP/1.1" 200 20`,
      `expected a time such as 17/May/2015:10:05:03 +0000, found "2015-05-17 10:05:03] "GE…"`,
    ],
    ["without quotes", `host - - ${time} GET /a HTTP/1.1 200 20`, "expected the request in quotes after the time"],
    [
      "cut within the request",
      `host - - ${time} "GET /shuttle/miss`,
      "the request has no closing quote with a status behind it",
    ],
    [
      "cut before the size",
      `host - - ${time} "GET /a HTTP/1.1" 200`,
      `expected status and size after the request, found "200"`,
    ],
    [
      "with a negative size",
      `host - - ${time} "GET /a HTTP/1.1" 200 -5`,
      `expected status and size after the request, found "200 -5"`,
    ],
  ])("that is %s says so", (_what, line, reason) => {
    expect(parseAccessLine(line)).toEqual({ reason });
  });

  it("never throws, whatever it holds", () => {
    const pieces = fc.constantFrom(
      "host",
      " ",
      "-",
      "[",
      "]",
      '"',
      "\\",
      time,
      "GET /a HTTP/1.1",
      "200 20",
      "\u0000",
      "é",
    );
    const line = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(pieces).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(line, (text) => {
        const parsed = parseAccessLine(text);
        expect("reason" in parsed ? parsed.reason.length : parsed.host.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
