/** What the page shows first: the scenario that its link names, else the results inside it, else a scenario run at once. */
import type { Experiment } from "../../reports/experiment.ts";
import { bundledScenarios, loadScenario } from "../../scenarios/index.ts";
import { isDashboardData } from "../load/kinds.ts";
import { planOf } from "../run/plan.ts";
import type { View } from "../view.ts";
import type { Session } from "./session.ts";

/** What the bare page runs. */
const OPENING = "checkout-crash";

/** @param announce called with what is to be run while there is nothing to show yet */
export function open(
  session: Session,
  view: View,
  embedded: unknown,
  announce: (experiment: Experiment) => void,
): void {
  const data = isDashboardData(embedded) ? embedded : null;
  if (embedded !== null && data === null) session.say("The data in this page is not a comparison that it can read.");
  const wanted = bundledScenarios.find(({ name }) => name === view.scenario);
  if (view.scenario !== null && wanted === undefined) {
    const known = bundledScenarios.map(({ name }) => name).join(", ");
    session.say(`The link names the scenario "${view.scenario}", which is not bundled; known: ${known}.`);
  }
  if (data !== null && wanted === undefined) return session.give(data);
  if (data !== null) session.remember(data);
  const scenario = wanted ?? bundledScenarios.find(({ name }) => name === OPENING);
  if (scenario === undefined) throw new Error(`open: there is no bundled scenario "${OPENING}"`);
  const linked = wanted === undefined ? { set: [], strategies: null } : view;
  const order = { bundled: scenario.name, text: scenario.text, set: linked.set, strategies: linked.strategies };
  session.panel.show(order);
  const loaded = loadScenario(order.text, { fileName: `${scenario.name}.yaml`, set: order.set });
  if (!loaded.ok) {
    const told = loaded.problems.map(({ setting, message }) => `${setting ?? scenario.name}: ${message}`);
    return session.say(`The link cannot be followed. ${told.join("; ")}`);
  }
  announce(planOf(loaded.scenario, order.strategies).experiment);
  session.start(loaded.scenario, order);
}
