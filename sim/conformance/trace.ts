/** A recorded script and what a real load balancer decided, `lb-golden-trace/1`. */

export interface TraceServer {
  readonly name: string;
  /** `host:port`. */
  readonly address: string;
  readonly weight?: number;
  readonly backup?: boolean;
  /** HAProxy. */
  readonly id?: number;
  readonly maxconn?: number;
  readonly minconn?: number;
  readonly cookie?: string;
  readonly hashKey?: string;
  readonly slowstart?: string;
  readonly extra?: string;
  /** nginx. */
  readonly max_conns?: number;
  /** nginx and Apache. */
  readonly route?: string;
  /** Apache. */
  readonly redirect?: string;
  readonly status?: string;
  readonly lbset?: number;
  /** Caddy. */
  readonly max_requests?: number;
  /** Varnish. */
  readonly ident?: string;
}

export interface TraceRequest {
  readonly ip?: string;
  readonly uri?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The Cookie header. */
  readonly cookie?: string;
  /** Headers that the server adds to its answer. */
  readonly respHeaders?: Readonly<Record<string, string>>;
  /** Lengths of the answer's and of the request's body, in bytes. */
  readonly size?: number;
  readonly bodySize?: number;
  /** Bytes that Apache counts as sent to the server and as read from it. */
  readonly tx?: number;
  readonly rx?: number;
}

export type TraceStep =
  | ({ readonly op: "req"; readonly times?: number } & TraceRequest)
  | ({ readonly op: "open"; readonly id: number } & TraceRequest)
  | { readonly op: "close"; readonly id: number }
  | { readonly op: "set-weight"; readonly name: string; readonly weight: number }
  | ({ readonly op: "server-add" } & TraceServer)
  | { readonly op: ServerOp; readonly name: string }
  | { readonly op: "wait"; readonly ms: number }
  | { readonly op: "reload" | "clear-table" | `observe-${string}` };

export type ServerOp =
  | "server-down"
  | "server-up"
  | "server-drain"
  | "server-remove"
  /** The server's port refuses or accepts connections; the load balancer is not told. */
  | "listener-off"
  | "listener-on";

/** A server's name, or what the load balancer answered itself: `!503`, `!502`. */
export type Verdict = string;

export interface Trace {
  readonly format: "lb-golden-trace/1";
  readonly product: string;
  readonly version: string;
  readonly algorithm: string;
  readonly shape: string;
  readonly title: string;
  readonly frontMode: "proxy" | "bind";
  /** The product's settings, structured, and its configuration as `text`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly servers: readonly TraceServer[];
  readonly spares?: readonly TraceServer[];
  readonly steps: readonly TraceStep[];
  /** By request. */
  readonly expected: readonly Verdict[];
  /** By request: what the client saw in Set-Cookie. */
  readonly setCookie?: readonly (string | null | readonly string[])[];
  /** Requests whose choice was random in the product; `["all"]` leaves the distribution to compare. */
  readonly free?: readonly (number | "all")[];
  /** Requests by server, where all choices were random. */
  readonly distribution?: { readonly count: Readonly<Record<string, number>> };
  /** By request: every server tried, in order, where there was more than one. */
  readonly attempts?: Readonly<Record<string, readonly string[]>>;
  /** `[step, request, server]` in the order in which the servers received the requests. */
  readonly arrivals?: readonly (readonly [number, number, string])[];
  /** By step: ms since the start when it was executed. */
  readonly clock?: readonly number[];
  /** `[step, value]` of the steps that read something from the product. */
  readonly observed?: readonly (readonly [number, unknown])[];
}

/** Figures that a product's own tests publish, `lb-golden-vectors/1`. Hashes are 64-bit numbers as text. */
export interface Vectors {
  readonly format: "lb-golden-vectors/1";
  readonly product: string;
  readonly version: string;
  readonly algorithm: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly hosts: readonly { readonly key: string; readonly weight?: number }[];
  /** `[host, position]`, sorted. */
  readonly ring?: readonly (readonly [string, string])[];
  readonly table?: readonly string[];
  /** `[hash, host, attempt]`. */
  readonly lookups?: readonly (readonly [string, string] | readonly [string, string, number])[];
}
