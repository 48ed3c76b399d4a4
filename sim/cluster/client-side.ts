/** What the balancers ask of the users' side. */
export interface ClientSide {
  answered(slot: number): void;
  /** An attempt ended without an answer, in the way of `meter.ts`. */
  failed(slot: number, how: number): void;
  /** The client is answered already: a new slot goes on for it and this one works on as a ghost. */
  detach(slot: number): number;
}
