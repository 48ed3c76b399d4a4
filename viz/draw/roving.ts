/** One tab stop for a row of buttons; the arrow keys go from one to the next. */

export function bindRoving(parent: HTMLElement, selector: string): void {
  parent.addEventListener("keydown", (event) => {
    const members = [...parent.querySelectorAll<HTMLElement>(selector)];
    if (!(event.target instanceof HTMLElement)) return;
    const at = members.indexOf(event.target);
    if (at < 0) return;
    const targets: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      Home: 0,
      End: members.length - 1,
    };
    const next = members[targets[event.key] ?? -1];
    if (next === undefined) return;
    event.preventDefault();
    for (const member of members) member.tabIndex = member === next ? 0 : -1;
    next.focus();
  });
}
