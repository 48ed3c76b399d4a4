import { expect, test } from "vitest";
import { type LoadedScenario, loadScenario, renderProblems, scenarioTemplate } from "./index.ts";
import { withoutPartNames } from "./testing/part-names.ts";

const load = (...set: readonly string[]): LoadedScenario => {
  const result = loadScenario(scenarioTemplate, { fileName: "test.yaml", set });
  if (!result.ok) throw new Error(renderProblems(result.problems, { fileName: "test.yaml", text: scenarioTemplate }));
  return result.scenario;
};

test("an override replaces a value, with the schema's own types", () => {
  const { model, runs } = load(
    "cluster.servers.count=6",
    "runs=2",
    "workload.shoppers.session.think={ lognormal: { mean: 9s, cv: 2 } }",
  );
  expect(model.cluster.servers[0]?.count).toBe(6);
  expect(runs).toBe(2);
  expect(model.populations[0]?.session.thinkMs).toEqual({ law: "lognormal", mean: 9_000, cv: 2 });
});

test("an override adds what the file leaves to its default, however deep", () => {
  const { model } = load(
    "workload.shoppers.clients.addresses.nat={ share: 20%, addresses: 3 }",
    "cluster.balancers.choose=per-session",
  );
  expect(model.populations[0]?.clients).toMatchObject({ natFraction: 0.2, natAddresses: 3 });
  expect(model.cluster.balancers.choose).toBe("per-session");
});

test("entries of lists go by number or by name, and a preset named in the list can be given knobs", () => {
  const { strategies, model } = load(
    "strategies.sticky-cookie.balancing=random",
    "strategies.2.balancing=round-robin",
    "faults.0.at=2m",
  );
  expect(strategies.map(({ name, balancing, affinity }) => [name, balancing.name, affinity.name])).toEqual([
    ["sticky-cookie", "random", "balancer-cookie"],
    ["redis-sessions", "least-connections", "none"],
    ["mine", "round-robin", "none"],
  ]);
  expect(model.faults[0]?.atMs).toBe(120_000);
});

test("the last of several overrides of one entry wins", () => {
  expect(load("runs=2", "runs=4").runs).toBe(4);
});

test("a mistake in an override is told with the override, its caret and the nearest word", async () => {
  const set = [
    "cluster.server.count=3",
    "cluster.servers.count=eight",
    "strategies.redis-sessions.balancing=least-conections",
    "foo",
    "strategies.nope.balancing=random",
    "faults.0.crash=server-9",
    "workload.shoppers.patience.x=3",
    "runs=[1",
    "workload.shoppers.session.think={ lognormal: { meen: 9s, cv: 0 } }",
    "seed=",
  ];
  const result = loadScenario(scenarioTemplate, { fileName: "test.yaml", set });
  const text = result.ok ? "" : renderProblems(result.problems, { fileName: "test.yaml", text: scenarioTemplate });
  await expect(withoutPartNames(text)).toMatchFileSnapshot("./golden/settings.txt");
});
