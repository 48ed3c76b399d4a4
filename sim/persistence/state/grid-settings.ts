/** The knobs of a grid, and what they come to. */
import type { ValuesOf } from "../../catalogue.ts";
import type { GridShape } from "./grid-partitions.ts";

export const gridKnobs = {
  partitions: {
    unit: "count",
    default: 271,
    minimum: 1,
    maximum: 65_536,
    summary: "Into so many parts the sessions are divided (Hazelcast 271, Infinispan 256 segments).",
  },
  backups: {
    unit: "count",
    default: 1,
    minimum: 0,
    summary: "Copies besides the owner's that a write waits for (Hazelcast backup-count 1, Infinispan owners 2).",
  },
  asyncBackups: {
    unit: "count",
    default: 0,
    minimum: 0,
    summary: "Copies that it does not wait for.",
  },
  roundTripMs: {
    unit: "ms",
    default: 0.5,
    minimum: 0,
    summary: "From one member to another and back (to be calibrated).",
  },
  operationMs: {
    unit: "ms",
    default: 0.02,
    minimum: 0,
    summary: "A thread of the owner is busy so long for one operation (to be calibrated).",
  },
  threads: {
    unit: "count",
    default: 4,
    minimum: 1,
    summary: "Operations that a member works on at once (to be calibrated).",
  },
  perKibMs: {
    unit: "ms",
    default: 0.01,
    minimum: 0,
    summary: "Added for each KiB, to serialise and to send it (to be calibrated).",
  },
  detectionMs: {
    unit: "ms",
    default: 60_000,
    minimum: 0,
    summary:
      "A member that crashed is missed after this long (Hazelcast: 60 s without a beat; JGroups FD_ALL3: 40 s and up; a closed socket, FD_SOCK2: at once).",
  },
  operationTimeoutMs: {
    unit: "ms",
    default: 60_000,
    minimum: 0,
    summary: "A call that nobody answers fails after this long (Hazelcast 60 s, Infinispan remote-timeout 15 s).",
  },
  retryPauseMs: {
    unit: "ms",
    default: 500,
    minimum: 1,
    summary:
      "A call that meets nobody tries again after this long (Hazelcast invocation.retry.pause; to be calibrated).",
  },
  backupTimeoutMs: {
    unit: "ms",
    default: 5000,
    minimum: 0,
    summary: "The owner waits so long for a silent backup.",
  },
  whenBackupSilent: {
    unit: "choice",
    choices: ["acknowledge", "fail"],
    default: "acknowledge",
    summary: "What comes then: the write counts as done (Hazelcast), or as failed (Infinispan).",
  },
  movePerKibMs: {
    unit: "ms",
    default: 0.02,
    minimum: 0,
    summary: "A member that is given partitions takes in 1 KiB in so long: about 50 MB/s (to be calibrated).",
  },
  locksWhileMoving: {
    unit: "flag",
    default: true,
    summary:
      "A partition that is on the move answers nobody until it is there (Hazelcast); otherwise its owner goes on.",
  },
  joinsWithState: {
    unit: "flag",
    default: false,
    summary: "A server that starts takes traffic only when it has been given its partitions (Infinispan).",
  },
  transferTimeoutMs: {
    unit: "ms",
    default: 240_000,
    minimum: 0,
    summary: "It waits no longer than this.",
  },
  minimumMembers: {
    unit: "count",
    default: 1,
    minimum: 1,
    summary: "With fewer members the grid answers nobody (split-brain protection).",
  },
} as const;

export interface GridSettings extends GridShape {
  readonly syncBackups: number;
  readonly roundTripMs: number;
  readonly operationMs: number;
  readonly threads: number;
  readonly msPerByte: number;
  readonly detectionMs: number;
  readonly operationTimeoutMs: number;
  readonly retryPauseMs: number;
  readonly backupTimeoutMs: number;
  readonly failsWithoutBackup: boolean;
  readonly moveMsPerByte: number;
  readonly locksWhileMoving: boolean;
  readonly joinsWithState: boolean;
  readonly transferTimeoutMs: number;
  readonly minimumMembers: number;
}

export const gridSettingsOf = (knobs: ValuesOf<typeof gridKnobs>): GridSettings => ({
  partitions: knobs.partitions,
  copies: 1 + knobs.backups + knobs.asyncBackups,
  syncBackups: knobs.backups,
  roundTripMs: knobs.roundTripMs,
  operationMs: knobs.operationMs,
  threads: knobs.threads,
  msPerByte: knobs.perKibMs / 1024,
  detectionMs: knobs.detectionMs,
  operationTimeoutMs: knobs.operationTimeoutMs,
  retryPauseMs: knobs.retryPauseMs,
  backupTimeoutMs: knobs.backupTimeoutMs,
  failsWithoutBackup: knobs.whenBackupSilent === "fail",
  moveMsPerByte: knobs.movePerKibMs / 1024,
  locksWhileMoving: knobs.locksWhileMoving,
  joinsWithState: knobs.joinsWithState,
  transferTimeoutMs: knobs.transferTimeoutMs,
  minimumMembers: knobs.minimumMembers,
});
