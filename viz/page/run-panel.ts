/** "Run it here": choose a scenario, turn its knobs or edit its text, and run it in this page. */
import { shellCommand } from "../../reports/manifest.ts";
import { bundledScenarios, type LoadedScenario, loadScenario, renderProblems } from "../../scenarios/index.ts";
import { element } from "../dom.ts";
import { type Knob, knobsOf, settingsOf, valuesOf } from "../run/knobs.ts";
import { drawKnobs } from "./knob-list.ts";
import { drawStrategyChoice } from "./strategy-choice.ts";

/** What is to be run: a scenario's text, with overrides. */
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
  /** Where the digests go. */
  readonly result: HTMLElement;
}

export interface RunPanelActions {
  readonly onRun: (scenario: LoadedScenario, order: Order) => void;
  readonly onCancel: () => void;
}

const FILE_NAME = "scenario.yaml";

/** The same run on the command line, in parts that stay on one line each. */
const commandParts = ({ bundled, set, strategies }: Order): readonly string[] => [
  shellCommand(["evenkeel", "run", bundled ?? FILE_NAME]),
  ...set.map((setting) => shellCommand(["--set", setting])),
  ...(strategies === null ? [] : [shellCommand(["--strategies", strategies.join(",")])]),
];

export function runPanel(actions: RunPanelActions): RunPanel {
  let knobs: readonly Knob[] = [];
  let values = new Map<string, number>();
  /** Overrides that no knob stands for. */
  let others: readonly string[] = [];
  let chosen: ReadonlySet<string> | null = null;
  let loaded: LoadedScenario | null = null;

  const scenarioChoice = element(
    "select",
    { id: "scenario-choice", change: () => showBundled() },
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
  const cancelButton = element("button", { type: "button", click: actions.onCancel, hidden: true }, "Cancel");
  const state = element("span", { class: "state", role: "status" });
  const result = element("div", { class: "digests" });
  const root = element(
    "details",
    { class: "run-panel", id: "run" },
    element("summary", {}, "Run it here: turn a knob, edit the scenario"),
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
        element("p", { class: "run-buttons" }, runButton, cancelButton, state),
        element("p", { class: "command" }, "On the command line: ", command),
        result,
      ),
      element("div", {}, element("label", { for: "scenario-text" }, "Scenario file"), editor, problems),
    ),
  );

  function showBundled(): void {
    const found = bundledScenarios.find(({ name }) => name === scenarioChoice.value);
    if (found !== undefined) show({ bundled: found.name, text: found.text, set: [], strategies: null });
  }

  function show({ text, set, strategies }: Order): void {
    editor.value = text;
    const base = loadScenario(text, { fileName: FILE_NAME });
    const own = base.ok ? base.scenario.strategies.map(({ name }) => name) : [];
    const isOwn = strategies?.length === own.length && own.every((name) => strategies.includes(name));
    chosen = strategies === null || isOwn ? null : new Set(strategies);
    knobs = base.ok ? knobsOf(text, base.scenario) : [];
    const placed = valuesOf(knobs, set);
    values = new Map(placed.values);
    others = placed.others;
    check();
  }

  /** The text was edited: where it is sound, knobs begin anew; where it is not, they stay until it is again. */
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
    return {
      bundled: bundledScenarios.find(({ text }) => text === editor.value)?.name ?? null,
      text: editor.value,
      set: [...others, ...settingsOf(knobs, values)],
      strategies: chosen === null ? null : [...chosen],
    };
  }

  function check(): void {
    const wanted = order();
    const { text, set } = wanted;
    const found = loadScenario(text, { fileName: FILE_NAME, set });
    loaded = found.ok ? found.scenario : null;
    problems.textContent = found.ok ? "" : renderProblems(found.problems, { fileName: FILE_NAME, text });
    problems.hidden = found.ok;
    const replays = loaded !== null && loaded.replays.length > 0;
    runButton.disabled = loaded === null || replays;
    if (cancelButton.hidden) state.textContent = replays ? "It replays a log, which only the command line can do." : "";
    scenarioChoice.value = wanted.bundled ?? "";
    command.replaceChildren(...commandParts(wanted).flatMap((part) => [element("span", {}, part), " "]));
    drawKnobs(knobList, knobs, values, (key, value) => {
      values.set(key, value);
      check();
    });
    if (loaded === null) return;
    drawStrategyChoice(strategyList, loaded, chosen, (names) => {
      chosen = names;
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
      cancelButton.hidden = doneFraction === null;
      state.textContent = what;
    },
    result,
  };
}
