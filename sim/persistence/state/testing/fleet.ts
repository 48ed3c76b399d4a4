/** Servers that a test stops and starts, for what wants no more of the world than them. */
import type { StateContext } from "../backend.ts";

export class Fleet implements Pick<StateContext, "servers"> {
  readonly servers: StateContext["servers"];
  private readonly life: number[];
  private readonly serverOfLife: number[];
  private readonly stopped = new Set<number>();

  constructor(count: number) {
    this.life = Array.from({ length: count }, (_, server) => server);
    this.serverOfLife = [...this.life];
    const { life, serverOfLife, stopped } = this;
    this.servers = {
      count,
      get upCount() {
        return life.filter((one) => one >= 0).length;
      },
      isUp: (server) => life[server]! >= 0,
      zoneOf: () => null,
      lifeOf: (server) => life[server]!,
      serverOf: (one) => serverOfLife[one] ?? -1,
      isAlive: (one) => one >= 0 && life.includes(one),
      causeOfEnd: (one) => (stopped.has(one) ? "scale-in" : "crash"),
    };
  }

  crash(...servers: readonly number[]): void {
    for (const server of servers) this.life[server] = -1;
  }

  stop(server: number): void {
    this.stopped.add(this.life[server]!);
    this.crash(server);
  }

  start(server: number): void {
    this.life[server] = this.serverOfLife.length;
    this.serverOfLife.push(server);
  }
}
