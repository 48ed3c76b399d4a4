import { cookieIn, RecordedRequests } from "../recorded-requests.ts";
import type { Trace } from "../trace.ts";
import type { SampleReader } from "./samples.ts";

/** Requests as HAProxy reads them: of a header that is a list the first item, and `balance hash` by its expression. */
export class HaproxyRequests extends RecordedRequests {
  private readonly expression: SampleReader | null;

  /** `expression` answers for the cookie without a name. */
  constructor(trace: Trace, expression: SampleReader | null) {
    super(trace);
    this.expression = expression;
  }

  override headerOf(request: number, name: string): string | null {
    return super.headerOf(request, name)?.replace(/,.*$/s, "").trim() ?? null;
  }

  /** All of the header's text. */
  wholeHeaderOf(request: number, name: string): string | null {
    return super.headerOf(request, name);
  }

  override cookieOf(request: number, name: string): string | null {
    if (name === "" && this.expression !== null) return this.expression({ id: request, requests: this }).at(-1) ?? null;
    return cookieIn(this.wholeHeaderOf(request, "Cookie") ?? "", name);
  }
}
