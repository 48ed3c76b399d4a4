import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, fnv1a64, hashOf } from "./hash.ts";

// Vectors of draft-eastlake-fnv, appendix C.
test.each([
  ["", "cbf29ce484222325"],
  ["a", "af63dc4c8601ec8c"],
  ["foobar", "85944171f73967e8"],
])("the 64-bit FNV-1a of %j is %s", (text, hash) => {
  expect(fnv1a64(text)).toBe(hash);
});

test("keys are sorted at every depth, and entries that are undefined are left out", () => {
  expect(canonicalJson({ b: [{ d: 1, c: null }], a: undefined, "10": 1, "9": 2 })).toBe(
    '{"10":1,"9":2,"b":[{"c":null,"d":1}]}',
  );
});

test("the hash of an object does not depend on the order of its keys", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse());
      expect(hashOf(reversed)).toBe(hashOf(value));
    }),
  );
});

test("canonical JSON reads back as plain JSON does", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
