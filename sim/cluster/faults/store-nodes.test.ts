import { describe, expect, it } from "vitest";
import { ALL_NODES, type StateBackend } from "../../persistence/state/backend.ts";
import { serverMemory } from "../../persistence/state/server-memory.ts";
import { Simulation } from "../simulation.ts";
import { scenario, strategy } from "../testing/scenario.ts";
import { StoreNodes } from "./store-nodes.ts";

function nodes(): { readonly store: StoreNodes; readonly told: string[] } {
  const told: string[] = [];
  const state = {
    storeFaultBegins: (kind: string, node: number) => told.push(`${kind} ${node} begins`),
    storeFaultEnds: (kind: string, node: number) => told.push(`${kind} ${node} ends`),
  } as unknown as StateBackend;
  return { store: new StoreNodes(state), told };
}

describe("faults of a store's nodes", () => {
  it("of one kind on one node end with the last of them", () => {
    const { store, told } = nodes();
    store.begin("crash", 0);
    store.begin("crash", 0);
    store.end("crash", 0);
    store.end("crash", 0);
    expect(told).toEqual(["crash 0 begins", "crash 0 begins", "crash 0 ends"]);
  });

  it("do not end with those of another node or another kind", () => {
    const { store, told } = nodes();
    store.begin("crash", 0);
    store.begin("hang", 0);
    store.begin("crash", 1);
    told.length = 0;
    store.end("crash", 1);
    store.end("hang", 0);
    expect(told).toEqual(["crash 1 ends", "hang 0 ends"]);
  });

  it("end with that of all nodes at the earliest, and outlast it where they are longer", () => {
    const { store, told } = nodes();
    store.begin("hang", ALL_NODES);
    store.begin("hang", 1);
    store.end("hang", 1);
    store.begin("hang", 2);
    told.length = 0;
    store.end("hang", ALL_NODES);
    expect(told).toEqual([`hang ${ALL_NODES} ends`, "hang 2 begins"]);
    store.end("hang", 2);
    expect(told.at(-1)).toBe("hang 2 ends");
  });

  it("reach the backend of a run at their times, and are told by the names of a scenario", () => {
    const simulation = new Simulation(
      scenario([], {
        faults: [
          { kind: "store-hang", atMs: 100, nodes: [1], endsAfterMs: 50 },
          { kind: "store-cut-off", atMs: 200, nodes: [0, 2], endsAfterMs: null },
          { kind: "store-flush", atMs: 300, nodes: [ALL_NODES], endsAfterMs: null },
        ],
        cluster: { ...scenario([]).cluster, servers: [] },
        populations: [],
      }),
      strategy({ state: { name: serverMemory.name, knobs: {} } }),
      1,
    );
    const told: string[] = [];
    simulation.state.storeFaultBegins = (kind, node) => told.push(`${simulation.nowMs} ${kind} ${node}`);
    simulation.state.storeFaultEnds = (kind, node) => told.push(`${simulation.nowMs} ${kind} ${node} over`);
    simulation.advance(Infinity);
    expect(told).toEqual(["100 hang 1", "150 hang 1 over", "200 cut-off 0", "200 cut-off 2", `300 flush ${ALL_NODES}`]);
    expect(simulation.outages.record(1000)).toEqual([
      { atMs: 100, untilMs: 150, kind: "store-hang", target: "store-2" },
      { atMs: 200, untilMs: null, kind: "store-cut-off", target: "store-1, store-3" },
      { atMs: 300, untilMs: null, kind: "store-flush", target: "store" },
    ]);
  });
});
