import { describe, expect, test } from "vitest";
import type { Candidate, Explanation } from "../sim/index.ts";
import { type ExplainedDecision, explanationLines, explanationSentence } from "./explanation-text.ts";
import { decision } from "./testing/decisions.ts";

const candidate = (serverIndex: number, changes: Partial<Candidate> = {}): Candidate => ({
  server: `server-${serverIndex + 1}`,
  serverIndex,
  isListed: true,
  isEligible: true,
  isDraining: false,
  isSeen: changes.isEligible ?? true,
  isBarred: false,
  isAvoided: false,
  weight: 1,
  inFlight: 0,
  signal: null,
  ...changes,
});

const fewest = {
  name: "fewest",
  decides: { signal: "requests in flight", rule: "the smallest", tieBreak: "the first", best: "smallest" },
} as const;
const inTurn = { name: "in-turn", decides: { signal: null, rule: "the next in turn", tieBreak: "none is needed" } };

function explained(
  signals: readonly (number | null)[],
  changes: Partial<Explanation> = {},
  balancing: ExplainedDecision["balancing"] = fewest,
): ExplainedDecision {
  const explanation = {
    decision: decision(1208, { reason: "balanced" }),
    address: "10.0.0.1",
    uri: "/page/1",
    cookie: null,
    outcome: "N" as const,
    boundServer: null,
    rule: null,
    candidates: signals.map((signal, server) => candidate(server, { signal, inFlight: signal ?? 0 })),
    draws: [],
    ...changes,
  };
  return { explanation, balancing, affinity: "balancer-cookie", placement: [] };
}

const of = (...given: Parameters<typeof explained>) => explanationSentence(explained(...given));
const went = (serverIndex: number, reason: Explanation["decision"]["reason"]) =>
  decision(0, { server: `server-${serverIndex + 1}`, serverIndex, reason });

describe("the sentence", () => {
  test("says which signal won, and what came next", () => {
    expect(of([2, 5, 3])).toBe("server-1, of 3: its signal, 2, is the smallest; next is server-3 with 3.");
  });

  test("names the equals and the tie-break", () => {
    expect(of([2, 2, 5])).toBe(
      "server-1, of 3: its signal, 2, is the smallest; server-2 has 2 as well. Among equals: the first.",
    );
    expect(of([2, 2, 2, 2, 2, 2])).toContain("server-2, server-3, server-4 and 2 more have 2 as well");
  });

  test("counts as candidates those that could be chosen", () => {
    const candidates = [
      candidate(0, { signal: 4 }),
      candidate(1, { isEligible: false }),
      candidate(2, { signal: 1, isBarred: true }),
      candidate(3, { signal: 2, isAvoided: true }),
      candidate(4, { signal: 9 }),
    ];
    const redispatched = of([], { decision: went(0, "redispatched"), candidates });
    expect(redispatched).toBe(
      "server-4 had just refused this request, so fewest chose again. " +
        "server-1, of 2: its signal, 4, is the smallest; next is server-5 with 9.",
    );
    expect(of([], { candidates: candidates.slice(0, 3) })).toBe("server-1 was the only server that could be chosen.");
  });

  test("falls back on the rule where nothing is weighed, or not every server is", () => {
    expect(of([null, null], {}, inTurn)).toBe("server-1, of 2: the next in turn.");
    const drawn = {
      name: "two",
      decides: { ...fewest.decides, rule: "the smaller of two drawn", among: "drawn" as const },
    };
    expect(of([3, 1], {}, drawn)).toBe("server-1, of 2: the smaller of two drawn; its signal is 3.");
  });

  test("counts those that placement leaves to the algorithm", () => {
    const candidates = [candidate(0, { signal: 4 }), candidate(1, { isSeen: false }), candidate(2, { signal: 7 })];
    const told = { ...explained([], { candidates }), placement: ["subset"] };
    expect(explanationSentence(told)).toBe("server-1, of 2: its signal, 4, is the smallest; next is server-3 with 7.");
    const lines = explanationLines(told, 80);
    expect(lines).toContain("  placement  subset");
    expect(lines.at(-2)).toMatch(/ server-2 .* left out by placement$/);
  });

  test("says what a binding did", () => {
    expect(of([1], { decision: went(0, "bound"), boundServer: "server-1" })).toContain("the algorithm was not asked");
    const candidates = [candidate(0, { signal: 1 }), candidate(1, { isEligible: false })];
    expect(of([], { decision: went(0, "failed-over"), boundServer: "server-2", candidates })).toBe(
      "The binding leads to server-2, which is not eligible, so fewest chose. " +
        "server-1 was the only server that could be chosen.",
    );
  });

  test("tells why there was no server", () => {
    const nowhere = decision(0, { server: null, serverIndex: null, reason: "no-server" });
    expect(of([], { decision: nowhere, candidates: [candidate(0, { isEligible: false })] })).toContain(
      "none was eligible",
    );
    expect(of([], { decision: nowhere, candidates: [candidate(0, { isBarred: true })] })).toContain(
      "every eligible one (1)",
    );
  });
});

describe("the page", () => {
  test("shows the request, the rule, the draws and every server", () => {
    const candidates = [
      candidate(0, { signal: 1 / 3 }),
      candidate(1, { isListed: false, isEligible: false }),
      candidate(2, { isEligible: false }),
      candidate(3, { signal: Number.NaN, isBarred: true }),
    ];
    const draws = [{ call: "below(4)", value: 3 }];
    expect(explanationLines(explained([], { candidates, draws }), 80)).toEqual([
      "  server-1 was the only server that could be chosen.",
      "",
      "  at         12,080.000 ms, balancer 0",
      "  whose      users, visit 2, request 402, attempt 0",
      "  showed     address 10.0.0.1, URL /page/1, no cookie",
      "  binding    none (N); affinity balancer-cookie",
      "  algorithm  fewest",
      "  signal     requests in flight",
      "  rule       the smallest",
      "  tie-break  the first",
      "  draws      below(4) = 3",
      "",
      "     server      signal  in flight  weight  standing",
      "  >  server-1  0.333333          0       1  eligible",
      "     server-2         –          0       1  yet to join",
      "     server-3         –          0       1  down",
      "     server-4  none yet          0       1  barred",
    ]);
  });

  test("of a large fleet shows the best servers and the chosen one, and says how many more there are", () => {
    const signals = Array.from({ length: 500 }, (_, server) => 500 - server);
    const lines = explanationLines(explained(signals), 80);
    const servers = lines.slice(lines.findIndex((line) => line.includes("standing")) + 1);
    expect(servers).toHaveLength(11);
    expect(servers[0]).toMatch(/^ {5}server-500 +1 /);
    expect(servers[9]).toMatch(/^ {2}> {2}server-1 +500 /);
    expect(servers[10]).toBe("     and 490 more, of 500");
  });

  test("leaves out how the algorithm decides where it was not asked", () => {
    const lines = explanationLines(
      explained([1], { decision: went(0, "bound"), boundServer: "server-1", outcome: "V" }),
      80,
    );
    expect(lines).toContain("  binding    valid (V) to server-1; affinity balancer-cookie");
    expect(lines).toContain("  algorithm  fewest, not asked");
    expect(lines.join("\n")).not.toContain("tie-break");
  });
});
