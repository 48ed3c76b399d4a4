/** Puts the page together and carries the reader's choices into the address. */
import type { DashboardData } from "../../reports/dashboard-data.ts";
import { bundledScenarios, type LoadedScenario, loadScenario } from "../../scenarios/index.ts";
import { element } from "../dom.ts";
import { applyHighlight } from "../draw/highlight.ts";
import { loadFiles } from "../load/files.ts";
import { isDashboardData } from "../load/kinds.ts";
import { planOf } from "../run/plan.ts";
import { run } from "../run/runner.ts";
import { Store } from "../store.ts";
import { peakSummary } from "../summaries.ts";
import { fragmentOf, panels, themes, type View } from "../view.ts";
import { answer } from "./answer.ts";
import { differences } from "./differences.ts";
import { digestRows, digestVerdict, drawDigests } from "./digests.ts";
import { bindDrop, fileChooser } from "./drop.ts";
import { heatMaps } from "./heat.ts";
import { bindPageKeys, keysDialog } from "./keys.ts";
import { loadStrips } from "./load-strips.ts";
import { losses } from "./losses.ts";
import { panel } from "./panels.ts";
import { percentiles } from "./percentiles.ts";
import { type Order, runPanel } from "./run-panel.ts";
import { servers } from "./servers.ts";
import { affinityTable, lossCausesTable, sessionEnds } from "./sessions.ts";
import { strategyBar } from "./strategy-bar.ts";
import { timeLines } from "./time-lines.ts";
import { trust } from "./trust.ts";

/** What the bare page runs. */
const OPENING = "checkout-crash";

