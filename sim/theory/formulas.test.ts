import { describe, expect, it } from "vitest";
import { interactive, interactivePinned, interactiveWithServers } from "./closed-systems.ts";
import * as queues from "./queues.ts";
import { shortestOfTwoResponse } from "./shortest-queue.ts";

/** Published or independently solved values, to the digits that are known of them. */
describe("the formulas that the model is held against", () => {
  it.each([
    ["Erlang C, 2 servers at 0.8", queues.erlangDelay(2, 1.6), 0.711111],
    ["Erlang C, 10 servers at 0.9", queues.erlangDelay(10, 9), 0.668732],
    ["Erlang C, 50 servers at 0.9", queues.erlangDelay(50, 45), 0.363864],
    ["mean wait, 5 servers at 0.8", queues.meanWait(5, 4), 0.554113],
    ["p95 of the response, 2 servers at 0.8", quantile(2, 1.6, 0.95), 7.9107],
    ["p99 of the response, 10 servers at 0.9", quantile(10, 9.0000001, 0.99), 6.2499],
    ["Erlang B, 5 servers, load 3", queues.erlangLoss(5, 3), 0.110054],
    ["Erlang B, 50 servers, load 45", queues.erlangLoss(50, 45), 0.054104],
    ["M/M/1/5 at 0.8: refused", queues.finiteQueue(1, 5, 0.8).refused, 0.088819],
    ["M/M/4/8 at 3.6: response", queues.finiteQueue(4, 8, 3.6).meanResponse, 1.33204],
    ["M/M/16/64 at 18: in system", queues.finiteQueue(16, 64, 18).meanInSystem, 56.0986],
    ["M/D/1 at 0.8", queues.pollaczekKhinchine(0.8, 0), 2],
    ["M/H2/1 at 0.7, cv² 4", queues.pollaczekKhinchine(0.7, 4), 5.83333],
    ["round robin over 2 at 0.8", queues.roundRobinResponse(2, 0.8), 3.84398],
    ["round robin over 10 at 0.9", queues.roundRobinResponse(10, 0.9), 5.66028],
    ["D/M/1 at 0.8", queues.deterministicArrivalsResponse(0.8), 2.69273],
    ["batches of 5 at 0.5", queues.fixedBatchResponse(0.5, 5), 6],
    ["MMPP(2)/M/1, rates 1.5 and 0.1", queues.modulatedResponse([1.5, 0.1], [0.05, 0.05]), 28.331467],
    ["10 users, think 9: throughput", interactive(10, 9).throughput, 0.832037],
    ["50 users, think 49: response", interactive(50, 49).response, 6.182884],
    ["50 users, 4 servers, think 9: response", interactiveWithServers(50, 4, 9).response, 3.617189],
    ["100 users pinned to 10 servers: response", interactivePinned(100, 10, 9).response, 3.58936],
    ["shortest of two at 0.5", shortestOfTwoResponse(0.5), 1.426321],
    ["shortest of two at 0.7", shortestOfTwoResponse(0.7), 2.108197],
  ])("%s", (_name, value, published) => {
    expect(Math.abs(value - published)).toBeLessThan(1.1e-5 * Math.max(1, published));
  });

  it("drops nothing when the limit is far away, and everything else at once when it is near", () => {
    expect(queues.droppedWhenLate(0.8, 1000).utilisation).toBeCloseTo(0.8, 9);
    expect(queues.droppedWhenLate(0.8, 1e-9).late).toBeCloseTo(1, 6);
  });
});

function quantile(servers: number, load: number, q: number): number {
  return queues.quantileOfTail((time) => queues.responseTail(servers, load, time), q);
}
