/** Which strategies run: the scenario's own, and the presets that it does not name. */
import { select } from "d3";
import { type LoadedScenario, presetNamed } from "../../scenarios/index.ts";
import { choosableStrategies } from "../run/plan.ts";

/** @param onChoose called with null when the choice is the scenario's own list */
export function drawStrategyChoice(
  parent: HTMLElement,
  scenario: LoadedScenario,
  chosen: ReadonlySet<string> | null,
  onChoose: (names: ReadonlySet<string> | null) => void,
): void {
  const own = new Set(scenario.strategies.map(({ name }) => name));
  const checked = chosen ?? own;
  const choosable = choosableStrategies(scenario);
  const groups = groupsOf(choosable.map(({ name }) => ({ name, group: own.has(name) ? OWN : familyOf(name) })));
  select(parent)
    .selectAll<HTMLDivElement, Group>(":scope > div")
    .data(groups, ({ group }) => group)
    .join((enter) => {
      const block = enter.append("div").attr("role", "group");
      block.append("p").text(({ group }) => group);
      return block;
    })
    .order()
    .attr("aria-label", ({ group }) => group)
    .selectAll<HTMLLabelElement, Member>("label")
    .data(
      ({ members }) => members,
      ({ name }) => name,
    )
    .join((enter) => {
      const label = enter.append("label");
      label.append("input").attr("type", "checkbox");
      label.append("span").text(({ name }) => name);
      return label;
    })
    .attr("title", ({ name }) => presetNamed(name)?.summary ?? null)
    .order()
    .select<HTMLInputElement>("input")
    .property("checked", ({ name }) => checked.has(name))
    // Something must run.
    .property("disabled", ({ name }) => checked.size === 1 && checked.has(name))
    .on("change", (_, { name }) => {
      const toggled = checked.has(name) ? [...checked].filter((entry) => entry !== name) : [...checked, name];
      const next = new Set(choosable.map((entry) => entry.name).filter((entry) => toggled.includes(entry)));
      const isOwn = next.size === own.size && [...own].every((entry) => next.has(entry));
      onChoose(isOwn ? null : next);
    });
}

const OWN = "the scenario's own";
const familyOf = (name: string): string => presetNamed(name)?.family ?? "others";

interface Member {
  readonly name: string;
  readonly group: string;
}
interface Group {
  readonly group: string;
  readonly members: Member[];
}

/** In the order in which they first occur. */
function groupsOf(members: readonly Member[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const member of members) {
    const found = groups.get(member.group) ?? { group: member.group, members: [] };
    found.members.push(member);
    groups.set(member.group, found);
  }
  return [...groups.values()];
}
