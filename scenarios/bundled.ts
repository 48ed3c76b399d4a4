/** The scenarios and logs that come with the lab. A scenario's name is its file's name. */
import template from "./template.yaml?raw";

const scenarioTexts = import.meta.glob<string>("./bundled/*.yaml", { query: "?raw", import: "default", eager: true });
const logTexts = import.meta.glob<string>("./bundled/*.log", { query: "?raw", import: "default", eager: true });

export interface BundledText {
  readonly name: string;
  readonly text: string;
}

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

const texts = (modules: Readonly<Record<string, string>>, nameOf: (path: string) => string): readonly BundledText[] =>
  Object.entries(modules)
    .map(([path, text]) => ({ name: nameOf(path), text }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));

/** In alphabetical order. */
export const bundledScenarios = texts(scenarioTexts, (path) => baseName(path).replace(/\.yaml$/, ""));

/** Access logs by the name under which bundled scenarios replay them: `shop.log`. */
export const bundledLogs = texts(logTexts, baseName);

/** What `evenkeel init` writes. */
export const scenarioTemplate = template;
