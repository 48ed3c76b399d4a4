/** What a hashing algorithm hashes: the same knobs and the same reading of a request for all of them. */
import type { RequestView } from "./algorithm.ts";

const KEYS = ["source", "uri", "url-param", "header", "cookie", "2-tuple", "3-tuple", "5-tuple"] as const;
export type KeyName = (typeof KEYS)[number];

/** The knobs, with the key that the algorithm takes when a scenario names none; `keyName` names a parameter, header or cookie. */
export const hashKeyKnobs = (key: KeyName, keyName = "") =>
  ({
    key: { unit: "choice", choices: KEYS, default: key, summary: "What of the request is hashed." },
    keyName: {
      unit: "text",
      default: keyName,
      summary: "Name of the URL parameter, the header or the cookie, for the keys of that kind.",
    },
    uriLength: {
      unit: "count",
      default: null,
      minimum: 1,
      summary: "Only so many characters of the URI count (HAProxy `len`); all when absent.",
    },
    uriDepth: {
      unit: "count",
      default: null,
      minimum: 1,
      summary:
        "Only so many directories of the URI count, the first slash being one (HAProxy `depth`); all when absent.",
    },
    uriWhole: {
      unit: "flag",
      default: false,
      summary: "The query counts too (HAProxy `whole`, nginx `$request_uri`).",
    },
    uriPathOnly: {
      unit: "flag",
      default: false,
      summary: "Of an absolute URI only the path counts (HAProxy `path-only`).",
    },
    domainOnly: {
      unit: "flag",
      default: false,
      summary: "Of a header only the label before the last dot counts (HAProxy `use_domain_only`).",
    },
  }) as const;

export interface HashKeyOptions {
  readonly key: string;
  readonly keyName: string;
  readonly uriLength: number | null;
  readonly uriDepth: number | null;
  readonly uriWhole: boolean;
  readonly uriPathOnly: boolean;
  readonly domainOnly: boolean;
}

/** Where a tuple ends: one front end has one address, port and protocol, so they only mix the hash. */
const FRONT = "192.0.2.80";
const FRONT_PORT = 443;

export class HashKey {
  /** The key is the client's address: algorithms may take it as a number or as bytes instead of as text. */
  readonly isAddress: boolean;
  private readonly requests: RequestView;
  private readonly read: (request: number) => string | null;

  constructor(options: HashKeyOptions, requests: RequestView) {
    this.requests = requests;
    this.isAddress = options.key === "source";
    this.read = readerOf(options, requests);
  }

  /** The key as text; null when the request has none, and the products take the servers in turn. */
  textOf(request: number): string | null {
    return this.read(request);
  }

  /** The client's address as an unsigned 32-bit number. */
  addressOf(request: number): number {
    return this.requests.addressOf(request) >>> 0;
  }

  /** The client's address, 4 or 16 bytes; to be read before the next call. */
  addressBytesOf(request: number): Uint8Array {
    return this.requests.addressBytesOf(request);
  }
}

function readerOf(options: HashKeyOptions, requests: RequestView): (request: number) => string | null {
  const { keyName } = options;
  const source = (request: number) => requests.addressTextOf(request);
  switch (options.key) {
    case "source":
      return source;
    case "uri":
      return (request) => uriPart(requests.uriOf(request), options);
    case "url-param":
      return (request) => parameterOf(requests.uriOf(request), keyName);
    case "header":
      return (request) => headerPart(requests.headerOf(request, keyName), options.domainOnly);
    case "cookie":
      return (request) => requests.cookieOf(request, keyName);
    case "2-tuple":
      return (request) => `${source(request)} ${FRONT}`;
    case "3-tuple":
      return (request) => `tcp ${source(request)} ${FRONT}`;
    case "5-tuple":
      return (request) => `tcp ${source(request)} ${requests.portOf(request)} ${FRONT} ${FRONT_PORT}`;
    default:
      throw new RangeError(`unknown hash key "${options.key}"; known: ${KEYS.join(", ")}`);
  }
}

/** HAProxy 2.6 `get_server_uh`: cut to `len`, then at the slash that goes beyond `depth` or at the query, whichever is first. */
function uriPart(uri: string, { uriLength, uriDepth, uriWhole, uriPathOnly }: HashKeyOptions): string {
  let text = uriPathOnly ? uri.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, "") : uri;
  if (uriLength !== null) text = text.slice(0, uriLength);
  if (!uriWhole) text = beforeFirst(text, "?", 1);
  return uriDepth === null ? text : beforeFirst(text, "/", uriDepth + 1);
}

/** The text before the `nth` occurrence of `mark`; all of it when there are fewer. */
function beforeFirst(text: string, mark: string, nth: number): string {
  let at = -1;
  for (let i = 0; i < nth; i++) {
    at = text.indexOf(mark, at + 1);
    if (at < 0) return text;
  }
  return text.slice(0, at);
}

/** The first parameter of that name in the query; it may be empty. */
function parameterOf(uri: string, name: string): string | null {
  const query = uri.indexOf("?");
  if (query < 0) return null;
  for (let start = query + 1; start > 0; start = uri.indexOf("&", start) + 1) {
    if (!uri.startsWith(`${name}=`, start)) continue;
    const end = uri.indexOf("&", start);
    return uri.slice(start + name.length + 1, end < 0 ? uri.length : end);
  }
  return null;
}

/**
 * An empty header counts as none. Of `shop.example.org` the domain is `example`; a value without a dot behind its first
 * character is taken whole. HAProxy does not look for the dot before the domain in the domain's last character.
 */
function headerPart(value: string | null, domainOnly: boolean): string | null {
  if (value === null || value === "") return null;
  const end = domainOnly ? value.lastIndexOf(".") : -1;
  if (end <= 0) return value;
  return value.slice(end < 2 ? 0 : value.lastIndexOf(".", end - 2) + 1, end);
}
