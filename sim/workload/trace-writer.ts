/** Collects requests and ends of sessions and hands them over as full chunks. */
import type { TraceChunk } from "./trace.ts";

export interface TraceRequest {
  readonly atMs: number;
  readonly session: number;
  readonly isFirst: boolean;
  readonly writes: boolean;
  readonly address: number;
  readonly url: number;
  readonly responseBytes: number;
}

export interface TraceEnd {
  readonly session: number;
  readonly requests: number;
  readonly lastAtMs: number;
  readonly knownAtMs: number;
}

export class TraceWriter {
  private readonly capacity: number;
  private readonly ready: TraceChunk[] = [];
  private requests: TraceRequest[] = [];
  private ends: TraceEnd[] = [];

  /** A chunk is full with `capacity` requests or as many ends. */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  request(request: TraceRequest): void {
    this.requests.push(request);
    if (this.requests.length === this.capacity) this.cut();
  }

  end(end: TraceEnd): void {
    this.ends.push(end);
    if (this.ends.length === this.capacity) this.cut();
  }

  /** Hands over what there is, full or not. */
  cut(): void {
    if (this.requests.length + this.ends.length === 0) return;
    const { requests, ends } = this;
    this.requests = [];
    this.ends = [];
    this.ready.push({
      atMs: Float64Array.from(requests, (request) => request.atMs),
      session: Float64Array.from(requests, (request) => request.session),
      first: Uint8Array.from(requests, (request) => Number(request.isFirst)),
      writes: Uint8Array.from(requests, (request) => Number(request.writes)),
      address: Uint32Array.from(requests, (request) => request.address),
      url: Uint32Array.from(requests, (request) => request.url),
      responseBytes: Float64Array.from(requests, (request) => request.responseBytes),
      endedSession: Float64Array.from(ends, (end) => end.session),
      endedRequests: Uint32Array.from(ends, (end) => end.requests),
      endedLastAtMs: Float64Array.from(ends, (end) => end.lastAtMs),
      endedKnownAtMs: Float64Array.from(ends, (end) => end.knownAtMs),
    });
  }

  /** The next chunk that is complete, if any. */
  take(): TraceChunk | undefined {
    return this.ready.shift();
  }
}
