import { applicationCookie } from "./application-cookie.ts";
import { balancerCookie } from "./balancer-cookie.ts";
import { cookieHash } from "./cookie-hash.ts";
import { endpointToken } from "./endpoint-token.ts";
import { flowTable } from "./flow-table.ts";
import { header } from "./header.ts";
import { learnedCookie } from "./learned-cookie.ts";
import type { AffinityDefinition } from "./mechanism.ts";
import { none } from "./none.ts";
import { routeSuffix } from "./route-suffix.ts";
import { sourceHash } from "./source-hash.ts";
import { sourceTable } from "./source-table.ts";
import { tlsSession } from "./tls-session.ts";
import { urlParameter } from "./url-parameter.ts";
import { urlRewriting } from "./url-rewriting.ts";

/** Every affinity mechanism, in the order of lists and reports. */
export const affinityMechanisms: readonly AffinityDefinition[] = [
  none,
  sourceHash,
  sourceTable,
  flowTable,
  header,
  urlParameter,
  urlRewriting,
  routeSuffix,
  learnedCookie,
  applicationCookie,
  tlsSession,
  balancerCookie,
  endpointToken,
  cookieHash,
];
