import { type Divergence, firstDivergence } from "../reports/divergence.ts";
import { inputError } from "./errors.ts";
import { unknownNameError } from "./names.ts";
import type { SavedResults } from "./saved-results.ts";

export interface Compared {
  /** Strategies, one of each side. */
  readonly a: string;
  readonly b: string;
  readonly seed: number;
  readonly decisions: readonly [number, number];
  /** null: the same decisions. */
  readonly divergence: Divergence | null;
}

const namesOf = ({ plan }: SavedResults): readonly string[] => plan.experiment.strategies.map(({ name }) => name);

function checked(name: string, results: SavedResults): string {
  if (namesOf(results).includes(name)) return name;
  throw unknownNameError("strategy", name, namesOf(results), "the folder's manifest.json");
}

/**
 * Run by run, by seed, in the order of the first side. `chosen` names one strategy of each side; null takes those they
 * share.
 *
 * @throws UserError when there is nothing to compare.
 */
export function compareDecisions(
  a: SavedResults,
  b: SavedResults,
  chosen: readonly [string, string] | null,
): readonly Compared[] {
  const pairs =
    chosen === null
      ? namesOf(a).flatMap((name) => (namesOf(b).includes(name) ? [[name, name] as const] : []))
      : [[checked(chosen[0], a), checked(chosen[1], b)] as const];
  const compared = pairs.flatMap(([nameA, nameB]) =>
    a.records
      .filter(({ strategy }) => strategy === nameA)
      .flatMap(({ seed, digest }) => {
        const other = b.records.find((record) => record.strategy === nameB && record.seed === seed)?.digest;
        if (other === undefined) return [];
        const decisions = [digest.decisions, other.decisions] as const;
        return [{ a: nameA, b: nameB, seed, decisions, divergence: firstDivergence(digest, other) }];
      }),
  );
  if (compared.length > 0) return compared;
  throw inputError(
    "the two have no strategy or no seed in common; compare runs of the same seeds, or name --strategies a,b",
  );
}
