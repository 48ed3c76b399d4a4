/** Strategies whose mechanism binds by the rules that a test names. */
import { withDefaults } from "../../catalogue.ts";
import { balancerCookie } from "../../persistence/affinity/balancer-cookie.ts";
import type { BindingRules } from "../../persistence/affinity/mechanism.ts";

/** The balancer cookie's knobs. */
export const withRules = (rules: Partial<BindingRules>) => withDefaults(balancerCookie, { ...rules });
