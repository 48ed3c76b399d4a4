import type { RequestView } from "../balancing/algorithm.ts";
import type { Trace, TraceRequest } from "./trace.ts";

/** The requests of a trace as a balancer sees them, by number. Nobody is asked for one that has not been put in. */
export class RecordedRequests implements RequestView {
  private readonly contents: TraceRequest[] = [];
  /** The address of clients of whom the trace says nothing. */
  private readonly defaultAddress: string;

  constructor(trace: Trace) {
    this.defaultAddress = trace.frontMode === "bind" ? "127.0.0.1" : "192.0.2.1";
  }

  put(request: number, content: TraceRequest): void {
    this.contents[request] = content;
  }
  contentOf(request: number): TraceRequest {
    return this.contents[request]!;
  }

  addressOf(request: number): number {
    return wordOf(this.addressBytesOf(request));
  }
  addressBytesOf(request: number): Uint8Array {
    return addressBytes(this.addressTextOf(request));
  }
  addressTextOf(request: number): string {
    return this.contents[request]!.ip ?? this.defaultAddress;
  }
  portOf(): number {
    // Nothing that has been recorded looks at it.
    return 0;
  }
  urlOf(): number {
    return 0;
  }
  uriOf(request: number): string {
    return this.contents[request]!.uri ?? "/";
  }
  methodOf(request: number): string {
    return this.contents[request]!.method ?? "GET";
  }
  headerOf(request: number, name: string): string | null {
    const { headers, cookie } = this.contents[request]!;
    const found = headerIn(headers ?? {}, name);
    if (found !== null) return found;
    if (name.toLowerCase() === "host") return "app.example";
    return name.toLowerCase() === "cookie" ? (cookie ?? null) : null;
  }
  cookieOf(request: number, name: string): string | null {
    return cookieIn(this.headerOf(request, "Cookie") ?? "", name);
  }
}

export function headerIn(headers: Readonly<Record<string, string>>, name: string): string | null {
  const wanted = name.toLowerCase();
  return Object.entries(headers).find(([key]) => key.toLowerCase() === wanted)?.[1] ?? null;
}

/** The value of the first cookie of that name in a Cookie header. */
export function cookieIn(header: string, name: string): string | null {
  for (const part of header.split(";")) {
    const equals = part.indexOf("=");
    if (equals >= 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return null;
}

/** 4 or 16 bytes in network order. @throws RangeError for what is no address. */
export function addressBytes(text: string): Uint8Array {
  if (!text.includes(":")) return v4Bytes(text);
  const embedded = text.lastIndexOf(":") + 1;
  // An IPv4 tail stands for the last two groups.
  const groups = text.includes(".") ? text.slice(0, embedded) + v4Groups(text.slice(embedded)) : text;
  const [head = "", tail] = groups.split("::");
  const words = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const left = words(head);
  const right = tail === undefined ? [] : words(tail);
  const zeros = new Array<number>(8 - left.length - right.length).fill(0);
  const all = tail === undefined ? left : [...left, ...zeros, ...right];
  if (all.length !== 8 || all.some((word) => !(word >= 0 && word <= 0xffff))) throw new RangeError(`address "${text}"`);
  return Uint8Array.from(all.flatMap((word) => [word >>> 8, word & 255]));
}

function v4Bytes(text: string): Uint8Array {
  const bytes = text.split(".").map(Number);
  if (bytes.length !== 4 || bytes.some((byte) => !(byte >= 0 && byte <= 255)))
    throw new RangeError(`address "${text}"`);
  return Uint8Array.from(bytes);
}

function v4Groups(text: string): string {
  const [a, b, c, d] = v4Bytes(text);
  return `${(a! * 256 + b!).toString(16)}:${(c! * 256 + d!).toString(16)}`;
}

function wordOf(bytes: Uint8Array): number {
  let word = 0;
  for (let i = 0; i < bytes.length; i += 4) {
    word ^= (bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!;
  }
  return word >>> 0;
}
