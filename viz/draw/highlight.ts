/** Brings one strategy, or one server, forward wherever it is drawn, by muting the others. */
export function applyHighlight(root: HTMLElement, strategy: string | null, server: string | null): void {
  for (const marked of root.querySelectorAll<HTMLElement | SVGElement>("[data-strategy]")) {
    const name = marked.dataset["strategy"];
    set(marked, "muted", strategy !== null && name !== strategy);
    set(marked, "forward", strategy !== null && name === strategy);
  }
  for (const marked of root.querySelectorAll<HTMLElement | SVGElement>("[data-server]")) {
    set(marked, "forward", server !== null && marked.dataset["server"] === server);
  }
}

/** Touches only what changes: this runs with every move of the pointer. */
function set(marked: Element, name: string, on: boolean): void {
  if (marked.classList.contains(name) !== on) marked.classList.toggle(name, on);
}
