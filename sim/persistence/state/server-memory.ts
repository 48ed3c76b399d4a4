import { grown } from "../../engine/grown.ts";
import type { LossCause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { defineState, FOUND, MISSING, type StateBackend, type StateContext, WRITTEN } from "./backend.ts";

/** The server that created the session holds its only copy. */
class ServerMemory implements StateBackend, SessionColumns {
  writesRead = 0;
  cause: LossCause | null = null;
  private readonly context: StateContext;
  /** Of each session the server life that holds the copy, -1 for none, and the writes that it contains. */
  private copy = new Int32Array(0);

  constructor(context: StateContext) {
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
    this.cause = life < 0 || servers.isAlive(life) ? null : "crash";
    return MISSING;
  }

  write(request: number, server: number, contains: number): number {
    const session = this.context.sessionOf(request);
    this.copy[2 * session] = this.context.servers.lifeOf(server);
    this.copy[2 * session + 1] = contains;
    return WRITTEN;
  }

  forget(session: number): void {
    this.copy[2 * session] = -1;
  }

  readDone(): number {
    return FOUND;
  }
  writeDone(): number {
    return WRITTEN;
  }
  elapsed(): void {}
  allServersDown(): void {}
  storeCrashed(): void {}
  storeRestarted(): void {}
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
