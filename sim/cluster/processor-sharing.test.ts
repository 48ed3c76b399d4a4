import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProcessorSharing } from "./processor-sharing.ts";
import { Requests } from "./requests.ts";

interface Step {
  readonly gapMs: number;
  /** Work of the job that comes then; null when one goes instead. */
  readonly demandMs: number | null;
  readonly which: number;
}

/** Something that jobs come to and go from. */
interface Processor {
  readonly jobs: readonly number[];
  add(job: number, demandMs: number, nowMs: number): void;
  remove(job: number, nowMs: number): void;
  firstDoneMs(nowMs: number): number;
  takeFirst(nowMs: number): number;
}

/** Every job with what is left of it; all are worked on whenever time passes. */
class Naive implements Processor {
  jobs: number[] = [];
  private readonly leftMs = new Map<number, number>();
  private readAtMs = 0;
  private readonly speed: number;
  private readonly cores: number;

  constructor(speed: number, cores: number) {
    this.speed = speed;
    this.cores = cores;
  }

  private get rate(): number {
    return this.speed * Math.min(1, this.cores / this.jobs.length);
  }

  private advance(nowMs: number): void {
    for (const job of this.jobs) this.leftMs.set(job, this.leftMs.get(job)! - (nowMs - this.readAtMs) * this.rate);
    this.readAtMs = nowMs;
  }

  add(job: number, demandMs: number, nowMs: number): void {
    this.advance(nowMs);
    this.jobs.push(job);
    this.leftMs.set(job, demandMs);
  }

  remove(job: number, nowMs: number): void {
    this.advance(nowMs);
    this.jobs = this.jobs.filter((other) => other !== job);
  }

  private first(): number | undefined {
    return [...this.jobs].sort((a, b) => this.leftMs.get(a)! - this.leftMs.get(b)!)[0];
  }

  firstDoneMs(nowMs: number): number {
    const first = this.first();
    return first === undefined ? Infinity : nowMs + Math.max(0, this.leftMs.get(first)!) / this.rate;
  }

  takeFirst(nowMs: number): number {
    this.advance(nowMs);
    const first = this.first()!;
    this.remove(first, nowMs);
    return first;
  }
}

/** The real one, with a list of who is on it. */
class Shared implements Processor {
  jobs: number[] = [];
  private readonly sharing: ProcessorSharing;

  constructor(speed: number, cores: number) {
    const requests = new Requests();
    for (let slot = 0; slot < 200; slot++) requests.take();
    this.sharing = new ProcessorSharing(requests, speed, cores);
  }

  add(job: number, demandMs: number, nowMs: number): void {
    this.jobs.push(job);
    this.sharing.add(job, demandMs, nowMs);
  }

  remove(job: number, nowMs: number): void {
    this.jobs = this.jobs.filter((other) => other !== job);
    this.sharing.remove(job, nowMs);
  }

  firstDoneMs(nowMs: number): number {
    return this.sharing.firstDoneMs(nowMs);
  }

  takeFirst(nowMs: number): number {
    const job = this.sharing.takeFirst(nowMs);
    this.jobs = this.jobs.filter((other) => other !== job);
    expect(this.sharing.count).toBe(this.jobs.length);
    return job;
  }
}

/** When each job was done; those that were taken away have none. */
function completions(processor: Processor, steps: readonly Step[]): Map<number, number> {
  const doneAtMs = new Map<number, number>();
  let nowMs = 0;
  const work = (untilMs: number) => {
    for (let atMs = processor.firstDoneMs(nowMs); atMs <= untilMs; atMs = processor.firstDoneMs(nowMs)) {
      nowMs = atMs;
      if (processor.jobs.length === 0) break;
      doneAtMs.set(processor.takeFirst(atMs), atMs);
    }
  };
  let comesAtMs = 0;
  steps.forEach(({ gapMs, demandMs, which }, job) => {
    comesAtMs += gapMs;
    work(comesAtMs);
    nowMs = comesAtMs;
    if (demandMs !== null) processor.add(job, demandMs, nowMs);
    else if (processor.jobs.length > 0)
      processor.remove([...processor.jobs].sort((a, b) => a - b)[which % processor.jobs.length]!, nowMs);
    else return;
  });
  work(Number.MAX_VALUE);
  return doneAtMs;
}

const step: fc.Arbitrary<Step> = fc.record({
  // Without round numbers: where a job is done in the very moment in which one goes, rounding decides who is first.
  gapMs: fc.noBias(fc.double({ min: 0, max: 30, noNaN: true })),
  demandMs: fc.option(fc.noBias(fc.double({ min: 0.01, max: 100, noNaN: true })), { freq: 6 }),
  which: fc.nat(),
});

const alone = (demandMs: number, gapMs = 0): Step => ({ gapMs, demandMs, which: 0 });

describe("processor sharing", () => {
  it("does what working on every job at once does, however they come and go", () => {
    const settings = fc.record({ speed: fc.constantFrom(0.5, 1, 2), cores: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 60, size: "max" }), ({ speed, cores }, steps) => {
        const naive = completions(new Naive(speed, cores), steps);
        const shared = completions(new Shared(speed, cores), steps);
        expect([...shared.keys()].sort((a, b) => a - b)).toEqual([...naive.keys()].sort((a, b) => a - b));
        const far = [...shared].filter(([job, atMs]) => Math.abs(atMs - naive.get(job)!) > 1e-6);
        expect(far).toEqual([]);
      }),
    );
  });

  it("gives a job the whole processor while it is alone, and halves it between two", () => {
    expect(completions(new Shared(1, 1), [alone(10)])).toEqual(new Map([[0, 10]]));
    // They share from 4 on: the first has 6 left and takes 12 ms, then the second has 1 left.
    expect(completions(new Shared(1, 1), [alone(10), alone(7, 4)])).toEqual(
      new Map([
        [0, 16],
        [1, 17],
      ]),
    );
  });

  it("gives as many jobs as there are cores a core each, at the server's speed", () => {
    expect(completions(new Shared(2, 2), [alone(10), alone(20)])).toEqual(
      new Map([
        [0, 5],
        [1, 10],
      ]),
    );
  });

  it("is done with equal jobs that came together at one moment, each once", () => {
    const sharing = new Shared(1, 1);
    for (const job of [0, 1, 2, 3, 4]) sharing.add(job, 10, 0);
    expect(sharing.firstDoneMs(0)).toBe(50);
    expect([0, 1, 2, 3, 4].map(() => sharing.takeFirst(50)).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  });

  it("is never done while nobody is there, and begins afresh after everybody was thrown out", () => {
    const sharing = new ProcessorSharing(new Requests(), 1, 1);
    expect(sharing.firstDoneMs(3)).toBe(Infinity);
    sharing.add(0, 5, 10);
    sharing.add(1, 5, 11);
    sharing.clear();
    expect([sharing.count, sharing.firstDoneMs(12)]).toEqual([0, Infinity]);
    sharing.add(2, 50, 20);
    sharing.add(3, 1, 20);
    expect(sharing.firstDoneMs(20)).toBe(22);
    expect(sharing.takeFirst(22)).toBe(3);
    expect(sharing.firstDoneMs(22)).toBe(71);
  });
});
