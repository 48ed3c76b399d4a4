/** Scenario files: their schema, the loader, the strategy presets, and the scenarios that come with the lab. */
export { type AboutStrategy, aboutStrategy } from "./about.ts";
export { type BundledText, bundledLogs, bundledScenarios, scenarioTemplate } from "./bundled.ts";
export { canonicalJson, hashOf } from "./hash.ts";
export { scenarioJsonSchema } from "./json-schema.ts";
export { type LoadOptions, type LoadResult, loadScenario } from "./load.ts";
export type { OwnNames } from "./own-names.ts";
export { type FamilyPreset, presetNamed, type StrategyPreset, strategyPresets } from "./presets/index.ts";
export type { Problem } from "./problems.ts";
export { scenarioReference } from "./reference.ts";
export { type RenderOptions, renderProblems } from "./render.ts";
export type { LoadedScenario, Replay } from "./resolve/index.ts";
export type { Expectation } from "./schema/expectation.ts";
export { subjects } from "./schema/index.ts";
export { fileKeyOf, fileValueOf } from "./schema/parts.ts";
export { formatQuantity, parseQuantity, type QuantityKind } from "./units.ts";
