import { apache } from "./apache/apache.ts";
import { caddy } from "./caddy/caddy.ts";
import { haproxy } from "./haproxy/haproxy.ts";
import { nginx } from "./nginx/nginx.ts";
import type { ProductDefinition } from "./product.ts";
import { varnish } from "./varnish/varnish.ts";

/** The products whose recorded decisions can be replayed. */
export const products: readonly ProductDefinition[] = [haproxy, nginx, apache, caddy, varnish];
