/** What tests take of the engine: its public entry, and the run behind it where a test looks at what no record shows. */
export { Simulation as Cluster } from "../../cluster/simulation.ts";
export * from "../../index.ts";
