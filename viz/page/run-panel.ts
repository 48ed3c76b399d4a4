/** "Run it here": choose a scenario, turn its knobs or edit its text, and run it in this page. */
import { select } from "d3";
import { bundledScenarios, type LoadedScenario, loadScenario, renderProblems } from "../../scenarios/index.ts";
import { element } from "../dom.ts";
import { type Knob, knobsOf, settingsOf, valuesOf } from "../run/knobs.ts";
import { choosableStrategies } from "../run/plan.ts";

/** What is to be run: the text that stands in the editor, with overrides. */
export interface Order {
  /** The bundled scenario whose text it is; null for a text of the reader's own. */
  readonly bundled: string | null;
  readonly text: string;
  readonly set: readonly string[];
  readonly strategies: readonly string[] | null;
}

export interface RunPanel {
  readonly root: HTMLDetailsElement;
  readonly show: (order: Order) => void;
  /** null: nothing is running. */
  readonly setProgress: (doneFraction: number | null, what: string) => void;
  readonly result: HTMLElement;
}

export interface RunPanelActions {
  readonly onRun: (scenario: LoadedScenario, order: Order) => void;
  readonly onCancel: () => void;
}

const FILE_NAME = "scenario.yaml";

export function runPanel(actions: RunPanelActions): RunPanel {
  let knobs: readonly Knob[] = [];
  let values = new Map<string, number>();
  let others: readonly string[] = [];
  let chosen: ReadonlySet<string> | null = null;
  let loaded: LoadedScenario | null = null;

  const scenarioChoice = element(
    "select",
    { id: "scenario-choice", change: () => showBundled(scenarioChoice.value) },
    element("option", { value: "" }, "a text of your own"),
    ...bundledScenarios.map(({ name }) => element("option", { value: name }, name)),
  );
  const knobList = element("div", { class: "knobs" });
  const strategyList = element("fieldset", { class: "strategies" }, element("legend", {}, "Strategies"));
  const editor = element("textarea", {
    id: "scenario-text",
    spellcheck: "false",
    autocapitalize: "off",
    rows: 24,
    input: () => readText(),
  });
  const problems = element("pre", { class: "problems", role: "status" });
  const command = element("code", {});
  const runButton = element("button", { type: "button", class: "primary", click: () => start() }, "Run");
  const cancelButton = element("button", { type: "button", click: () => actions.onCancel(), hidden: true }, "Cancel");
  const progress = element("progress", { max: 1, "aria-label": "Runs made", hidden: true });
  const state = element("span", { class: "state", role: "status" });
  const result = element("div", { class: "digests" });
  const root = element(
    "details",
    { class: "run-panel", id: "run" },
    element("summary", {}, "Run it here"),
    element(
      "div",
      { class: "run-grid" },
      element(
        "div",
        { class: "run-controls" },
        element("label", { for: "scenario-choice" }, "Scenario"),
        scenarioChoice,
        knobList,
        strategyList,
        element("p", { class: "run-buttons" }, runButton, cancelButton, progress, state),
        element("p", { class: "command" }, "On the command line: ", command),
        result,
      ),
      element(
        "div",
        { class: "run-text" },
        element("label", { for: "scenario-text" }, "Scenario file"),
        editor,
        problems,
      ),
    ),
  );

  function showBundled(name: string): void {
    const found = bundledScenarios.find((scenario) => scenario.name === name);
    if (found !== undefined) show({ bundled: name, text: found.text, set: [], strategies: null });
  }

  function show({ text, set, strategies }: Order): void {
    editor.value = text;
    chosen = strategies === null ? null : new Set(strategies);
    const base = loadScenario(text, { fileName: FILE_NAME });
    knobs = base.ok ? knobsOf(text, base.scenario) : [];
    const placed = valuesOf(knobs, set);
    values = new Map(placed.values);
    others = placed.others;
    check();
  }

  /** The text was edited: knobs begin anew where it is sound. */
  function readText(): void {
    const base = loadScenario(editor.value, { fileName: FILE_NAME });
    if (base.ok) {
      knobs = knobsOf(editor.value, base.scenario);
      values = new Map();
      others = [];
    }
    check();
  }

  function order(): Order {
    const bundled = bundledScenarios.find(({ text }) => text === editor.value)?.name ?? null;
    const set = [...others, ...settingsOf(knobs, values)];
    return { bundled, text: editor.value, set, strategies: chosen === null ? null : [...chosen] };
  }

  function check(): void {
    const { bundled, text, set, strategies } = order();
    const found = loadScenario(text, { fileName: FILE_NAME, set });
    loaded = found.ok ? found.scenario : null;
    problems.textContent = found.ok ? "" : renderProblems(found.problems, { fileName: FILE_NAME, text });
    problems.hidden = found.ok;
    const replays = loaded !== null && loaded.replays.length > 0;
    runButton.disabled = loaded === null || replays;
    if (replays) state.textContent = "It replays a log, which only the command line can do.";
    else if (!root.classList.contains("running")) state.textContent = "";
    scenarioChoice.value = bundled ?? "";
    const words = [
      "evenkeel",
      "run",
      bundled ?? FILE_NAME,
      ...set.flatMap((setting) => ["--set", /^[\w.=%/-]+$/.test(setting) ? setting : `'${setting}'`]),
    ];
    command.textContent = [...words, ...(strategies === null ? [] : ["--strategies", strategies.join(",")])].join(" ");
    drawKnobs();
    drawStrategies();
  }

  function drawKnobs(): void {
    select(knobList)
      .selectAll<HTMLLabelElement, Knob>("label")
      .data(knobs, ({ key }) => key)
      .join((enter) => {
        const label = enter.append("label");
        label.append("span").attr("class", "title");
        label.append("input").attr("type", "range");
        label.append("output");
        return label;
      })
      .each(function (knob) {
        const value = values.get(knob.key) ?? knob.usual;
        const label = select(this).classed("changed", value !== knob.usual);
        label.select(".title").text(knob.label);
        label
          .select<HTMLInputElement>("input")
          .attr("min", knob.minimum)
          .attr("max", knob.maximum)
          .attr("step", knob.step)
          .attr("aria-valuetext", `${value} ${knob.unit}`.trim())
          .property("value", value)
          .on("input", function () {
            values.set(knob.key, this.valueAsNumber);
            check();
          });
        label
          .select("output")
          .text(`${value}${knob.unit === "" || knob.unit === "%" || knob.unit === "×" ? knob.unit : ` ${knob.unit}`}`);
      });
  }

  function drawStrategies(): void {
    if (loaded === null) return;
    const scenario = loaded;
    const own = new Set(scenario.strategies.map(({ name }) => name));
    const checked = chosen ?? own;
    select(strategyList)
      .selectAll<HTMLLabelElement, { name: string }>("label")
      .data(choosableStrategies(scenario), ({ name }) => name)
      .join((enter) => {
        const label = enter.append("label");
        label.append("input").attr("type", "checkbox");
        label.append("span").text(({ name }) => name);
        return label;
      })
      .select<HTMLInputElement>("input")
      .property("checked", ({ name }) => checked.has(name))
      .on("change", function (_, { name }) {
        const next = new Set(checked);
        if (this.checked) next.add(name);
        else if (next.size > 1) next.delete(name);
        const isUsual = next.size === own.size && [...own].every((entry) => next.has(entry));
        chosen = isUsual
          ? null
          : new Set(
              choosableStrategies(scenario)
                .map((entry) => entry.name)
                .filter((entry) => next.has(entry)),
            );
        check();
      });
  }

  function start(): void {
    if (loaded !== null) actions.onRun(loaded, order());
  }

  return {
    root,
    show,
    setProgress: (doneFraction, what) => {
      const running = doneFraction !== null;
      root.classList.toggle("running", running);
      progress.hidden = !running;
      cancelButton.hidden = !running;
      if (doneFraction !== null) progress.value = doneFraction;
      state.textContent = what;
    },
    result,
  };
}
