/** Which requests an algorithm that looks at load counts as a server's. */
import type { ChoiceKnob } from "../catalogue.ts";
import type { FleetView } from "./algorithm.ts";

export const loadKnob = {
  unit: "choice",
  choices: ["local", "reported"],
  default: "local",
  summary:
    "local: the requests that this balancer itself has under way on a server; reported: all requests on it, as its last report said.",
} as const satisfies ChoiceKnob;

/** By server. */
export const loadColumn = (fleet: FleetView, load: string): Int32Array | Float64Array =>
  load === "reported" ? fleet.reports.inSystem : fleet.inFlight;
