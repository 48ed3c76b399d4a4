import { libketama } from "../../balancing/ketama-points.ts";
import { KetamaRing, type RingPoint } from "../../balancing/ketama-ring.ts";

export interface ClientSettings {
  readonly nodes: number;
  readonly autoEject: boolean;
  readonly failureLimit: number;
  readonly retryMs: number;
}

const ADDRESS = "10.0.1.";
const PORT = 11_211;

/**
 * How each server's own client finds the node of a key: a ketama circle of the nodes that it takes for alive. Clients do not
 * tell one another what they found, so that two of them may look for one session in two places.
 *
 * With ejection, a node that failed so many times in a row is left out for a while; then it is tried again.
 */
export class MemcachedClients {
  private readonly settings: ClientSettings;
  /** By set of nodes left out, as a word of bits. */
  private readonly rings = new Map<number, KetamaRing>();
  /** By server and node. */
  private readonly failures: Int32Array;
  private readonly backAtMs: Float64Array;
  /** By server: the nodes left out now, and when the first of them comes back. */
  private readonly out: Int32Array;
  private readonly firstBackMs: Float64Array;

  constructor(settings: ClientSettings, servers: number) {
    this.settings = settings;
    this.failures = new Int32Array(servers * settings.nodes);
    this.backAtMs = new Float64Array(servers * settings.nodes);
    this.out = new Int32Array(servers);
    this.firstBackMs = new Float64Array(servers).fill(Number.POSITIVE_INFINITY);
  }

  static hashOf(visit: number): number {
    return libketama.keyOf(`session:${visit}`);
  }

  /** The node that `server` asks for a key with that hash; -1 when it has left all out. */
  nodeFor(server: number, hash: number, nowMs: number): number {
    if (nowMs >= this.firstBackMs[server]!) this.takeBack(server, nowMs);
    const ring = this.ringWithout(this.out[server]!);
    return ring.length === 0 ? -1 : ring.ownerAt(ring.firstFrom(hash));
  }

  private ringWithout(out: number): KetamaRing {
    const known = this.rings.get(out);
    if (known !== undefined) return known;
    const { nodes } = this.settings;
    const each = Array.from({ length: nodes }, (_, node) => node);
    const fleet = {
      identity: each.map((node) => ({ name: `${node}`, id: node + 1, host: `${ADDRESS}${node + 1}`, port: PORT })),
      isListed: Uint8Array.from(each, (node) => ((out >>> node) & 1) ^ 1),
      weight: new Float64Array(nodes).fill(1),
    };
    const points: RingPoint[] = [];
    for (const owner of each) {
      if (fleet.isListed[owner] === 1) libketama.place(fleet, owner, (point) => points.push({ point, owner }));
    }
    const ring = new KetamaRing(points);
    this.rings.set(out, ring);
    return ring;
  }

  answered(server: number, node: number): void {
    this.failures[server * this.settings.nodes + node] = 0;
  }

  failed(server: number, node: number, nowMs: number): void {
    const { autoEject, failureLimit, retryMs, nodes } = this.settings;
    if (!autoEject || ++this.failures[server * nodes + node]! < failureLimit) return;
    this.failures[server * nodes + node] = 0;
    this.backAtMs[server * nodes + node] = nowMs + retryMs;
    this.out[server]! |= 1 << node;
    this.firstBackMs[server] = Math.min(this.firstBackMs[server]!, nowMs + retryMs);
  }

  private takeBack(server: number, nowMs: number): void {
    let firstBackMs = Number.POSITIVE_INFINITY;
    for (let node = 0; node < this.settings.nodes; node++) {
      if (((this.out[server]! >>> node) & 1) === 0) continue;
      const backAtMs = this.backAtMs[server * this.settings.nodes + node]!;
      if (backAtMs <= nowMs) this.out[server]! &= ~(1 << node);
      else firstBackMs = Math.min(firstBackMs, backAtMs);
    }
    this.firstBackMs[server] = firstBackMs;
  }

  /** The server starts anew, and knows of no failure. */
  forget(server: number): void {
    const { nodes } = this.settings;
    this.failures.fill(0, server * nodes, (server + 1) * nodes);
    this.out[server] = 0;
    this.firstBackMs[server] = Number.POSITIVE_INFINITY;
  }
}
