/** The knobs of all-to-all replication, and what they come to. */
import type { ValuesOf } from "../../catalogue.ts";
import type { SendTimeout } from "./send-timeout.ts";
import type { TransferSettings } from "./state-transfer.ts";

export const replicationKnobs = {
  mode: {
    unit: "choice",
    choices: ["async", "batched", "sync-received", "sync-processed"],
    default: "async",
    summary:
      "When a write is acknowledged: at once, its message queued (async) or left for the next flush (batched); when all others have received it, or have applied it.",
  },
  contents: {
    unit: "choice",
    choices: ["delta", "whole"],
    default: "delta",
    summary: "What a write sends: the bytes that it changed, or the whole session. A session's first message is whole.",
  },
  delayMs: {
    unit: "ms",
    default: 2,
    minimum: 0,
    summary:
      "From the sender to the copies, besides the sending itself: dispatch, network, processing (to be calibrated). A write whose server dies meanwhile is lost, unless it was synchronous.",
  },
  applyMs: {
    unit: "ms",
    default: 1,
    minimum: 0,
    summary: "Under sync-received: from the acknowledgement until the receivers have applied it (to be calibrated).",
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
    summary: "The sender of a server is busy so long for each KiB and each receiver: 1 Gbit/s.",
  },
  flushMs: {
    unit: "ms",
    default: 10_000,
    minimum: 1,
    summary:
      "Under batched: a server sends what has changed this often (WebSphere: 10 s; its presets for speed 300 s).",
  },
  queueBytes: {
    unit: "bytes",
    default: 67_108_864,
    minimum: 0,
    summary: "Under async: what may wait for a server's sender (Tomcat: 64 MiB).",
  },
  whenFull: {
    unit: "choice",
    choices: ["send", "drop"],
    default: "send",
    summary:
      "Under async, when the queue is full: the request sends by itself and waits (alwaysSend), or the message is lost.",
  },
  jitterMs: {
    unit: "ms",
    default: 0,
    minimum: 0,
    summary: "Under async: each message takes up to so long more, uniformly; messages of one session may overtake.",
  },
  ordered: {
    unit: "flag",
    default: true,
    summary: "A message that was overtaken does not undo the newer one (Tomcat: OrderInterceptor).",
  },
  detectionMs: {
    unit: "ms",
    default: 4000,
    minimum: 0,
    summary:
      "A member that crashed is missed after this long (Tomcat: dropTime 3 s and 1 s to verify; JGroups FD_ALL3: 40 s and up).",
  },
  sendTimeoutMs: {
    unit: "ms",
    default: 3000,
    minimum: 0,
    summary: "A synchronous send to a dead member that is not yet missed is given up after this long.",
  },
  sendRetries: {
    unit: "count",
    default: 1,
    minimum: 0,
    summary: "Such a send is tried so many times more, while the member is still believed in.",
  },
  backupIdleLimits: {
    unit: "number",
    default: 2,
    minimum: 0,
    summary:
      "Copies elsewhere are dropped when they were told of no use for so many idle limits. Unchanged sessions announce a use once per limit, so less than 2 expires users who are there.",
  },
  stateTransferTimeoutMs: {
    unit: "ms",
    default: 60_000,
    minimum: 0,
    summary: "A server that starts waits so long for the others' state, then takes traffic without it.",
  },
  transferBlockSessions: {
    unit: "count",
    default: null,
    minimum: 1,
    summary: "State is transferred in blocks of so many sessions (Tomcat, sendAllSessions off: 1000); null: in one.",
  },
  transferBlockPauseMs: {
    unit: "ms",
    default: 2000,
    minimum: 0,
    summary: "Between two blocks.",
  },
} as const;

export interface ReplicationSettings {
  readonly mode: string;
  readonly sendsWhole: boolean;
  readonly delayMs: number;
  readonly applyMs: number;
  readonly serialiseMsPerByte: number;
  readonly sendMsPerByte: number;
  readonly flushMs: number;
  readonly queueBytes: number;
  readonly whenFull: string;
  readonly jitterMs: number;
  readonly isOrdered: boolean;
  readonly detectionMs: number;
  readonly sendTimeout: SendTimeout;
  readonly backupIdleLimits: number;
  readonly transfer: TransferSettings;
}

export const settingsOf = (knobs: ValuesOf<typeof replicationKnobs>): ReplicationSettings => ({
  mode: knobs.mode,
  sendsWhole: knobs.contents === "whole",
  delayMs: knobs.delayMs,
  applyMs: knobs.applyMs,
  serialiseMsPerByte: knobs.perKibMs / 1024,
  sendMsPerByte: knobs.sendPerKibMs / 1024,
  flushMs: knobs.flushMs,
  queueBytes: knobs.queueBytes,
  whenFull: knobs.whenFull,
  jitterMs: knobs.jitterMs,
  isOrdered: knobs.ordered,
  detectionMs: knobs.detectionMs,
  sendTimeout: { timeoutMs: knobs.sendTimeoutMs, retries: knobs.sendRetries },
  backupIdleLimits: knobs.backupIdleLimits,
  transfer: {
    timeoutMs: knobs.stateTransferTimeoutMs,
    blockSessions: knobs.transferBlockSessions,
    blockPauseMs: knobs.transferBlockPauseMs,
  },
});
