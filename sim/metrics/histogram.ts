/**
 * Counts of durations in logarithmic buckets, fixed in size and mergeable: each power of two is cut into 128 equal
 * parts, so a bucket's middle is within 0.4 % of every value in it. The idea is HdrHistogram's (G. Tene); taking the
 * bucket from the number's own bits makes it a few instructions, exact on every engine.
 */
import { floatZero } from "../engine/float-zero.ts";
import type { HistogramRecord } from "../record.ts";

/** Parts of each power of two. */
const PARTS_BITS = 7;
/** Values below 2^-20 ms (a nanosecond) fall into the first bucket, values from 2^44 ms on into the last. */
const LOWEST_EXPONENT = -20;
const HIGHEST_EXPONENT = 44;
const BUCKETS = (HIGHEST_EXPONENT - LOWEST_EXPONENT) << PARTS_BITS;
const BIAS = (1023 + LOWEST_EXPONENT) << PARTS_BITS;

/** The value that `addSample` adds: several histograms take the same one without its being handed over as an object. */
export const sample = new Float64Array(1);
const bits = sample;
const words = new Int32Array(bits.buffer);
/** Index of the word that holds sign, exponent and the leading digits; the byte order differs between machines. */
const HIGH = (() => {
  bits[0] = 1;
  return words[1] === 0 ? 0 : 1;
})();

/** The bucket of a value >= 0. */
export function bucketOf(value: number): number {
  bits[0] = value;
  const bucket = (words[HIGH]! >> (20 - PARTS_BITS)) - BIAS;
  return bucket < 0 ? 0 : bucket >= BUCKETS ? BUCKETS - 1 : bucket;
}

/** Smallest value of a bucket; 0 for the first. */
export function bucketLow(bucket: number): number {
  if (bucket === 0) return 0;
  words[HIGH] = (bucket + BIAS) << (20 - PARTS_BITS);
  words[1 - HIGH] = 0;
  return bits[0]!;
}

export function bucketHigh(bucket: number): number {
  return bucketLow(bucket + 1);
}

export class Histogram {
  private readonly count = new Float64Array(BUCKETS);
  total = 0;
  sum = floatZero();
  maximum = Number.NEGATIVE_INFINITY;
  /** Buckets outside this range are empty, so that short-lived histograms need not be walked from end to end. */
  private lowest = BUCKETS;
  private highest = -1;

  add(value: number): void {
    sample[0] = value;
    this.addSample();
  }

  /** Adds what stands in `sample`. */
  addSample(): void {
    const value = sample[0]!;
    let bucket = (words[HIGH]! >> (20 - PARTS_BITS)) - BIAS;
    if (bucket < 0) bucket = 0;
    else if (bucket >= BUCKETS) bucket = BUCKETS - 1;
    this.count[bucket]!++;
    this.total++;
    this.sum += value;
    if (value > this.maximum) this.maximum = value;
    if (bucket < this.lowest) this.lowest = bucket;
    if (bucket > this.highest) this.highest = bucket;
  }

  /** Adds `count` times the value 0. */
  addZeros(count: number): void {
    if (count === 0) return;
    this.count[0]! += count;
    this.total += count;
    this.lowest = 0;
    this.highest = Math.max(this.highest, 0);
    this.maximum = Math.max(this.maximum, 0);
  }

  /** Adds all that is in another one. */
  merge({ count, total, sum, maximum, lowest, highest }: Histogram): void {
    for (let bucket = lowest; bucket <= highest; bucket++) this.count[bucket]! += count[bucket]!;
    this.total += total;
    this.sum += sum;
    this.maximum = Math.max(this.maximum, maximum);
    this.lowest = Math.min(this.lowest, lowest);
    this.highest = Math.max(this.highest, highest);
  }

  clear(): void {
    if (this.highest >= 0) this.count.fill(0, this.lowest, this.highest + 1);
    this.total = 0;
    this.sum = 0;
    this.maximum = Number.NEGATIVE_INFINITY;
    this.lowest = BUCKETS;
    this.highest = -1;
  }

  record(): HistogramRecord {
    const bucket: number[] = [];
    const count: number[] = [];
    this.forEach((index, entries) => {
      bucket.push(index);
      count.push(entries);
    });
    return { bucket, count, total: this.total, sum: this.sum, maximum: this.total === 0 ? null : this.maximum };
  }

  forEach(visit: (bucket: number, count: number) => void): void {
    for (let bucket = this.lowest; bucket <= this.highest; bucket++) {
      if (this.count[bucket]! > 0) visit(bucket, this.count[bucket]!);
    }
  }
}

/**
 * The q-quantile (0 < q <= 1) of a histogram: the middle of the bucket that holds the value of rank ceil(q × total), at
 * most the maximum. null when it is empty.
 */
export function quantileOf(histogram: HistogramRecord, q: number): number | null {
  if (histogram.total === 0 || histogram.maximum === null) return null;
  const rank = Math.ceil(q * histogram.total);
  let seen = 0;
  for (let i = 0; i < histogram.bucket.length; i++) {
    seen += histogram.count[i]!;
    if (seen >= rank) {
      const bucket = histogram.bucket[i]!;
      return Math.min((bucketLow(bucket) + bucketHigh(bucket)) / 2, histogram.maximum);
    }
  }
  return histogram.maximum;
}

/** All counts together, as if every value had gone into one histogram. */
export function mergeHistograms(histograms: readonly HistogramRecord[]): HistogramRecord {
  const counts = new Map<number, number>();
  for (const { bucket, count } of histograms) {
    bucket.forEach((index, i) => {
      counts.set(index, (counts.get(index) ?? 0) + count[i]!);
    });
  }
  const bucket = [...counts.keys()].sort((a, b) => a - b);
  const maxima = histograms.map((histogram) => histogram.maximum).filter((maximum) => maximum !== null);
  return {
    bucket,
    count: bucket.map((index) => counts.get(index)!),
    total: histograms.reduce((total, histogram) => total + histogram.total, 0),
    sum: histograms.reduce((sum, histogram) => sum + histogram.sum, 0),
    maximum: maxima.length === 0 ? null : Math.max(...maxima),
  };
}
