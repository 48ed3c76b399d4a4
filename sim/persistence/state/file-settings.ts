/** The knobs of sessions in shared files, and what they come to. */
import type { ValuesOf } from "../../catalogue.ts";

export const fileKnobs = {
  consistency: {
    unit: "choice",
    choices: ["close-to-open", "attribute-cache", "noac"],
    default: "close-to-open",
    summary:
      "Every open asks the server (close-to-open); or trusts attributes that are not too old (mount option nocto); or asks once more with every access (noac).",
  },
  attributeMinMs: {
    unit: "ms",
    default: 3000,
    minimum: 0,
    summary: "Under attribute-cache: a file that has changed is trusted so long (acregmin).",
  },
  attributeMaxMs: {
    unit: "ms",
    default: 60_000,
    minimum: 0,
    summary: "One that has not is trusted twice as long with every look, up to this (acregmax).",
  },
  roundTripMs: { unit: "ms", default: 0.5, minimum: 0, summary: "To the file server and back (to be calibrated)." },
  operationMs: {
    unit: "ms",
    default: 0.1,
    minimum: 0,
    summary: "A thread of the file server is busy so long for one operation (to be calibrated).",
  },
  threads: { unit: "count", default: 8, minimum: 1, summary: "Threads of the file server (Linux nfsd: 8)." },
  perKibMs: {
    unit: "ms",
    default: 0.01,
    minimum: 0,
    summary: "Added for each KiB read or written (to be calibrated).",
  },
  commitMs: {
    unit: "ms",
    default: 2,
    minimum: 0,
    summary: "A write waits so long until it is on disk (to be calibrated; 0.2 ms with non-volatile memory).",
  },
  touches: {
    unit: "flag",
    default: true,
    summary: "A request that changes nothing still sets the file's time (PHP session.lazy_write).",
  },
  writeBackMs: {
    unit: "ms",
    default: 0,
    minimum: 0,
    summary:
      "The client acknowledges writes and sends them after this long; 0: when the file is closed. Those of a client that crashes are lost.",
  },
  lookupPerFileMs: {
    unit: "ms",
    default: 0,
    minimum: 0,
    summary: "Every open and close looks so long at each file of the directory: 0 for directories that are hashed.",
  },
  cleanUpMs: {
    unit: "ms",
    default: null,
    minimum: 1,
    summary: "Files of sessions that are over are looked for this often (Debian's PHP: 30 min); null: never.",
  },
  scanPerFileMs: {
    unit: "ms",
    default: 0.02,
    minimum: 0,
    summary: "That takes a thread so long for each file (to be calibrated).",
  },
  mount: {
    unit: "choice",
    choices: ["hard", "soft"],
    default: "hard",
    summary: "While the file server does not answer, requests wait without bound, or fail after a while.",
  },
  timeoutMs: {
    unit: "ms",
    default: 60_000,
    minimum: 0,
    summary: "A client sends again after this long (timeo 600). A soft mount gives up after as many times as it sends.",
  },
  retransmissions: {
    unit: "count",
    default: 2,
    minimum: 0,
    summary: "It sends again so many times (retrans; its default was not checked).",
  },
  recoveryMs: {
    unit: "ms",
    default: 1000,
    minimum: 0,
    summary:
      "After a fault the file server answers only after this long (to be calibrated; NFSv4 has 90 s of grace, not checked).",
  },
} as const;

export interface FileSettings {
  readonly trust: { readonly minimumMs: number; readonly maximumMs: number };
  readonly extraOperations: number;
  readonly roundTripMs: number;
  readonly operationMs: number;
  readonly threads: number;
  readonly msPerByte: number;
  readonly commitMs: number;
  readonly touches: boolean;
  readonly writeBackMs: number;
  readonly lookupPerFileMs: number;
  readonly cleanUpMs: number | null;
  readonly scanPerFileMs: number;
  readonly isSoft: boolean;
  readonly timeoutMs: number;
  readonly softMs: number;
  readonly recoveryMs: number;
}

export const fileSettingsOf = (knobs: ValuesOf<typeof fileKnobs>): FileSettings => ({
  trust: {
    minimumMs: knobs.attributeMinMs,
    maximumMs: knobs.consistency === "attribute-cache" ? knobs.attributeMaxMs : 0,
  },
  extraOperations: knobs.consistency === "noac" ? 1 : 0,
  roundTripMs: knobs.roundTripMs,
  operationMs: knobs.operationMs,
  threads: knobs.threads,
  msPerByte: knobs.perKibMs / 1024,
  commitMs: knobs.commitMs,
  touches: knobs.touches,
  writeBackMs: knobs.writeBackMs,
  lookupPerFileMs: knobs.lookupPerFileMs,
  cleanUpMs: knobs.cleanUpMs,
  scanPerFileMs: knobs.scanPerFileMs,
  isSoft: knobs.mount === "soft",
  timeoutMs: knobs.timeoutMs,
  softMs: knobs.timeoutMs * (knobs.retransmissions + 1),
  recoveryMs: knobs.recoveryMs,
});
