import type { Finding } from "../problems.ts";
import { formatQuantity } from "../units.ts";
import { type View, wrong } from "./view.ts";

export function timeFindings({ duration: end, warmUp, window }: View): readonly Finding[] {
  if (end === undefined) return [];
  const show = (value: number): string => formatQuantity("duration", value);
  const found: Finding[] = [];
  if (warmUp !== undefined && warmUp >= end) {
    found.push(wrong(["warmUp"], `must end before the run does, at ${show(end)}, found ${show(warmUp)}`));
  }
  if (window !== undefined && window > end) {
    found.push(wrong(["window"], `must be at most the duration, ${show(end)}, found ${show(window)}`));
  }
  return found;
}
