import { describe, expect, it } from "vitest";
import { replay } from "../replay.ts";
import { filesOf, traceOf } from "../testing/golden.ts";
import { off, played, req } from "../testing/script.ts";
import { varnish } from "./varnish.ts";

describe("Varnish", () => {
  it.each(filesOf("varnish"))("decides as recorded in %s", (file) => {
    const { matched, total, mismatches } = replay(traceOf("varnish", file), varnish);
    expect(mismatches.slice(0, 3)).toEqual([]);
    expect(matched).toBe(total);
  });
});

const three = [{}, {}, {}];
const sick = (name: string) => ({ op: "server-down", name }) as const;

describe("Varnish's directors", () => {
  it("resolve round robin again at each retry", () => {
    const steps = [off("s1"), req(3)];
    expect(played(varnish, { config: { director: "round_robin" }, servers: three, steps }).verdicts).toEqual([
      "!503",
      "s2",
      "s3",
    ]);
    const retrying = { director: "round_robin", retry: 1 };
    expect(played(varnish, { config: retrying, servers: three, steps }).attempts).toEqual([
      ["s1", "s2"],
      ["s3"],
      ["s1", "s2"],
    ]);
  });

  it("hash the same at each retry, so that a server that refuses is refused by again", () => {
    const config = { director: "hash", pick: "req.http.X-User", retry: 2 };
    const { verdicts, attempts } = played(varnish, { config, servers: [{}], steps: [off("s1"), req()] });
    expect([verdicts, attempts]).toEqual([["!503"], [["s1", "s1", "s1"]]]);
  });

  it("retry four times at most", () => {
    const config = { director: "fallback", retry: 9 };
    const { attempts } = played(varnish, { config, servers: three, steps: [off("s1"), req()] });
    expect(attempts).toEqual([["s1", "s1", "s1", "s1", "s1"]]);
  });

  it("answer 503 when everybody is sick", () => {
    const steps = [sick("s1"), sick("s2"), sick("s3"), req()];
    for (const config of [{ director: "round_robin" }, { director: "fallback" }, { director: "random" }]) {
      expect(played(varnish, { config, servers: three, steps }).verdicts).toEqual(["!503"]);
    }
  });

  it("of shards place servers by their ident and keys by any expression", () => {
    const servers = [{ name: "a" }, { name: "b" }, { name: "c" }];
    const steps = Array.from({ length: 30 }, (_, i) => ({ op: "req", uri: `/${i}`, headers: { X: "1" } }) as const);
    const by = (pick: string, of: readonly object[], where = "fetch") =>
      played(varnish, { config: { director: "shard", pick, where }, servers: of, steps }).verdicts;
    const idents = ["a", "b", "c"].map((ident, i) => ({ name: `s${i}`, ident }));
    expect(by("by=URL", idents).map((name) => ["a", "b", "c"][Number(name[1])])).toEqual(by("by=URL", servers));
    expect(by("by=KEY, key=d.key(bereq.url)", servers)).toEqual(by("by=URL", servers));
    expect(new Set(by('by=KEY, key=d.key("v" + bereq.http.X)', servers)).size).toBe(1);
    // Before there is an object hash, by=HASH goes by the URL.
    expect(by("by=HASH", servers, "recv")).toEqual(by("by=URL", servers));
    expect(by("by=HASH", servers)).not.toEqual(by("by=URL", servers));
  });
});

describe("a setting of Varnish that is not understood", () => {
  it.each([
    [{ director: "least_conn" }, 'director "least_conn"'],
    [{ director: "hash", pick: "req.xid" }, 'expression "req.xid"'],
    [{ director: "shard", pick: "by=URL, healthy=ALL" }, 'argument "healthy=ALL"'],
    [{ director: "shard", pick: "by=BLOB" }, "by=BLOB"],
    [{ director: "shard", init: ["d.set_rampup(60s);"] }, '"d.set_rampup(60s);"'],
    [{ director: "round_robin", probe: ".url" }, 'setting "probe"'],
  ])("%j is named, not passed over", (config, named) => {
    const create = () => played(varnish, { config, servers: three, steps: [] });
    expect(create).toThrow(RangeError);
    expect(create).toThrow(named);
  });
});
