/** `stick-table` and the `stick` rules: what is looked up when a request passes, and learned when its answer does. */
import type { StickTableSettings } from "../../persistence/affinity/stick-rows.ts";
import { type Room, StickTable } from "../../persistence/affinity/stick-table.ts";
import { addressBytes } from "../recorded-requests.ts";
import { type Acls, type Condition, ruleOf } from "./conditions.ts";
import { compileSample, type Exchange, type SampleReader, textOf } from "./samples.ts";
import { sizeOf, timeMs, unknown, wordsOf } from "./words.ts";

/** A key as the table's type has it; null when the value cannot be one. */
type KeyReader = (value: string) => string | null;

interface TableSettings extends StickTableSettings {
  readonly keyOf: KeyReader;
}

export interface StickRule {
  readonly matches: boolean;
  readonly stores: "request" | "response" | null;
  readonly read: SampleReader;
  readonly when: Condition;
}

export interface StickSettings {
  readonly table: TableSettings;
  readonly rules: readonly StickRule[];
}

function addressKey(wanted: 4 | 16): KeyReader {
  return (value) => {
    try {
      const bytes = addressBytes(value);
      if (bytes.length === wanted) return textOf(bytes);
      if (wanted === 16) return textOf(addressBytes(`::ffff:${textOf(bytes)}`));
      const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
      return isMapped ? textOf(bytes.subarray(12)) : null;
    } catch {
      return null;
    }
  };
}

function keyReader(type: string, length: number, line: string): KeyReader {
  switch (type) {
    case "ip":
      return addressKey(4);
    case "ipv6":
      return addressKey(16);
    case "integer":
      // What is no digit ends the number, and what does not begin with one is 0.
      return (value) => String(Number(/^-?\d+/.exec(value)?.[0] ?? 0));
    case "string":
      return (value) => value.slice(0, length);
    case "binary":
      return (value) => value.slice(0, length);
    default:
      return unknown("the type of", line);
  }
}

export function tableSettings(line: string): TableSettings {
  const words = wordsOf(line);
  let type = "";
  // Without a length, the last of 32 bytes ends a text.
  let length = 31;
  let size = 0;
  let expireMs: number | null = null;
  let whenFull: StickTableSettings["whenFull"] = "drop-few";
  for (let i = 1; i < words.length; i++) {
    const word = words[i]!;
    if (word === "type") type = words[++i] ?? "";
    else if (word === "len") length = Number(words[++i]);
    else if (word === "size") size = sizeOf(words[++i] ?? "");
    else if (word === "expire") expireMs = timeMs(words[++i] ?? "");
    else if (word === "nopurge") whenFull = "refuse";
    // What else a table keeps of its keys decides nothing.
    else if (word === "store" || word === "srvkey") i++;
    else unknown("the table", line);
  }
  return { size, expireMs, whenFull, keyOf: keyReader(type, length, line) };
}

/** A line that begins with `stick`. */
export function stickRule(line: string, acls: Acls): StickRule {
  const { words, when } = ruleOf(line, acls);
  const [, kind = "", expression = "", ...rest] = words;
  if (rest.length > 0) unknown("the rule", line);
  const read = compileSample(expression);
  switch (kind) {
    case "on":
      return { matches: true, stores: "request", read, when };
    case "match":
      return { matches: true, stores: null, read, when };
    case "store-request":
      return { matches: false, stores: "request", read, when };
    case "store-response":
      return { matches: false, stores: "response", read, when };
    default:
      return unknown("the rule", line);
  }
}

/** What is to be stored once the answer passes. */
export interface Learned {
  readonly room: Room;
  readonly key: string;
}

/** The rules at work. What the table keeps of a server is up to the caller. */
export class Sticking<T> {
  private readonly table: StickTable<T>;
  private readonly settings: StickSettings;

  constructor(settings: StickSettings) {
    this.settings = settings;
    this.table = new StickTable(settings.table);
  }

  clear(): void {
    this.table.clear();
  }

  /** Applies the rules to a request: tells `found` of what matches, in order, and returns what is to be learned. */
  request(exchange: Exchange, nowMs: number, found: (value: T) => void): Learned | null {
    let learned: Learned | null = null;
    for (const { matches, stores, read, when } of this.settings.rules) {
      // Of those that store only the first that finds a key does.
      if (stores === "response" || (stores === "request" && learned !== null) || !when(exchange)) continue;
      const key = this.keyOf(read, exchange);
      if (key === null) continue;
      if (matches) {
        const value = this.table.find(key, nowMs);
        if (value !== undefined) found(value);
      }
      if (stores === "request") learned = this.learn(key, nowMs);
    }
    return learned;
  }

  /** The same for the answer, given what the request has to say. */
  response(exchange: Exchange, fromRequest: Learned | null, nowMs: number): Learned | null {
    let learned = fromRequest;
    for (const { stores, read, when } of this.settings.rules) {
      if (stores !== "response" || learned !== null || !when(exchange)) continue;
      const key = this.keyOf(read, exchange);
      if (key !== null) learned = this.learn(key, nowMs);
    }
    return learned;
  }

  store({ room, key }: Learned, value: T, nowMs: number): void {
    this.table.store(room, key, value, nowMs);
  }

  forget(): void {
    this.table.giveBack();
  }

  private learn(key: string, nowMs: number): Learned | null {
    const room = this.table.take(nowMs);
    return room && { room, key };
  }

  private keyOf(read: SampleReader, exchange: Exchange): string | null {
    const value = read(exchange).at(-1);
    return value === undefined ? null : this.settings.table.keyOf(value);
  }
}
