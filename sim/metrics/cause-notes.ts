/** What an operator wants to know of a cause: how it shows, how to be sure, who can have it, what to do. */
import type { Cause } from "./causes.ts";
import { balancerNotes } from "./notes/balancers.ts";
import { clientNotes } from "./notes/clients.ts";
import { serverNotes } from "./notes/servers.ts";
import { storeNotes } from "./notes/stores.ts";

export interface CauseNote {
  /** What users report and graphs show. */
  readonly seen: string;
  /** What tells it from others that look alike. */
  readonly check: string;
  /** Which mechanisms and backends it can happen with. */
  readonly from: string;
  readonly remedy: string;
}

export type CauseNotes<C extends Cause> = Readonly<Record<C, CauseNote>>;

export const causeNotes: CauseNotes<Cause> = { ...serverNotes, ...storeNotes, ...balancerNotes, ...clientNotes };
