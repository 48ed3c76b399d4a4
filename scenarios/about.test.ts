import { describe, expect, it } from "vitest";
import { aboutStrategy } from "./about.ts";
import { loadScenario } from "./load.ts";
import { presetNamed } from "./presets/index.ts";

/** What is said of each strategy of a file that gives these, in YAML's flow style. */
function told(...strategies: readonly string[]) {
  const text = `
name: about
duration: 1m
workload: { users: { arrivals: { process: poisson, rate: 1/s }, session: { requests: 1, think: 1s, writes: 0%, size: 1KiB } } }
cluster: { servers: { count: 4, workers: 1, service: 10ms } }
strategies: [ ${strategies.join(", ")} ]
`;
  const loaded = loadScenario(text, { fileName: "about.yaml" });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join("; "));
  return loaded.scenario.strategies.map(aboutStrategy);
}

const triple = (name: string, balancing: string, rest = "") =>
  `{ name: ${name}, balancing: ${balancing}, affinity: none, state: server-memory${rest} }`;

describe("what is told of a strategy", () => {
  it("is the preset's sentence while it is the preset, and its parts once it is not", () => {
    const [preset, changed] = told("sticky-cookie", "{ name: mine, extends: sticky-cookie, balancing: random }");
    expect(preset!.summary).toBe(presetNamed("sticky-cookie")!.summary);
    expect(changed!.summary).toBe("balancing random; affinity balancer-cookie; state server-memory");
  });

  it("has the knobs that depart from their defaults, as a file writes them", () => {
    const [about] = told(triple("a", "{ least-connections: { load: reported } }"), triple("b", "round-robin"));
    expect(about!.parts).toEqual({
      balancing: "least-connections (load: reported)",
      affinity: "none",
      state: "server-memory",
    });
  });

  it("has the rules of sessions that are its own", () => {
    const rules =
      ", sessions: { idleTimeout: 10m, renewal: on-write, concurrency: locked, encoding: { compression: lz4 } }";
    expect(told(triple("a", "round-robin", rules))[0]!.parts.state).toBe(
      "server-memory, sessions: idle timeout 10m, renewal on-write, locked, compressed 2.1 to 1",
    );
  });

  it("has the helpers of placement and the reports of its own", () => {
    const texts = told(
      triple("a", "random", ", placement: [ { subset: { size: 3 } }, slow-start ], reports: none"),
      triple("b", "random", ", reports: { interval: 0s, delay: 50ms }"),
      triple("c", "random", ", reports: { interval: 2s, delay: { exponential: 5ms }, loss: 10% }"),
    ).map(({ parts }) => parts.balancing);
    expect(texts).toEqual([
      "random, subset (size: 3), slow-start, no reports",
      "random, reports at every change, 50ms late",
      "random, reports every 2s, exponential delay, 10% lost",
    ]);
  });
});
