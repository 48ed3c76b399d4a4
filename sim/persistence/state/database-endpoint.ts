import type { StateContext } from "./backend.ts";
import { ConnectionPools, type ConnectionUser } from "./connection-pool.ts";
import type { PoolSettings } from "./pool-settings.ts";

/** What works over the connections of an endpoint. */
export interface EndpointUser {
  /** The request has a connection: begins its operation, and says until when it needs it. */
  begin(request: number): number;
  /** It got none. */
  fail(request: number): void;
}

/** An address that applications connect to, and their pools of connections to it. */
export class Endpoint implements ConnectionUser {
  readonly pools: ConnectionPools;
  private readonly context: StateContext;
  private readonly user: EndpointUser;
  private readonly operand: number;

  /** `operand` tells its alarms from others: the pools are to be woken when one has `elapsed`. */
  constructor(context: StateContext, settings: PoolSettings, user: EndpointUser, name: string, operand: number) {
    this.context = context;
    this.user = user;
    this.operand = operand;
    this.pools = new ConnectionPools(context, settings, this, name);
  }

  connected(request: number): number {
    return this.user.begin(request);
  }
  notConnected(request: number): void {
    this.user.fail(request);
  }
  wakePool(atMs: number, pool: number): void {
    this.context.schedule(atMs, pool, this.operand);
  }
}
