/** What happens to an algorithm, as data: made at random, shrunk to the smallest that shows a fault, told in words. */
import fc from "fast-check";

export type Step =
  | { readonly do: "request"; readonly request: number; readonly avoid: number; readonly barred: readonly number[] }
  | { readonly do: "end"; readonly which: number; readonly ms: number; readonly answered: boolean }
  | { readonly do: "bind"; readonly server: number }
  | { readonly do: "down" | "up" | "leave" | "join"; readonly server: number }
  | { readonly do: "weigh"; readonly server: number; readonly weight: number }
  | { readonly do: "report"; readonly server: number; readonly inSystem: number; readonly utilisation: number }
  | { readonly do: "answer-probe"; readonly inSystem: number; readonly ms: number }
  | { readonly do: "wait"; readonly ms: number };

export interface History {
  readonly weights: readonly number[];
  readonly seed: number;
  readonly steps: readonly Step[];
}

const MOST_SERVERS = 6;
const server = fc.nat(MOST_SERVERS - 1);
const ms = fc.nat(500);
const weight = fc.constantFrom(1, 2, 3, 0.5, 10);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("request" as const),
      request: fc.nat(1000),
      avoid: fc.oneof({ weight: 3, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: server }),
      barred: fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.uniqueArray(server, { maxLength: MOST_SERVERS }) },
      ),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("end" as const), which: fc.nat(20), ms, answered: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("bind" as const), server }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("down", "up", "leave", "join"), server }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("weigh" as const), server, weight }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("report" as const),
      server,
      inSystem: fc.nat(50),
      utilisation: fc.constantFrom(0, 0.3, 0.8, 1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("answer-probe" as const), inSystem: fc.nat(50), ms }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const), ms }) },
);

export const history: fc.Arbitrary<History> = fc.record({
  weights: fc.oneof(
    fc.array(fc.constant(1), { minLength: 1, maxLength: MOST_SERVERS }),
    fc.array(weight, { minLength: 1, maxLength: MOST_SERVERS }),
  ),
  seed: fc.nat(1000),
  steps: fc.array(step, { minLength: 1, maxLength: 60, size: "max" }),
});

const named = (index: number): string => `server-${index + 1}`;

function stepText(step: Step, count: number): string {
  const those = (indices: readonly number[]) => indices.map((index) => named(index % count)).join(", ");
  switch (step.do) {
    case "request": {
      const avoid = step.avoid < 0 ? "" : `, ${those([step.avoid])} refused it`;
      const barred =
        step.barred.length === 0 ? "" : `, barred: ${those([...new Set(step.barred.map((at) => at % count))])}`;
      return `request ${step.request}${avoid}${barred}`;
    }
    case "end":
      return `a request ${step.answered ? "is answered" : "fails"} after ${step.ms} ms`;
    case "bind":
      return `a binding leads to ${those([step.server])}`;
    case "down":
      return `${those([step.server])} goes down`;
    case "up":
      return `${those([step.server])} comes up`;
    case "leave":
      return `${those([step.server])} leaves the configuration`;
    case "join":
      return `${those([step.server])} joins`;
    case "weigh":
      return `${those([step.server])} gets weight ${step.weight}`;
    case "report":
      return `${those([step.server])} reports ${step.inSystem} requests, utilisation ${step.utilisation}`;
    case "answer-probe":
      return `a probe is answered: ${step.inSystem} requests, ${step.ms} ms`;
    case "wait":
      return `${step.ms} ms go by`;
  }
}

/** Its steps in order, the first `count` of them. */
export const historyText = ({ weights, steps }: History, count: number): readonly string[] => [
  `servers of weight ${weights.join(", ")}`,
  ...steps.slice(0, count).map((step) => stepText(step, weights.length)),
];
