/** What a JSON file is, told by its shape. Files come from `evenkeel`; this tells them apart and turns away others. */
import type { DashboardData } from "../../reports/dashboard-data.ts";
import type { RunRecord } from "../../sim/index.ts";

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const has = (value: Fields, fields: Readonly<Record<string, "string" | "number" | "object" | "array">>): boolean =>
  Object.entries(fields).every(([name, type]) => {
    const field = value[name];
    return type === "array" ? Array.isArray(field) : type === "object" ? isFields(field) : typeof field === type;
  });

export interface Manifest {
  readonly seed: number;
  readonly runs: number;
  readonly reference: string;
  readonly strategies: readonly { readonly name: string }[];
}

export const isManifest = (value: unknown): value is Manifest =>
  isFields(value) &&
  has(value, { seed: "number", runs: "number", reference: "string", strategies: "array", files: "array" });

export const isRunRecord = (value: unknown): value is RunRecord =>
  isFields(value) &&
  has(value, {
    schemaVersion: "number",
    version: "string",
    scenario: "object",
    strategy: "string",
    seed: "number",
    durationMs: "number",
    digest: "object",
    metrics: "object",
    responseTimeMs: "object",
    servers: "array",
    timeline: "object",
    faults: "array",
  });

export const isDashboardData = (value: unknown): value is DashboardData =>
  isFields(value) &&
  has(value, {
    schemaVersion: "number",
    version: "string",
    scenario: "object",
    seed: "number",
    runs: "number",
    reference: "string",
    durationMs: "number",
    windowMs: "number",
    windows: "number",
    faults: "array",
    headline: "string",
    strategies: "array",
  }) &&
  value["schemaVersion"] === 1;
