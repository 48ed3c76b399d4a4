import type { Draws } from "../../engine/draws.ts";
import type { StateContext } from "./backend.ts";

export interface ReadRoutingSettings {
  readonly routing: string;
  readonly primaryAfterWriteMs: number;
}

interface Nodes {
  readonly primary: number;
  readonly replicas: readonly unknown[];
  isReadable(node: number): boolean;
}

/** Which node of a database a session is read from. */
export class ReadRouting {
  private readonly context: StateContext;
  private readonly settings: ReadRoutingSettings;
  private readonly nodes: Nodes;
  private readonly choices: Draws;
  private reads = 0;

  constructor(context: StateContext, settings: ReadRoutingSettings, nodes: Nodes) {
    this.context = context;
    this.settings = settings;
    this.nodes = nodes;
    this.choices = context.drawsOf("reader");
  }

  /** Whether a session whose row was written last at `writtenAtMs` is read at the readers' address. */
  wantsReader(writtenAtMs: number): boolean {
    const { routing, primaryAfterWriteMs } = this.settings;
    if (routing === "primary" || this.count() === 0) return false;
    return routing !== "read-your-writes" || this.context.nowMs - writtenAtMs >= primaryAfterWriteMs;
  }

  /** One of the nodes behind the readers' address, each as likely as another; the primary where there is none. */
  choose(): number {
    const count = this.count();
    if (count === 0) return this.nodes.primary;
    let left = this.choices.at(0, this.reads++).below(count);
    for (let node = 0; ; node++) if (this.isReader(node) && left-- === 0) return node;
  }

  private count(): number {
    let count = 0;
    for (let node = 0; node < this.nodes.replicas.length; node++) if (this.isReader(node)) count++;
    return count;
  }

  private isReader(node: number): boolean {
    const isEligible = this.settings.routing === "any" || node !== this.nodes.primary;
    return isEligible && this.nodes.isReadable(node);
  }
}

export const readRoutingKnobs = {
  routing: {
    unit: "choice",
    choices: ["primary", "replica", "any", "read-your-writes"],
    default: "primary",
    summary:
      "Where sessions are read: on the primary, on a replica, on any node, or on a replica unless the session was written a moment ago.",
  },
  primaryAfterWriteMs: {
    unit: "ms",
    default: 2000,
    minimum: 0,
    summary: "With read-your-writes: the moment in which the primary is read (Rails DatabaseSelector, delay 2 s).",
  },
} as const;
