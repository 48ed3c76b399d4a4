/** Draws that can say what was drawn: the same numbers, and a list of them while `taken` is one. */
import { Draws } from "./draws.ts";

export interface DrawTaken {
  /** What was asked for, as in `below(8)`. */
  readonly call: string;
  readonly value: number;
}

export class RecordingDraws extends Draws {
  taken: DrawTaken[] | null = null;
  /** A law that draws several numbers is one draw. */
  private isInside = false;

  override uniform(): number {
    return this.noted("uniform()", () => super.uniform());
  }
  override bits(): number {
    return this.noted("bits()", () => super.bits());
  }
  override below(count: number): number {
    return this.noted(`below(${count})`, () => super.below(count));
  }
  override exponential(): number {
    return this.noted("exponential()", () => super.exponential());
  }
  override normal(): number {
    return this.noted("normal()", () => super.normal());
  }

  private noted(call: string, draw: () => number): number {
    if (this.taken === null || this.isInside) return draw();
    this.isInside = true;
    const value = draw();
    this.isInside = false;
    this.taken.push({ call, value });
    return value;
  }
}
