/** The interface of a real product, put together from the lab's algorithms, as a trace drives it. */
import type { ServerOp, Trace, TraceRequest, TraceServer, Verdict } from "./trace.ts";

/** Where a product says what it decides, and asks for what the recording drew at random. */
export interface Recorder {
  /** The request's verdict; once for each request, at once or, when it waited in a queue, later. */
  decided(request: number, verdict: Verdict): void;
  /** A server was tried for the request, the last one included; in order. */
  tried(request: number, server: string): void;
  /**
   * The client sees these Set-Cookie headers with the answer, in this order; none when it is never called. A date that
   * follows the wall clock of the recording is written as `expires=*`.
   */
  setCookie(request: number, value: string): void;
  /** A server has received the request; of those that were held, in the order in which it happened. */
  arrived(request: number, server: string): void;
  /**
   * A random choice among `candidates` (never empty): answers with the one that is to be made, the recording's or, when
   * distributions are compared, the product's own draw.
   */
  drawn(request: number, candidates: readonly string[], own?: string): string;
}

/**
 * Steps are carried out completely before the next one begins. What is optional is absent where the product cannot do it
 * while it runs, or where nobody has recorded it.
 */
export interface Product {
  /** Time passes, to `atMs` since the start. Called before every step; never goes back. */
  advanceTo(atMs: number): void;
  /** A request begins and is held by its server until `close`, unless it waits in a queue or is answered with an error. */
  open(request: number, content: TraceRequest): void;
  /** The server answers; the request is completely over when this returns. */
  close(request: number): void;
  setWeight?(server: string, weight: number): void;
  add?(server: TraceServer): void;
  /** Down, up, drain, remove, and the listener that the product is not told of. @throws RangeError for what it cannot do. */
  change(op: ServerOp, server: string): void;
  reload?(): void;
  clearTable?(): void;
}

export interface ProductDefinition {
  /** As in a trace's `product`. */
  readonly name: string;
  /** @throws RangeError for a configuration that it cannot follow, with what it is. */
  create(trace: Trace, recorder: Recorder): Product;
}
