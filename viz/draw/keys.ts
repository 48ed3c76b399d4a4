/**
 * One way to read any chart by keyboard: each track (a line, a server's row, a strategy's map) is a slider over the
 * positions of the chart. One of them is in the tab order; up and down go from track to track, left and right along it.
 * A slider is a native role, so screen readers hand it the arrow keys and speak its value.
 */

export interface Track {
  /** Name of the thing: `sticky-cookie, p99 response time`. */
  readonly label: string;
  readonly strategy: string;
  readonly server: string | null;
  /** What is there, spoken and shown: `5:05, 310 ms`. */
  readonly read: (position: number) => string;
}

export interface TracksOptions {
  readonly positions: number;
  readonly trackOf: (element: SVGElement) => Track;
  /** The position that the page points at. */
  readonly current: () => number | null;
  readonly onPoint: (position: number, track: Track) => void;
}

const bound = new WeakMap<SVGSVGElement, TracksOptions>();

const tracksOf = (svg: SVGSVGElement): SVGElement[] => [...svg.querySelectorAll<SVGElement>(".track")];

/** Binds the keys of `svg`; calling it again replaces the options. */
export function bindKeys(svg: SVGSVGElement, options: TracksOptions): void {
  if (!bound.has(svg)) {
    svg.addEventListener("keydown", (event) => onKey(svg, event));
    svg.addEventListener("focusin", (event) => {
      if (event.target instanceof SVGElement) moveTo(svg, event.target, bound.get(svg)?.current() ?? null);
    });
  }
  bound.set(svg, options);
  const tracks = tracksOf(svg);
  const inOrder = tracks.find((track) => track.getAttribute("tabindex") === "0") ?? tracks[0];
  for (const track of tracks) {
    track.setAttribute("tabindex", track === inOrder ? "0" : "-1");
    track.setAttribute("role", "slider");
    track.setAttribute("aria-orientation", "horizontal");
    track.setAttribute("aria-label", options.trackOf(track).label);
    track.setAttribute("aria-valuemin", "0");
    track.setAttribute("aria-valuemax", String(Math.max(0, options.positions - 1)));
    speak(track, options, options.current() ?? 0);
  }
}

function speak(element: SVGElement, { trackOf, positions }: TracksOptions, position: number): void {
  const within = Math.max(0, Math.min(position, positions - 1));
  element.setAttribute("aria-valuenow", String(within));
  element.setAttribute("aria-valuetext", positions === 0 ? "nothing" : trackOf(element).read(within));
}

function moveTo(svg: SVGSVGElement, element: SVGElement, position: number | null): void {
  const options = bound.get(svg);
  if (options === undefined || options.positions === 0 || !element.classList.contains("track")) return;
  for (const track of tracksOf(svg)) track.setAttribute("tabindex", track === element ? "0" : "-1");
  const now = Number(element.getAttribute("aria-valuenow"));
  const at = Math.max(0, Math.min(position ?? now, options.positions - 1));
  speak(element, options, at);
  options.onPoint(at, options.trackOf(element));
}

function onKey(svg: SVGSVGElement, event: KeyboardEvent): void {
  const options = bound.get(svg);
  const element = event.target;
  if (options === undefined || !(element instanceof SVGElement) || event.ctrlKey || event.metaKey || event.altKey)
    return;
  const now = Number(element.getAttribute("aria-valuenow"));
  const page = Math.max(1, Math.round(options.positions / 10));
  const along: Readonly<Record<string, number>> = {
    ArrowLeft: now - 1,
    ArrowRight: now + 1,
    PageDown: now - page,
    PageUp: now + page,
    Home: 0,
    End: options.positions - 1,
  };
  const across: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 };
  const position = along[event.key];
  const step = across[event.key];
  if (position === undefined && step === undefined) return;
  event.preventDefault();
  if (position !== undefined) moveTo(svg, element, position);
  if (step === undefined) return;
  const tracks = tracksOf(svg);
  const next = tracks[tracks.indexOf(element) + step];
  next?.focus({ preventScroll: false });
}
