/** Puts the page together and carries the reader's choices into the address. */
import { element } from "../dom.ts";
import { applyHighlight } from "../draw/highlight.ts";
import { Store } from "../store.ts";
import { fragmentOf, themes, type View } from "../view.ts";
import { answer } from "./answer.ts";
import { bindDrop, fileChooser } from "./drop.ts";
import { bindPageKeys, keysDialog } from "./keys.ts";
import { open } from "./opening.ts";
import { headlinePanels, sections } from "./sections.ts";
import { Session } from "./session.ts";
import { shownChoice } from "./shown-choice.ts";
import { strategiesTable } from "./strategies.ts";
import { strategyBar } from "./strategy-bar.ts";
import { trust } from "./trust.ts";

export function buildPage(view: View, embedded: unknown): void {
  const store = new Store();
  store.view = view;
  const session = new Session(store);
  const dialog = keysDialog();
  const theme = button("", () => nextTheme());
  const help = button("Keys ?", () => dialog.showModal());
  const controls = [fileChooser((files) => session.take(files)), button("Run it here", () => openRun()), theme, help];
  const top = answer(store);
  const compared = strategiesTable(store);
  const main = element(
    "main",
    { id: "main", tabindex: -1 },
    session.notice,
    top.root,
    session.provenance,
    session.panel.root,
    strategyBar(store),
    shownChoice(store),
    headlinePanels(store),
    compared.root,
    trust(store),
    ...sections(store),
  );
  document.body.append(
    element("a", { class: "skip", href: "#main", click: (event) => skip(event) }, "Skip to the answer"),
    element(
      "header",
      { class: "top" },
      element("p", { class: "wordmark" }, "Evenkeel"),
      element("p", { class: "controls" }, ...controls),
    ),
    main,
    dialog,
  );

  /** The fragment is the view's, so the link moves the focus itself. */
  function skip(event: Event): void {
    event.preventDefault();
    main.focus();
    main.scrollIntoView();
  }

  function openRun(): void {
    const { root } = session.panel;
    root.open = true;
    root.scrollIntoView({ block: "start" });
    root.querySelector<HTMLElement>("select")?.focus();
  }

  function nextTheme(): void {
    const at = themes.indexOf(store.view.theme);
    store.choose({ theme: themes[(at + 1) % themes.length] ?? "system" });
  }

  store.listen({
    draw: () => {
      document.documentElement.dataset["theme"] = store.view.theme;
      document.body.classList.toggle("empty", store.data === null);
      theme.textContent = `Theme: ${store.view.theme}`;
      const fragment = fragmentOf(store.view);
      history.replaceState(null, "", fragment === "" ? location.pathname + location.search : `#${fragment}`);
    },
    point: () => applyHighlight(main, store.highlighted, store.point.server),
  });
  bindDrop((files) => session.take(files));
  bindPageKeys({ help: () => dialog.showModal(), clear: () => store.clear(), theme: nextTheme });
  bindSize(store, main);
  open(session, view, embedded, ({ scenario, strategies }) => {
    top.announce(scenario.question ?? scenario.name);
    compared.show(strategies);
  });
  store.draw();
}

const button = (text: string, click: () => void): HTMLButtonElement =>
  element("button", { type: "button", class: "link", click }, text);

/** Charts are drawn for their width in pixels: again when it changes, and for paper. */
function bindSize(store: Store, main: HTMLElement): void {
  new ResizeObserver(() => store.draw()).observe(main);
  for (const event of ["beforeprint", "afterprint"]) {
    addEventListener(event, () => {
      document.body.classList.toggle("on-paper", event === "beforeprint");
      store.draw();
    });
  }
}
