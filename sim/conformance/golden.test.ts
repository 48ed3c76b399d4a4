/** None of the recordings is passed over: so many there are, and the replay looks at every decision. */
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compareDraws } from "./distribution.ts";
import { products } from "./index.ts";
import { replay } from "./replay.ts";
import { filesOf, traceOf } from "./testing/golden.ts";

const counted = {
  apache: [29, 10_240],
  caddy: [33, 10_580],
  haproxy: [121, 40_534],
  nginx: [61, 29_420],
  varnish: [26, 6950],
};

describe("the recordings", () => {
  it("are of these products, and Envoy's published figures", () => {
    const folders = readdirSync(new URL("golden", import.meta.url)).filter((name) => !name.includes("."));
    expect(folders.sort()).toEqual([...Object.keys(counted), "envoy"].sort());
    expect(products.map(({ name }) => name).sort()).toEqual(Object.keys(counted));
    expect(filesOf("envoy").length).toBe(5);
  });

  it.each(Object.entries(counted))(
    "of %s are so many files and decisions: %j, all as recorded",
    (product, [files, decisions]) => {
      const definition = products.find(({ name }) => name === product)!;
      const names = filesOf(product);
      let matched = 0;
      for (const name of names) matched += replay(traceOf(product, name), definition).matched;
      expect([names.length, matched]).toEqual([files, decisions]);
    },
  );

  it("that are all chance fall as the lab's own draws do", () => {
    const compared = Object.keys(counted).flatMap((product) =>
      filesOf(product).flatMap((file) => {
        const draws = compareDraws(traceOf(product, file), products.find(({ name }) => name === product)!);
        return draws === null ? [] : [{ file, fits: draws.fits }];
      }),
    );
    expect(compared.filter(({ fits }) => !fits)).toEqual([]);
    expect(compared.length).toBe(7);
  });
});
