/**
 * What no single entry can know: names that must exist elsewhere, times that must fit together.
 *
 * The checks read a tolerant view of the file, so that they still find their mistakes when other entries are wrong.
 */
import type { Finding } from "../problems.ts";
import { clusterFindings } from "./cluster.ts";
import { faultFindings } from "./faults.ts";
import { strategyFindings } from "./strategies.ts";
import { timeFindings } from "./times.ts";
import { view } from "./view.ts";
import { workloadFindings } from "./workload.ts";

export function crossFindings(file: unknown): readonly Finding[] {
  const parsed = view.safeParse(file);
  if (!parsed.success) return [];
  return [timeFindings, workloadFindings, clusterFindings, faultFindings, strategyFindings].flatMap((check) =>
    check(parsed.data),
  );
}
