import type { StateContext } from "./backend.ts";
import { WaitingLine, withRoomFor } from "./waiting-line.ts";

/** Where an operation of a request is. */
const RUNNING = 0;
const FAILED = 1;
const CONFIRMED = 2;

/** Reads and writes under way, by request; a request has one at a time. */
export class DatabaseOperations {
  private readonly context: StateContext;
  private step = new Uint8Array(64);
  private isWrite = new Uint8Array(64);
  private endpoint = new Uint8Array(64);
  private node = new Int32Array(64);
  private epoch = new Int32Array(64);

  constructor(context: StateContext) {
    this.context = context;
  }

  start(request: number, isWrite: boolean, endpoint: number): void {
    this.step = withRoomFor(this.step, request);
    this.isWrite = withRoomFor(this.isWrite, request);
    this.endpoint = withRoomFor(this.endpoint, request);
    this.node = withRoomFor(this.node, request);
    this.epoch = withRoomFor(this.epoch, request);
    this.step[request] = RUNNING;
    this.isWrite[request] = isWrite ? 1 : 0;
    this.endpoint[request] = endpoint;
    this.node[request] = -1;
  }

  /** It has been sent to the node. */
  send(request: number, node: number, epoch: number): void {
    this.node[request] = node;
    this.epoch[request] = epoch;
  }

  isWriting(request: number): boolean {
    return this.isWrite[request] === 1;
  }
  endpointOf(request: number): number {
    return this.endpoint[request]!;
  }
  /** -1 while it has no connection. */
  nodeOf(request: number): number {
    return this.node[request]!;
  }
  isOf(request: number, epoch: number): boolean {
    return this.epoch[request] === epoch;
  }
  hasFailed(request: number): boolean {
    return this.step[request] === FAILED;
  }
  isConfirmed(request: number): boolean {
    return this.step[request] === CONFIRMED;
  }
  confirm(request: number): void {
    this.step[request] = CONFIRMED;
  }

  /** The request hears at `atMs` that it has failed. */
  fail(request: number, atMs: number): void {
    this.step[request] = FAILED;
    this.wake(request, atMs);
  }

  /** The request hears at `atMs` how it went. */
  wake(request: number, atMs: number): void {
    if (this.isWriting(request)) this.context.scheduleWrite(atMs, request);
    else this.context.scheduleRead(atMs, request);
  }

  /** Takes everybody out of the line. */
  empty(line: WaitingLine, each: (request: number) => void): void {
    for (let request = line.first(); request >= 0; request = line.first()) {
      line.shift();
      each(request);
    }
  }

  /** Fails whoever has been in the line for as long as the driver waits for an answer. */
  expire(line: WaitingLine, socketTimeoutMs: number, each: (request: number) => void): void {
    const { nowMs } = this.context;
    for (let request = line.first(); request >= 0; request = line.first()) {
      if (nowMs < line.sinceMs() + socketTimeoutMs) return;
      line.shift();
      this.fail(request, nowMs);
      each(request);
    }
  }

  line(): WaitingLine {
    return new WaitingLine(this.context);
  }
}
