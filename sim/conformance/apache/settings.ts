/** Apache's settings as a trace has them. What is not understood is refused, never passed over. */

export interface Settings {
  /** Name of the lab's algorithm. */
  readonly algorithm: string;
  /** A worker in error is looked at again after so many ms. */
  readonly retryMs: number;
  readonly sticky: StickySettings | null;
  readonly noFailover: boolean;
  readonly forcesRecovery: boolean;
  /** Further tries of a refused request; the number of other workers when null. */
  readonly furtherAttempts: number | null;
  readonly cookieLines: readonly CookieLine[];
}

export interface StickySettings {
  readonly cookie: string;
  readonly parameter: string;
  readonly separator: string;
  /** A semicolon too ends the value in the URL. */
  readonly semicolonEnds: boolean;
}

/** `Header add Set-Cookie "…" env=…` */
export interface CookieLine {
  readonly always: boolean;
  readonly replaces: boolean;
  readonly value: string;
  readonly condition: string | null;
}

const METHODS: Readonly<Record<string, string>> = {
  byrequests: "by-requests",
  bybusyness: "by-busyness",
  bytraffic: "by-traffic",
};

/** @throws RangeError for what it does not know. */
export function settingsOf(config: Readonly<Record<string, unknown>>): Settings {
  const { lbmethod = "byrequests", retry, balancer = [], server = [], text = "", ...rest } = config;
  for (const name of Object.keys(rest)) throw new RangeError(`apache: setting "${name}"`);
  const parameters = parametersOf(linesOf("balancer", balancer));
  const method = parameters.get("lbmethod") ?? String(lbmethod);
  const algorithm = METHODS[method];
  if (algorithm === undefined) throw new RangeError(`apache: lbmethod "${method}"`);
  const attempts = parameters.get("maxattempts");
  return {
    algorithm,
    retryMs: 1000 * (typeof retry === "number" ? retry : Number(/\bretry=(\d+)/.exec(String(text))?.[1] ?? 60)),
    sticky: stickyOf(parameters),
    noFailover: isOn(parameters, "nofailover", false),
    forcesRecovery: isOn(parameters, "forcerecovery", true),
    furtherAttempts: attempts === undefined ? null : Number(attempts),
    cookieLines: linesOf("server", server).map(cookieLineOf),
  };
}

function linesOf(name: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((line) => typeof line === "string")) return value;
  throw new RangeError(`apache: ${name} ${JSON.stringify(value)}`);
}

const PARAMETERS = ["stickysession", "nofailover", "scolonpathdelim", "stickysessionsep", "forcerecovery"];
const OTHERS = ["maxattempts", "lbmethod", "growth", "nonce"];

/** `ProxySet name=value …`, later lines over earlier ones. */
function parametersOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const line of lines) {
    const [directive = "", ...words] = line.trim().split(/\s+/);
    if (directive.toLowerCase() !== "proxyset") throw new RangeError(`apache: "${line}"`);
    for (const word of words) {
      const name = word.split("=")[0]!.toLowerCase();
      if (![...PARAMETERS, ...OTHERS].includes(name)) throw new RangeError(`apache: balancer parameter "${word}"`);
      parameters.set(name, word.slice(name.length + 1).replace(/^"(.*)"$/, "$1"));
    }
  }
  return parameters;
}

function isOn(parameters: ReadonlyMap<string, string>, name: string, otherwise: boolean): boolean {
  return (parameters.get(name) ?? (otherwise ? "on" : "off")).toLowerCase() === "on";
}

function stickyOf(parameters: ReadonlyMap<string, string>): StickySettings | null {
  const [cookie = "", parameter = cookie] = (parameters.get("stickysession") ?? "").split("|");
  if (cookie === "") return null;
  const separator = parameters.get("stickysessionsep") ?? ".";
  return {
    cookie,
    parameter,
    separator: separator.toLowerCase() === "off" ? "" : separator,
    semicolonEnds: isOn(parameters, "scolonpathdelim", false),
  };
}

function cookieLineOf(line: string): CookieLine {
  const words =
    /^Header\s+(?:(always|onsuccess)\s+)?(add|set|append|merge)\s+Set-Cookie\s+("(?:\\.|[^"\\])*"|\S+)(?:\s+env=(\S+))?$/i;
  const [, table, action, value, condition = null] = words.exec(line.trim()) ?? [];
  if (value === undefined) throw new RangeError(`apache: "${line}"`);
  return {
    always: table?.toLowerCase() === "always",
    replaces: action!.toLowerCase() === "set",
    value: value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1") : value,
    condition,
  };
}
