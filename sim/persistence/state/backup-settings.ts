/** The knobs of primary and backups, and what they come to. */
import type { ValuesOf } from "../../catalogue.ts";
import type { PlacementSettings } from "./backup-placement.ts";
import type { SendTimeout } from "./send-timeout.ts";

export const backupKnobs = {
  backups: {
    unit: "count",
    default: 1,
    minimum: 1,
    summary: "Copies of a session besides the primary's.",
  },
  mode: {
    unit: "choice",
    choices: ["sync", "async"],
    default: "sync",
    summary:
      "A write is acknowledged when the backups have it, or before; then it is lost if its server dies meanwhile.",
  },
  contents: {
    unit: "choice",
    choices: ["delta", "whole"],
    default: "delta",
    summary: "What a write sends: the bytes that it changed, or the whole session. A new backup gets all of it.",
  },
  placement: {
    unit: "choice",
    choices: ["round-robin", "random", "buddy"],
    default: "round-robin",
    summary:
      "Who gets the backups: the others in turn (Tomcat), any of them, or always those that follow the primary in the list (buddies): fewer pairs of servers hold everything, but each pair holds more.",
  },
  avoidOwnZone: {
    unit: "flag",
    default: false,
    summary: "Backups are placed in another zone where there is one (WebLogic's replication groups).",
  },
  roundTripMs: {
    unit: "ms",
    default: 1,
    minimum: 0,
    summary: "To the backup and back, processing included (to be calibrated).",
  },
  perKibMs: {
    unit: "ms",
    default: 0.01,
    minimum: 0,
    summary: "The request serialises so long for each KiB: about 100 MB/s (50 … 300 MB/s; to be calibrated).",
  },
  sendPerKibMs: {
    unit: "ms",
    default: 0.008,
    minimum: 0,
    summary: "The sender of a server is busy so long for each KiB and each backup: 1 Gbit/s.",
  },
  detectionMs: {
    unit: "ms",
    default: 4000,
    minimum: 0,
    summary:
      "A member that crashed is missed after this long (Tomcat: dropTime 3 s and 1 s to verify; WebLogic: at once by a closed socket, else 30 s).",
  },
  sendTimeoutMs: {
    unit: "ms",
    default: 3000,
    minimum: 0,
    summary: "A synchronous send to a dead backup that is not yet missed is given up after this long.",
  },
  sendRetries: {
    unit: "count",
    default: 1,
    minimum: 0,
    summary: "Such a send is tried so many times more, while the backup is still believed in.",
  },
  fetchTimeoutMs: {
    unit: "ms",
    default: 15_000,
    minimum: 0,
    summary:
      "A server that fetches a session asks the next holder when one has not answered for so long (Tomcat rpcTimeout).",
  },
} as const;

export interface BackupSettings extends PlacementSettings {
  readonly backups: number;
  readonly isAsync: boolean;
  readonly sendsWhole: boolean;
  readonly roundTripMs: number;
  readonly serialiseMsPerByte: number;
  readonly sendMsPerByte: number;
  readonly detectionMs: number;
  readonly sendTimeout: SendTimeout;
  readonly fetchTimeoutMs: number;
}

export const backupSettingsOf = (knobs: ValuesOf<typeof backupKnobs>): BackupSettings => ({
  backups: knobs.backups,
  isAsync: knobs.mode === "async",
  sendsWhole: knobs.contents === "whole",
  placement: knobs.placement,
  avoidsOwnZone: knobs.avoidOwnZone,
  roundTripMs: knobs.roundTripMs,
  serialiseMsPerByte: knobs.perKibMs / 1024,
  sendMsPerByte: knobs.sendPerKibMs / 1024,
  detectionMs: knobs.detectionMs,
  sendTimeout: { timeoutMs: knobs.sendTimeoutMs, retries: knobs.sendRetries },
  fetchTimeoutMs: knobs.fetchTimeoutMs,
});
