/** What it takes to make state bytes and back, and how many there are. */
import type { Encoding } from "../../scenario.ts";

const MIB = 1_048_576;

export class Encoder {
  private readonly encoding: Encoding;

  constructor(encoding: Encoding) {
    this.encoding = encoding;
  }

  /** Bytes that are stored and sent for `bytes` of state. */
  storedBytes(bytes: number): number {
    return this.compresses(bytes) ? bytes / this.encoding.compression!.ratio : bytes;
  }

  /** Work in ms, on a processor of speed 1, to make state of `bytes`, as it is before any compression, from what is stored. */
  readMs(bytes: number): number {
    const { deserialiseMsPerMib, compression } = this.encoding;
    const perMib = deserialiseMsPerMib + (this.compresses(bytes) ? compression!.decompressMsPerMib : 0);
    return (bytes / MIB) * perMib;
  }

  /** The same, the other way. */
  writeMs(bytes: number): number {
    const { serialiseMsPerMib, compression } = this.encoding;
    const perMib = serialiseMsPerMib + (this.compresses(bytes) ? compression!.compressMsPerMib : 0);
    return (bytes / MIB) * perMib;
  }

  private compresses(bytes: number): boolean {
    const { compression } = this.encoding;
    return compression !== null && bytes >= compression.fromBytes;
  }
}

export const encoderOf = (encoding: Encoding | null): Encoder | null =>
  encoding === null ? null : new Encoder(encoding);
