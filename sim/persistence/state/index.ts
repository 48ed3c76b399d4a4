import type { StateDefinition } from "./backend.ts";
import { backups } from "./backups.ts";
import { cachedDatabase } from "./cached-database.ts";
import { hybrid } from "./hybrid.ts";
import { memcached } from "./memcached.ts";
import { memoryGrid } from "./memory-grid.ts";
import { multiPrimaryDatabase } from "./multi-primary-database.ts";
import { nearCache } from "./near-cache.ts";
import { quorumStore } from "./quorum-store.ts";
import { redis } from "./redis.ts";
import { replicated } from "./replicated.ts";
import { serverMemory } from "./server-memory.ts";
import { sharedFiles } from "./shared-files.ts";
import { signedCookie } from "./signed-cookie.ts";
import { sqlDatabase } from "./sql-database.ts";
import { token } from "./token.ts";

/** Every state backend, in the order of lists and reports. */
export const stateBackends: readonly StateDefinition[] = [
  serverMemory,
  replicated,
  backups,
  memoryGrid,
  sharedFiles,
  redis,
  signedCookie,
  sqlDatabase,
  token,
  hybrid,
  memcached,
  multiPrimaryDatabase,
  quorumStore,
  nearCache,
  cachedDatabase,
];
