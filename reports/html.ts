/** `report.html`: the page with its data inside; one file that opens anywhere, without a network. */
import type { DashboardData } from "./dashboard-data.ts";

const PLACEHOLDER = /(<script id="evenkeel-data" type="application\/json">)\s*(<\/script>)/;

/**
 * The data as text for a script element. Escaped `<` cannot close the element or open a comment; U+2028 and U+2029 are
 * harmless to JSON and stay.
 */
const scriptText = (data: DashboardData): string => JSON.stringify(data).replaceAll("<", "\\u003c");

/**
 * `template` is the built page.
 *
 * @throws RangeError when it has no place for the data.
 */
export function htmlReport(template: string, data: DashboardData): string {
  if (!PLACEHOLDER.test(template)) {
    throw new RangeError('the page has no empty <script id="evenkeel-data" type="application/json"></script>');
  }
  return template.replace(PLACEHOLDER, (_, open: string, close: string) => `${open}${scriptText(data)}${close}`);
}
