/** What the page shows and where it comes from: results that were given, or runs that it makes itself. */
import type { DashboardData } from "../../reports/dashboard-data.ts";
import { bundledScenarios, type LoadedScenario } from "../../scenarios/index.ts";
import { element } from "../dom.ts";
import { loadFiles, type NamedText } from "../load/files.ts";
import { planOf } from "../run/plan.ts";
import { run } from "../run/runner.ts";
import type { Store } from "../store.ts";
import { digestRows, digestVerdict, drawDigests } from "./digests.ts";
import { type Order, runPanel } from "./run-panel.ts";

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export class Session {
  private readonly store: Store;
  private given: DashboardData | null = null;
  private cancel: (() => void) | null = null;

  /** What went wrong, in words. */
  readonly notice = element("p", { class: "notice", role: "status", hidden: true });
  private readonly badge = element("span", { class: "badge", role: "status" });
  private readonly progress = element("progress", { max: 1, "aria-label": "Runs made", hidden: true });
  private readonly back = element(
    "button",
    { type: "button", class: "link", hidden: true, click: () => this.showGiven() },
    "Back to the results given",
  );
  readonly provenance = element("p", { class: "provenance" }, this.progress, this.badge, this.back);
  readonly panel = runPanel({
    onRun: (scenario, order) => this.start(scenario, order),
    onCancel: () => this.stop("Cancelled."),
  });

  constructor(store: Store) {
    this.store = store;
  }

  say(text: string): void {
    this.notice.textContent = text;
    this.notice.hidden = text === "";
  }

  /** Files that the reader dropped or chose. */
  take(files: readonly NamedText[]): void {
    const loaded = loadFiles(files);
    if (!loaded.ok) return this.say(loaded.reason);
    this.stop("");
    this.give(loaded.data);
  }

  give(data: DashboardData): void {
    this.remember(data);
    this.showGiven();
  }

  /** Results to compare digests with, and to come back to. */
  remember(data: DashboardData): void {
    this.given = data;
    this.say("");
  }

  private showGiven(): void {
    const { given, store } = this;
    if (given === null) return;
    this.back.hidden = true;
    const { text } = given.scenario;
    this.badge.textContent =
      text === null
        ? "Results given."
        : "Results given. Run it here to see whether this browser makes the same decisions.";
    store.choose({ scenario: null, set: [], strategies: null });
    store.setData(given);
    if (text === null) return;
    const bundled = bundledScenarios.find((scenario) => scenario.text === text)?.name ?? null;
    const strategies = given.strategies.map(({ name }) => name);
    this.panel.show({ bundled, text, set: [`seed=${given.seed}`, `runs=${given.runs}`], strategies });
  }

  start(scenario: LoadedScenario, order: Order): void {
    const { store, panel } = this;
    this.stop("");
    this.say("");
    const plan = planOf(scenario, order.strategies);
    const { strategies, runs } = plan.experiment;
    const what = `${counted(strategies.length, "strategy", "strategies")} × ${counted(runs, "run", "runs")}`;
    // A text of the reader's own is not in the link; what is bundled is, with what was changed.
    const linked = order.bundled === null ? { set: [], strategies: null } : order;
    store.choose({ scenario: order.bundled, set: linked.set, strategies: linked.strategies });
    this.setProgress(0, what);
    this.cancel = run(plan, {
      onProgress: (doneFraction) => this.setProgress(doneFraction, what),
      onData: (data, complete) => {
        store.setData(data);
        if (complete) this.finish(data, what);
      },
      onFailed: (message) => {
        this.end();
        panel.setProgress(null, "Failed.");
        this.badge.textContent = "";
        this.say(`The run failed: ${message}`);
      },
    });
  }

  private setProgress(doneFraction: number, what: string): void {
    const told = `${Math.floor(doneFraction * 100)} % of ${what}`;
    this.progress.hidden = false;
    this.progress.value = doneFraction;
    this.badge.textContent = `Running here, in your browser: ${told}.`;
    this.panel.setProgress(doneFraction, told);
  }

  private finish(data: DashboardData, what: string): void {
    this.end();
    const rows = digestRows(data, this.given);
    const verdict = digestVerdict(rows);
    this.panel.setProgress(null, `Done: ${what}.`);
    drawDigests(this.panel.result, rows);
    this.badge.textContent = `Made here, in your browser: ${what}${verdict === "" ? "" : `; ${verdict}`}.`;
    this.back.hidden = this.given === null;
  }

  private end(): void {
    this.cancel = null;
    this.progress.hidden = true;
  }

  private stop(state: string): void {
    if (this.cancel === null) return;
    this.cancel();
    this.end();
    this.panel.setProgress(null, state);
    this.badge.textContent = this.store.data === null ? state : `${state} What is shown is from before.`;
  }
}
