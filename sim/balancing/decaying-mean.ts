import { exp } from "../engine/exact.ts";

/**
 * By server, a mean of response times in which a sample's weight falls to 1 / e within `decayMs`, samples coming at any
 * times; between samples it decays towards 0 (Eckner, “Algorithms for Unevenly Spaced Time Series”).
 */
export class DecayingMean {
  private readonly decayMs: number;
  private readonly isPeak: boolean;
  private readonly mean: Float64Array;
  private readonly atMs: Float64Array;

  /** With `isPeak`, a sample above the mean replaces it. */
  constructor(servers: number, decayMs: number, isPeak: boolean) {
    this.decayMs = decayMs;
    this.isPeak = isPeak;
    this.mean = new Float64Array(servers);
    this.atMs = new Float64Array(servers);
  }

  observe(server: number, sampleMs: number, nowMs: number): void {
    const kept = this.keptAt(server, nowMs);
    const mean = this.mean[server]!;
    this.mean[server] = this.isPeak && sampleMs > mean * kept ? sampleMs : mean * kept + sampleMs * (1 - kept);
    this.atMs[server] = nowMs;
  }

  set(server: number, meanMs: number, nowMs: number): void {
    this.mean[server] = meanMs;
    this.atMs[server] = nowMs;
  }

  valueAt(server: number, nowMs: number): number {
    return this.mean[server]! * this.keptAt(server, nowMs);
  }

  private keptAt(server: number, nowMs: number): number {
    const sinceMs = nowMs - this.atMs[server]!;
    return sinceMs > 0 ? exp(-sinceMs / this.decayMs) : 1;
  }
}
