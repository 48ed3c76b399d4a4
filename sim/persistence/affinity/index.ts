import { balancerCookie } from "./balancer-cookie.ts";
import { cookieHash } from "./cookie-hash.ts";
import { endpointToken } from "./endpoint-token.ts";
import type { AffinityDefinition } from "./mechanism.ts";
import { none } from "./none.ts";
import { sourceHash } from "./source-hash.ts";
import { sourceTable } from "./source-table.ts";

/** Every affinity mechanism, in the order of lists and reports. */
export const affinityMechanisms: readonly AffinityDefinition[] = [
  none,
  sourceHash,
  sourceTable,
  balancerCookie,
  endpointToken,
  cookieHash,
];
