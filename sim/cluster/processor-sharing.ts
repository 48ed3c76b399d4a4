/**
 * Egalitarian processor sharing on one server with c cores: k jobs each run at speed × min(1, c / k).
 *
 * Every job advances at the same rate, so one clock of work done per job serves them all: a job that comes at work w
 * with demand d is done when the clock reads w + d. Jobs stand in a binary heap by that reading; coming and going cost
 * O(log n) and nobody else is touched.
 */
import { INTS, PLACE, type Requests } from "./requests.ts";

export class ProcessorSharing {
  private readonly requests: Requests;
  private readonly speed: number;
  private readonly cores: number;
  private jobs: number[] = [];
  private doneAt: number[] = [];
  /** Work in ms done on each job present from the start of the busy period. */
  private clockMs = 0;
  private readAtMs = 0;

  constructor(requests: Requests, speed: number, cores: number) {
    this.requests = requests;
    this.speed = speed;
    this.cores = cores;
  }

  get count(): number {
    return this.jobs.length;
  }

  add(request: number, demandMs: number, nowMs: number): void {
    this.advance(nowMs);
    this.jobs.push(request);
    this.doneAt.push(0);
    this.rise(this.jobs.length - 1, request, this.clockMs + demandMs);
  }

  /** Removes the job that is done first and returns it. */
  takeFirst(nowMs: number): number {
    this.advance(nowMs);
    // The clock is exactly there, whatever rounding the way took.
    this.clockMs = this.doneAt[0]!;
    const request = this.jobs[0]!;
    this.removeAt(0);
    return request;
  }

  remove(request: number, nowMs: number): void {
    this.advance(nowMs);
    this.removeAt(this.requests.ints[request * INTS + PLACE]!);
  }

  /** When the first job will be done if nobody comes or goes; Infinity when there is none. */
  firstDoneMs(nowMs: number): number {
    if (this.jobs.length === 0) return Infinity;
    return nowMs + Math.max(0, this.doneAt[0]! - this.clockMs) / this.rate();
  }

  clear(): void {
    this.jobs = [];
    this.doneAt = [];
    this.clockMs = 0;
  }

  private rate(): number {
    const jobs = this.jobs.length;
    return jobs <= this.cores ? this.speed : (this.speed * this.cores) / jobs;
  }

  private advance(nowMs: number): void {
    if (this.jobs.length > 0) this.clockMs += (nowMs - this.readAtMs) * this.rate();
    // An idle server starts its clock afresh, so that the reading stays small and sharp.
    else this.clockMs = 0;
    this.readAtMs = nowMs;
  }

  private removeAt(at: number): void {
    const request = this.jobs.pop()!;
    const doneAt = this.doneAt.pop()!;
    if (at === this.jobs.length) return;
    const parent = (at - 1) >> 1;
    if (at > 0 && doneAt < this.doneAt[parent]!) this.rise(at, request, doneAt);
    else this.sink(at, request, doneAt);
  }

  /** Equal readings keep the order in which they came to be neighbours; which of two equal jobs goes first is immaterial but fixed. */
  private rise(at: number, request: number, doneAt: number): void {
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.doneAt[parent]! <= doneAt) break;
      this.put(at, this.jobs[parent]!, this.doneAt[parent]!);
      at = parent;
    }
    this.put(at, request, doneAt);
  }

  private sink(at: number, request: number, doneAt: number): void {
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.jobs.length) break;
      if (child + 1 < this.jobs.length && this.doneAt[child + 1]! < this.doneAt[child]!) child++;
      if (this.doneAt[child]! >= doneAt) break;
      this.put(at, this.jobs[child]!, this.doneAt[child]!);
      at = child;
    }
    this.put(at, request, doneAt);
  }

  private put(at: number, request: number, doneAt: number): void {
    this.jobs[at] = request;
    this.doneAt[at] = doneAt;
    this.requests.ints[request * INTS + PLACE] = at;
  }
}
