/** The state of the page: data, what the reader chose, and where the reader points. Parts of the page listen. */
import type { DashboardData } from "../reports/dashboard-data.ts";
import { rebase } from "./rebase.ts";
import { shownOf } from "./shown.ts";
import { defaultView, type View } from "./view.ts";

/** Where the pointer or the keyboard is; passes, and stands in no link. */
export interface Point {
  readonly strategy: string | null;
  readonly server: string | null;
  /** A window of the timeline. */
  readonly window: number | null;
  /** A step of the percentile axis. */
  readonly step: number | null;
}

export const nowhere: Point = { strategy: null, server: null, window: null, step: null };

export interface Listener {
  /** Data or choices changed: draw. */
  readonly draw?: () => void;
  /** Only the place pointed at changed: cheap, called on every move. */
  readonly point?: () => void;
}

export class Store {
  view: View = defaultView;
  point: Point = nowhere;
  private given: DashboardData | null = null;
  private rebased: DashboardData | null = null;
  private shown: DashboardData | null = null;
  private readonly listeners: Listener[] = [];

  listen(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** Against the reference that the reader chose, if the data has it; null until there is data. */
  get all(): DashboardData | null {
    return this.rebased;
  }

  /** Of `all` the strategies that the charts show. */
  get data(): DashboardData | null {
    return this.shown;
  }

  setData(data: DashboardData): void {
    this.given = data;
    this.point = nowhere;
    this.derive();
    this.draw();
  }

  choose(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    if ("reference" in change || "shown" in change) this.derive();
    this.draw();
  }

  pointAt(change: Partial<Point>): void {
    const next = { ...this.point, ...change };
    const { strategy, server, window, step } = this.point;
    if (next.strategy === strategy && next.server === server && next.window === window && next.step === step) return;
    this.point = next;
    for (const listener of this.listeners) listener.point?.();
  }

  /** The strategy to bring forward: the one pointed at, else the one pinned. */
  get highlighted(): string | null {
    const pinned = this.data?.strategies.find(({ name }) => name === this.view.highlight)?.name ?? null;
    return this.point.strategy ?? pinned;
  }

  /** Forgets what is pinned and pointed at. */
  clear(): void {
    this.point = nowhere;
    this.choose({ highlight: null });
  }

  private derive(): void {
    const { given } = this;
    const { reference } = this.view;
    const known = given?.strategies.some(({ name }) => name === reference) ?? false;
    this.rebased = given !== null && known && reference !== null ? rebase(given, reference) : given;
    this.shown = this.rebased === null ? null : shownOf(this.rebased, this.view.shown);
  }

  draw(): void {
    for (const listener of this.listeners) listener.draw?.();
    for (const listener of this.listeners) listener.point?.();
  }
}
