/** A request's key as HAProxy turns it into a 32-bit number. */
import { crc32 } from "../engine/crc32.ts";
import { avalanche, djb2, sdbm, wt6 } from "../engine/hash.ts";
import type { FleetView, RequestView } from "./algorithm.ts";
import { HashKey, type HashKeyOptions, hashKeyKnobs, type KeyName } from "./hash-key.ts";

const functions = { sdbm, djb2, wt6, crc32 } as const;
type FunctionName = keyof typeof functions;
const FUNCTIONS = Object.keys(functions) as readonly FunctionName[];

/** The knobs of a hashing algorithm of HAProxy, with its default key and whether it mixes unless told otherwise. */
export const requestHashKnobs = (key: KeyName, avalanches: boolean) =>
  ({
    ...hashKeyKnobs(key),
    hashFunction: {
      unit: "choice",
      choices: FUNCTIONS,
      default: "sdbm",
      summary: "Function of the key's text; an address is taken as the number it is.",
    },
    avalanche: {
      unit: "flag",
      default: avalanches,
      summary: "Mix the hash once more, so that like keys do not get like servers.",
    },
  }) as const;

export interface RequestHashOptions extends HashKeyOptions {
  readonly hashFunction: string;
  readonly avalanche: boolean;
}

/** What `RequestHash` answers for a request that has no key. */
export const NO_KEY = -1;

export class RequestHash {
  private readonly key: HashKey;
  private readonly hash: (text: string) => number;
  private readonly avalanches: boolean;
  private readonly looksAlways: boolean;

  constructor(options: RequestHashOptions, requests: RequestView) {
    this.key = new HashKey(options, requests);
    this.hash = functions[options.hashFunction as FunctionName];
    this.avalanches = options.avalanche;
    this.looksAlways = options.key === "url-param";
  }

  /**
   * The hash, unsigned, or `NO_KEY`. Where one server alone is eligible HAProxy looks at nothing and takes 0, so that nobody's
   * turn is used up by a request without a key; except for URL parameters, which it always looks for.
   */
  of(request: number, { eligibleCount }: FleetView): number {
    if (eligibleCount === 1 && !this.looksAlways) return 0;
    let hash = NO_KEY;
    if (this.key.isAddress) {
      hash = this.key.addressOf(request);
    } else {
      const text = this.key.textOf(request);
      if (text === null) return NO_KEY;
      hash = this.hash(text);
    }
    return this.avalanches ? avalanche(hash) : hash;
  }
}
