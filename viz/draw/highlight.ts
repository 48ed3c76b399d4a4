/** Brings one strategy, or one server, forward wherever it is drawn, by muting the others. */
export function applyHighlight(root: HTMLElement, strategy: string | null, server: string | null): void {
  for (const marked of root.querySelectorAll<HTMLElement | SVGElement>("[data-strategy]")) {
    const name = marked.dataset["strategy"];
    marked.classList.toggle("muted", strategy !== null && name !== strategy);
    marked.classList.toggle("forward", strategy !== null && name === strategy);
  }
  for (const marked of root.querySelectorAll<HTMLElement | SVGElement>("[data-server]")) {
    marked.classList.toggle("forward", server !== null && marked.dataset["server"] === server);
  }
}
