/** Cuts a stream of bytes into lines, in memory bounded by the longest line that is collected. */
import { MAXIMUM_LINE_LENGTH } from "../../sim/workload/access-log-replay.ts";

export interface LineReceiver {
  /** A line without its line break. */
  line(text: string): void;
  /** A line that was too long to be collected. */
  overlongLine(): void;
}

export class LineCutter {
  private readonly receiver: LineReceiver;
  /** The beginning of a line whose end has not come yet. */
  private begun = "";
  private isOverlong = false;

  constructor(receiver: LineReceiver) {
    this.receiver = receiver;
  }

  /** Bytes of a log have no encoding that can be relied on; Latin-1 gives every byte a character and loses nothing. */
  bytes(bytes: Buffer): void {
    const text = bytes.toString("latin1");
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      this.collect(text.slice(start, end));
      this.finishLine();
      start = end + 1;
    }
    this.collect(text.slice(start));
  }

  /** The stream is over; what follows the last line break is a line too. */
  end(): void {
    if (this.begun !== "" || this.isOverlong) this.finishLine();
  }

  private collect(piece: string): void {
    if (this.begun.length + piece.length > MAXIMUM_LINE_LENGTH + 1) {
      this.isOverlong = true;
      this.begun = "";
    }
    if (!this.isOverlong) this.begun += piece;
  }

  private finishLine(): void {
    if (this.isOverlong) this.receiver.overlongLine();
    else this.receiver.line(this.begun.endsWith("\r") ? this.begun.slice(0, -1) : this.begun);
    this.begun = "";
    this.isOverlong = false;
  }
}
