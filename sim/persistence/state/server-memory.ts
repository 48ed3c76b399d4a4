import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { Backend, defineState, FOUND, type StateContext, WRITTEN } from "./backend.ts";

/** The server that created the session holds its only copy. */
class ServerMemory extends Backend implements SessionColumns {
  private readonly context: StateContext;
  /** Of each session the server life that holds the copy, -1 for none, and the writes that it contains. */
  private copy = new Int32Array(0);

  constructor(context: StateContext) {
    super();
    this.context = context;
    context.attach(this);
  }

  grow(capacity: number): void {
    this.copy = grown(this.copy, new Int32Array(2 * capacity));
  }

  copies(): number {
    return 1;
  }

  read(request: number, server: number): number {
    const { servers } = this.context;
    const session = this.context.sessionOf(request);
    const life = this.copy[2 * session]!;
    if (life === servers.lifeOf(server)) {
      this.writesRead = this.copy[2 * session + 1]!;
      return FOUND;
    }
    // A copy that never was, as when of two logins at once one called the other's off, was lost to no crash.
    return this.missing(life < 0 || servers.isAlive(life) ? null : servers.causeOfEnd(life));
  }

  /** Requests of one session work on one object in one memory: what each changes stays. */
  write(request: number, server: number, contains: number, changed: boolean): number {
    const session = this.context.sessionOf(request);
    const life = this.context.servers.lifeOf(server);
    const isShared = this.copy[2 * session] === life;
    const content = isShared ? this.copy[2 * session + 1]! + (changed ? 1 : 0) : contains;
    this.copy[2 * session] = life;
    this.copy[2 * session + 1] = content;
    this.writesWritten = content;
    return WRITTEN;
  }

  forget(session: number): void {
    this.copy[2 * session] = -1;
  }
}

export const serverMemory = defineState({
  name: "server-memory",
  aliases: ["in-memory", "MemoryStore", "StandardManager"],
  summary: "Session data lives in the memory of the server that created it.",
  whenToUse: "Sessions that may be lost, together with an affinity that keeps users on their server.",
  knownFlaw: "A crash, a deploy or a wrong turn of the balancer logs the user out.",
  source: "Tomcat StandardManager, express-session MemoryStore.",
  knobs: {},
  create: (_knobs, context) => new ServerMemory(context),
});