export function buildPage(view: View, embedded: unknown): void {
  const store = new Store();
  store.view = view;
  let given: DashboardData | null = null;
  let cancel: (() => void) | null = null;

  const notice = element("p", { class: "notice", role: "status", hidden: true });
  const badge = element("p", { class: "badge", role: "status" });
  const back = element(
    "button",
    { type: "button", class: "link", hidden: true, click: () => showGiven() },
    "Back to the results given",
  );
  const say = (text: string) => {
    notice.textContent = text;
    notice.hidden = text === "";
  };

  const runs = runPanel({ onRun: (scenario, order) => start(scenario, order), onCancel: () => stop("Cancelled.") });
  const dialog = keysDialog();
  const chooser = fileChooser((files) => take(files));
  bindDrop((files) => take(files));

  const theme = element("button", { type: "button", class: "link", click: () => nextTheme() });
  const header = element(
    "header",
    { class: "top" },
    element("p", { class: "wordmark" }, "Evenkeel"),
    element(
      "p",
      { class: "controls" },
      chooser.button,
      element("button", { type: "button", class: "link", click: () => openRun() }, "Run it here"),
      theme,
      element(
        "button",
        { type: "button", class: "link", "aria-label": "Keys", click: () => dialog.showModal() },
        "Keys ?",
      ),
    ),
  );

  const section = (id: string, title: string, ...parts: HTMLElement[]) =>
    element(
      "section",
      { id, "aria-labelledby": `${id}-heading` },
      element("h2", { id: `${id}-heading` }, title),
      ...parts,
    );

  const main = element(
    "main",
    { id: "main", tabindex: -1 },
    notice,
    answer(store),
    element("div", { class: "provenance" }, badge, back),
    runs.root,
    strategyBar(store),
    element("h2", { class: "visually-hidden" }, "At a glance"),
    element("div", { class: "panels" }, ...panels.map((which) => panel(store, which).root)),
    trust(store),
    section(
      "load",
      "Load skew",
      loadStrips(store).root,
      timeLines(store, {
        id: "load-over-time",
        title: "Load peak to mean over time",
        summary: (data) => `It is ${peakSummary(data, "ratio", ({ timeline }) => timeline.loadPeakToMean)}`,
        unit: "ratio",
        column: ({ timeline }) => timeline.loadPeakToMean,
        from: 1,
        logBeyond: null,
      }).root,
    ),
    section(
      "loss",
      "Session loss",
      losses(store).root,
      sessionEnds(store).root,
      lossCausesTable(store).root,
      affinityTable(store).root,
    ),
    section(
      "latency",
      "Latency",
      element(
        "div",
        { class: "pair" },
        percentiles(store).root,
        timeLines(store, {
          id: "p99-over-time",
          title: "p99 response time over time",
          summary: (data) => `It is ${peakSummary(data, "ms", ({ timeline }) => timeline.responseTimeP99Ms)}`,
          unit: "ms",
          column: ({ timeline }) => timeline.responseTimeP99Ms,
          from: 0,
          logBeyond: 10,
        }).root,
      ),
      heatMaps(store).root,
    ),
    section("numbers", "All numbers", differences(store).root, servers(store).root),
  );
  document.body.append(
    element("a", { class: "skip", href: "#main", click: (event) => skip(event) }, "Skip to the answer"),
    header,
    main,
    dialog,
  );

  /** The fragment is the view's, so the link moves the focus itself. */
  function skip(event: Event): void {
    event.preventDefault();
    main.focus();
    main.scrollIntoView();
  }

  function openRun(): void {
    runs.root.open = true;
    runs.root.scrollIntoView({ block: "start" });
    runs.root.querySelector<HTMLElement>("select")?.focus();
  }

  function nextTheme(): void {
    const at = themes.indexOf(store.view.theme);
    store.choose({ theme: themes[(at + 1) % themes.length] ?? "system" });
  }

  function take(files: readonly { readonly name: string; readonly text: string }[]): void {
    const loaded = loadFiles(files);
    if (!loaded.ok) return say(loaded.reason);
    stop("");
    give(loaded.data);
  }

  function give(data: DashboardData): void {
    given = data;
    say("");
    showGiven();
  }

  function showGiven(): void {
    if (given === null) return;
    const { text, name } = given.scenario;
    back.hidden = true;
    badge.textContent =
      text === null ? "" : "Results given. Run it here to see whether this browser makes the same decisions.";
    store.choose({ scenario: null, set: [], strategies: null });
    store.setData(given);
    const strategies = given.strategies.map((strategy) => strategy.name);
    const seeds = [`seed=${given.seed}`, `runs=${given.runs}`];
    if (text !== null)
      runs.show({
        bundled: bundledScenarios.some((entry) => entry.text === text) ? name : null,
        text,
        set: seeds,
        strategies,
      });
  }

  function start(scenario: LoadedScenario, order: Order): void {
    stop("");
    say("");
    const plan = planOf(scenario, order.strategies);
    const { strategies, runs: count } = plan.experiment;
    const what = `${strategies.length} ${strategies.length === 1 ? "strategy" : "strategies"} × ${count} ${count === 1 ? "run" : "runs"}`;
    store.choose({
      scenario: order.bundled,
      set: order.bundled === null ? [] : order.set,
      strategies: order.bundled === null ? null : order.strategies,
    });
    if (store.data === null) announce(scenario, `Running ${what} here, in this page …`);
    const progress = (doneFraction: number) => {
      const percent = Math.floor(doneFraction * 100);
      runs.setProgress(doneFraction, `${percent} % of ${what}`);
      badge.textContent = `Running here, in your browser: ${percent} % of ${what}.`;
    };
    progress(0);
    cancel = run(plan, {
      onProgress: progress,
      onData: (data, complete) => {
        store.setData(data);
        if (!complete) return;
        const rows = digestRows(data, given);
        cancel = null;
        const verdict = digestVerdict(rows);
        runs.setProgress(null, `Done: ${what}.`);
        drawDigests(runs.result, rows);
        badge.textContent = `Made here, in your browser: ${what}${verdict === "" ? "" : `; ${verdict}`}.`;
        back.hidden = given === null;
      },
      onFailed: (message) => {
        cancel = null;
        runs.setProgress(null, "Failed.");
        badge.textContent = "";
        say(`The run failed: ${message}`);
      },
    });
  }

  /** Before there is anything to show: the question, and that its answer is on the way. */
  function announce(scenario: LoadedScenario, text: string): void {
    const heading = main.querySelector("h1");
    const headline = main.querySelector(".headline");
    if (heading !== null) heading.textContent = scenario.question ?? scenario.name;
    if (headline !== null) headline.textContent = text;
  }

  function stop(state: string): void {
    if (cancel === null) return;
    cancel();
    cancel = null;
    runs.setProgress(null, state);
    badge.textContent = store.data === null ? "" : `${state} What is shown is from before.`;
  }

  store.listen({
    draw: () => {
      document.documentElement.dataset["theme"] = store.view.theme;
      document.body.classList.toggle("empty", store.data === null);
      theme.textContent = `Theme: ${store.view.theme}`;
      const fragment = fragmentOf(store.view);
      history.replaceState(null, "", fragment === "" ? location.pathname + location.search : `#${fragment}`);
    },
    point: () => applyHighlight(main, store.highlighted, store.point.server),
  });
  bindPageKeys({ help: () => dialog.showModal(), clear: () => store.clear(), theme: nextTheme });
  new ResizeObserver(() => store.draw()).observe(main);

  if (embedded !== null && !isDashboardData(embedded))
    say("The data in this page is not a comparison that it can read.");
  const wanted = bundledScenarios.find(({ name }) => name === view.scenario);
  if (isDashboardData(embedded) && wanted === undefined) return give(embedded);
  if (isDashboardData(embedded)) given = embedded;
  if (view.scenario !== null && wanted === undefined)
    say(`No bundled scenario is called "${view.scenario}"; this is ${OPENING}.`);
  const text = (wanted ?? bundledScenarios.find(({ name }) => name === OPENING))?.text ?? "";
  const order: Order = {
    bundled: wanted?.name ?? OPENING,
    text,
    set: wanted === undefined ? [] : view.set,
    strategies: wanted === undefined ? null : view.strategies,
  };
  runs.show(order);
  const loaded = loadScenario(text, { fileName: `${order.bundled}.yaml`, set: order.set });
  store.draw();
  if (loaded.ok) start(loaded.scenario, order);
  else say(loaded.problems.map(({ path, message }) => `${path} ${message}`).join("; "));
}
