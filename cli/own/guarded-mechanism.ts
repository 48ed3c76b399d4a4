/** A user's affinity behind the lab's interface: what it leaves out does nothing, what it gets wrong is said at once. */
import { type Cause, sessionCauses } from "../../sim/metrics/causes.ts";
import {
  type AffinityMechanism,
  type BindingRules,
  NONE,
  UNUSED,
  usualRules,
  VALID,
} from "../../sim/persistence/affinity/mechanism.ts";
import { OwnFault, placeOf, reasonOf, shown } from "./fault.ts";

/** What a user's `create` returns: `lookup`, and what it minds. */
export type OwnMechanism = Pick<AffinityMechanism, "lookup"> &
  Partial<Omit<AffinityMechanism, "rules">> & { readonly rules?: Partial<BindingRules> };

export const hooks = [
  "answered",
  "whyElsewhere",
  "forget",
  "elapsed",
  "balancerRestarted",
  "serverChanged",
] as const satisfies readonly (keyof AffinityMechanism)[];

const words: Readonly<Record<Exclude<keyof BindingRules, "boundedWaitMs">, readonly string[]>> = {
  whenDraining: ["keep", "move", "refuse"],
  whenDown: ["move", "insist", "refuse"],
  strictness: ["soft", "bounded", "hard"],
};

export class GuardedMechanism implements AffinityMechanism {
  outcome: number = NONE;
  readonly rules: BindingRules;
  private readonly own: OwnMechanism;
  private readonly servers: number;
  private readonly file: string;

  constructor(own: OwnMechanism, servers: number, file: string) {
    this.own = own;
    this.servers = servers;
    this.file = file;
    this.rules = this.rulesOf(own.rules);
  }

  private rulesOf(given: unknown): BindingRules {
    if (given === undefined) return usualRules;
    if (typeof given !== "object" || given === null) throw this.fault(`rules is ${shown(given)}, expected an object`);
    const rules = { ...usualRules, ...given };
    for (const [rule, known] of Object.entries(words)) {
      const word: unknown = Reflect.get(rules, rule);
      if (typeof word === "string" && known.includes(word)) continue;
      throw this.fault(`rules.${rule} is ${shown(word)}, expected one of ${known.join(", ")}`);
    }
    const waitMs: unknown = rules.boundedWaitMs;
    if (typeof waitMs === "number" && waitMs >= 0) return rules;
    throw this.fault(`rules.boundedWaitMs is ${shown(waitMs)}, expected milliseconds`);
  }

  lookup(request: number, balancer: number): number {
    let server: unknown;
    try {
      server = this.own.lookup(request, balancer);
    } catch (error) {
      throw this.thrown("lookup", error);
    }
    if (typeof server !== "number" || !Number.isInteger(server) || server < -1 || server >= this.servers) {
      const last = this.servers - 1;
      throw this.fault(`lookup returned ${shown(server)}, expected a server from 0 to ${last}, or -1 for none`);
    }
    const outcome: unknown = this.own.outcome ?? (server < 0 ? NONE : VALID);
    if (typeof outcome !== "number" || !Number.isInteger(outcome) || outcome < NONE || outcome > UNUSED) {
      throw this.fault(`outcome is ${shown(outcome)} after lookup, expected one of the words that create is given`);
    }
    this.outcome = outcome;
    return server;
  }

  answered(request: number, balancer: number, server: number): void {
    try {
      this.own.answered?.(request, balancer, server);
    } catch (error) {
      throw this.thrown("answered", error);
    }
  }

  whyElsewhere(request: number, balancer: number): Cause {
    let cause: unknown;
    try {
      cause = this.own.whyElsewhere?.(request, balancer) ?? "no-affinity";
    } catch (error) {
      throw this.thrown("whyElsewhere", error);
    }
    const known = sessionCauses.find(({ name }) => name === cause);
    if (known !== undefined) return known.name;
    throw this.fault(`whyElsewhere returned ${shown(cause)}, expected one of evenkeel list causes`);
  }

  forget(session: number): void {
    try {
      this.own.forget?.(session);
    } catch (error) {
      throw this.thrown("forget", error);
    }
  }
  elapsed(entity: number, operand: number): void {
    try {
      this.own.elapsed?.(entity, operand);
    } catch (error) {
      throw this.thrown("elapsed", error);
    }
  }
  balancerRestarted(balancer: number, isReload: boolean): void {
    try {
      this.own.balancerRestarted?.(balancer, isReload);
    } catch (error) {
      throw this.thrown("balancerRestarted", error);
    }
  }
  serverChanged(balancer: number, server: number): void {
    try {
      this.own.serverChanged?.(balancer, server);
    } catch (error) {
      throw this.thrown("serverChanged", error);
    }
  }

  private fault(what: string): OwnFault {
    return new OwnFault(`${placeOf(this.file, null)}: ${what}`);
  }

  private thrown(method: string, error: unknown): OwnFault {
    return new OwnFault(`${placeOf(this.file, error)}: ${method} threw ${reasonOf(error)}`);
  }
}
