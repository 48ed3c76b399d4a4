/** The page: what it was given or runs at once, and how its parts hang together. */
import "./style/base.css";
import "./style/page.css";
import "./style/run.css";
import "./style/figures.css";
import "./style/lines.css";
import "./style/panels.css";
import "./style/shades.css";
import "./style/tables.css";
import "./style/compared.css";
import "./style/shown.css";
import "./style/print.css";
import { buildPage } from "./page/page.ts";
import { paletteCss } from "./palette.ts";
import { digestOrderOf, postDigests } from "./run/digest.ts";
import { viewOf } from "./view.ts";

const style = document.createElement("style");
style.textContent = paletteCss();
document.head.append(style);

/** The data that a report carries; null in the bare page. */
function embedded(): unknown {
  const text = document.getElementById("evenkeel-data")?.textContent?.trim() ?? "";
  return text === "" ? null : JSON.parse(text);
}

const order = digestOrderOf(location.hash);
if (order === null) buildPage(viewOf(location.hash), embedded());
else postDigests(order, (state) => document.body.replaceChildren(`Digests of ${order.scenario}: ${state}`));
