/** How the cost of a decision grows with the number n of servers, as a definition's `cost` states it. */

export type Growth = "O(1)" | "O(log n)" | "O(n)";

/** From the least to the most. */
export const growths: readonly Growth[] = ["O(1)", "O(log n)", "O(n)"];

/** A logarithm is one of n, of points that n servers have, of what else grows with them; what names no n does not grow. */
function growthOf(term: string): Growth {
  if (/\blog\b/.test(term)) return "O(log n)";
  return term === "n" ? "O(n)" : "O(1)";
}

/**
 * The most that the first clause says, which is about a decision; what follows a `;` or a full stop is about changes and
 * special cases. null where it says nothing of the kind.
 */
export function statedGrowth(cost: string): Growth | null {
  const [clause = ""] = cost.split(/[;.]/);
  const stated = [...clause.matchAll(/O\(([^()]*(?:\([^()]*\))?[^()]*)\)/g)].map(([, term = ""]) => growthOf(term));
  return growths.findLast((growth) => stated.includes(growth)) ?? null;
}

export const growsMore = (measured: Growth, stated: Growth): boolean =>
  growths.indexOf(measured) > growths.indexOf(stated);
