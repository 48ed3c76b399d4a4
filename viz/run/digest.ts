/**
 * For tests of determinism in real browsers: `#digest=URL&scenario=NAME&seed=N` runs the first seed of every strategy and
 * posts `{ userAgent, digests: { strategy: digest } }` to URL, which must be on this machine.
 */
import { bundledScenarios, loadScenario } from "../../scenarios/index.ts";
import type { RunRecord } from "../../sim/index.ts";
import { planOf } from "./plan.ts";
import { runAll } from "./pool.ts";

export interface DigestOrder {
  readonly url: URL;
  readonly scenario: string;
  readonly seed: number | null;
}

const loopback = ["127.0.0.1", "localhost", "[::1]"];

/** What a fragment asks for; null when it asks for no digests. @throws RangeError when the address is not on this machine. */
export function digestOrderOf(fragment: string): DigestOrder | null {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ""));
  const address = parameters.get("digest");
  if (address === null) return null;
  const url = new URL(address);
  if (url.protocol !== "http:" || !loopback.includes(url.hostname)) {
    throw new RangeError(
      `digest: digests are only sent to this machine, such as http://127.0.0.1:8000/, got ${address}`,
    );
  }
  const seed = parameters.get("seed");
  return { url, scenario: parameters.get("scenario") ?? "checkout-crash", seed: seed === null ? null : Number(seed) };
}

/** @throws RangeError when the scenario cannot be run. */
export function postDigests({ url, scenario, seed }: DigestOrder, say: (state: string) => void): void {
  const text = bundledScenarios.find(({ name }) => name === scenario)?.text;
  if (text === undefined) throw new RangeError(`digest: no bundled scenario is called "${scenario}"`);
  const set = ["runs=1", ...(seed === null ? [] : [`seed=${seed}`])];
  const loaded = loadScenario(text, { fileName: `${scenario}.yaml`, set });
  if (!loaded.ok) throw new RangeError(`digest: ${loaded.problems.map(({ message }) => message).join("; ")}`);
  const { cells } = planOf(loaded.scenario, null);
  const records: RunRecord[] = [];
  runAll(cells, {
    onProgress: (doneFraction) => say(`${Math.floor(doneFraction * 100)} %`),
    onRecord: (record) => records.push(record),
    onFailed: (message) => say(`failed: ${message}`),
    onDone: () => {
      const digests = Object.fromEntries(
        cells.map(({ strategy }) => [
          strategy.name,
          records.find((record) => record.strategy === strategy.name)?.digest.value ?? "",
        ]),
      );
      // A plain text body needs no permission from another origin, which a file on disk is.
      void fetch(url, {
        method: "POST",
        mode: "no-cors",
        body: JSON.stringify({ userAgent: navigator.userAgent, digests }),
      }).then(
        () => say("sent"),
        (error: unknown) => say(`failed: ${String(error)}`),
      );
    },
  });
}
