/** Sessions that travel with the client: cookies and tokens, and hybrids of them. */
import { part, type StrategyPreset } from "./preset.ts";

export const clients: readonly StrategyPreset[] = [
  {
    name: "signed-cookie",
    summary: "The session itself travels in a signed cookie; servers remember nothing.",
    products: "Rails CookieStore, Flask sessions, ASP.NET Core cookie authentication.",
    source: "Rails 8 ActionDispatch::Session::CookieStore; RFC 6265bis on sizes.",
    knownFlaw: "A browser drops a cookie above about 4 KB, and every request carries the whole session.",
    shownBy: "session-size",
    balancing: part("least-connections"),
    affinity: part("none"),
    state: part("signed-cookie"),
  },
];
