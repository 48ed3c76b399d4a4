/** The first thing read: the question, the answer in words, and what it rests on. */
import type { DashboardData } from "../../reports/dashboard-data.ts";
import { formatSpan, plainNumber } from "../../reports/format.ts";
import { element } from "../dom.ts";
import { styleOf } from "../palette.ts";
import type { Store } from "../store.ts";
import { withMinus } from "../typography.ts";

/** The text with every strategy's name marked in its colour. Longer names first: `sticky` must not cut `sticky-cookie`. */
function marked(text: string, names: readonly string[]): (Node | string)[] {
  const longestFirst = names.toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(
    `(?<![\\w-])(${longestFirst.map((name) => name.replace(/[^\w-]/g, "\\$&")).join("|")})(?![\\w-])`,
  );
  return text.split(pattern).map((part) => {
    const index = names.indexOf(part);
    if (index < 0) return part;
    const mark = element("b", { class: "strategy", "data-strategy": part }, part);
    mark.style.setProperty("--colour", styleOf(index).colour);
    return mark;
  });
}

function facts(data: DashboardData): string[] {
  const { durationMs, warmUpMs, runs, seed, strategies, version, scenario } = data;
  const requests = strategies[0]?.metrics.requestsOffered?.mean;
  return [
    `${formatSpan(durationMs)} simulated${warmUpMs > 0 ? `, the first ${formatSpan(warmUpMs)} cut as warm-up` : ""}`,
    runs === 1 ? `1 run, seed ${seed}` : `${runs} runs, seeds ${seed}–${seed + runs - 1}, paired`,
    ...(requests === undefined ? [] : [`${plainNumber(Math.round(requests), 0)} requests a run`]),
    `engine ${version}`,
    `scenario ${scenario.hash.slice(0, 8)}`,
  ];
}

export interface Answer {
  readonly root: HTMLElement;
  /** Before there is anything to show: the question, and that its answer is on the way. */
  readonly announce: (question: string) => void;
}

export function answer(store: Store): Answer {
  const name = element("p", { class: "scenario-name" });
  const question = element("h1", {});
  const headline = element("p", { class: "headline", "aria-live": "polite" });
  const about = element("p", { class: "facts" });
  const root = element("section", { class: "answer", "aria-label": "Answer" }, name, question, headline, about);

  function draw(): void {
    const { data } = store;
    if (data === null) return;
    name.textContent = data.scenario.name;
    question.textContent = data.scenario.question ?? data.scenario.name;
    document.title = `${data.scenario.name} · Evenkeel`;
    headline.replaceChildren(
      ...marked(
        withMinus(data.headline),
        data.strategies.map((strategy) => strategy.name),
      ),
    );
    about.replaceChildren(...facts(data).map((fact) => element("span", {}, fact)));
  }

  store.listen({ draw });
  return {
    root,
    announce: (text) => {
      question.textContent = text;
      headline.textContent = "The first answer comes when every strategy has run once …";
    },
  };
}
