/**
 * Runs one case in a process of its own and prints the measurement as a line of JSON. A shorter run before it, not
 * measured, lets the compiler settle: a sweep runs hundreds of cases in one process.
 *
 * Usage: child.js SYSTEM POLICY SERVERS REQUESTS SEED
 */
import { cpuUsage, resourceUsage } from "node:process";
import { runBareKernel } from "./bare-kernel.ts";
import { type Case, type Latencies, type Measurement, policies } from "./model.ts";
import { runSimJs } from "./simjs.ts";

export const systems: Readonly<Record<string, (given: Case) => Latencies>> = {
  "bare-kernel": runBareKernel,
  simjs: runSimJs,
};

const [system = "", policyName = "", servers, requests, seed] = process.argv.slice(2);
const run = systems[system];
const policy = policies.find((name) => name === policyName);
if (run === undefined || policy === undefined) throw new Error(`unknown system or policy: ${system} ${policyName}`);
const given: Case = { policy, servers: Number(servers), requests: Number(requests), seed: Number(seed) };

run({ ...given, requests: Math.ceil(given.requests / 5), seed: given.seed + 1 });
const before = cpuUsage();
const latencies = run(given);
const spent = cpuUsage(before);

const measurement: Measurement = {
  requests: given.requests,
  mean: latencies.mean(),
  p99: latencies.quantile(0.99),
  cpuSec: (spent.user + spent.system) / 1e6,
  peakMegabytes: resourceUsage().maxRSS / 1024,
};
process.stdout.write(`${JSON.stringify(measurement)}\n`);
