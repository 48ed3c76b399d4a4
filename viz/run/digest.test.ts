import { expect, test } from "vitest";
import { digestOrderOf } from "./digest.ts";

test("a plain fragment asks for no digests", () => {
  expect(digestOrderOf("#theme=dark")).toBeNull();
});

test("an order names where to send the digests, the scenario and the seed", () => {
  const order = digestOrderOf("#digest=http%3A%2F%2F127.0.0.1%3A8000%2Fpost&scenario=lost-cart&seed=3");
  expect(order).toMatchObject({ scenario: "lost-cart", seed: 3 });
  expect(order?.url.href).toBe("http://127.0.0.1:8000/post");
});

test.each(["http://example.org/", "https://127.0.0.1/", "http://127.0.0.1.example.org/", "ftp://localhost/"])(
  "%s is refused: digests stay on this machine",
  (url) => {
    expect(() => digestOrderOf(`#digest=${encodeURIComponent(url)}`)).toThrow("only sent to this machine");
  },
);
