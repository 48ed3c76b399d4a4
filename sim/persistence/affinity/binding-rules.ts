/** The knobs that every mechanism with a binding shares: what becomes of bound requests when their server cannot be used. */
import { type BindingRules, usualRules } from "./mechanism.ts";

/** The knobs, with a product's own defaults where they are not the usual ones. */
export const bindingKnobs = ({
  whenDraining = usualRules.whenDraining,
  whenDown = usualRules.whenDown,
  strictness = usualRules.strictness,
  boundedWaitMs = usualRules.boundedWaitMs,
}: Partial<BindingRules> = {}) =>
  ({
    whenDraining: {
      unit: "choice",
      choices: ["keep", "move", "refuse"],
      default: whenDraining,
      summary:
        "Bound requests to a draining server: still there (HAProxy, nginx), elsewhere at once (AWS ALB), or refused (Envoy strict).",
    },
    whenDown: {
      unit: "choice",
      choices: ["move", "insist", "refuse"],
      default: whenDown,
      summary:
        "Bound requests to a server that is out: bound anew, sent there all the same (HAProxy option persist), or refused (Apache nofailover=On, Envoy strict).",
    },
    strictness: {
      unit: "choice",
      choices: ["soft", "bounded", "hard"],
      default: strictness,
      summary:
        "Bound requests to a server without room: elsewhere at once, after a bounded wait, or never; wants maxConnections and a queue.",
    },
    boundedWaitMs: {
      unit: "ms",
      default: boundedWaitMs,
      minimum: 0,
      summary: "How long a request waits for its own server under bounded strictness.",
    },
  }) as const;

interface BindingValues {
  readonly whenDraining: string;
  readonly whenDown: string;
  readonly strictness: string;
  readonly boundedWaitMs: number;
}

/** The rules that values of `bindingKnobs` say; the schema has checked the words. */
export const bindingRules = ({ whenDraining, whenDown, strictness, boundedWaitMs }: BindingValues): BindingRules => ({
  whenDraining: whenDraining as BindingRules["whenDraining"],
  whenDown: whenDown as BindingRules["whenDown"],
  strictness: strictness as BindingRules["strictness"],
  boundedWaitMs,
});
