import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Requests } from "../cluster/requests.ts";
import { ARRIVED, IN_SERVICE, INTS, Servers } from "../cluster/servers.ts";
import { group, scenario } from "../cluster/testing/scenario.ts";
import { Sessions } from "../workload/sessions.ts";
import { Ledger } from "./ledger.ts";
import { ANSWERED, FAILED, Meter, REFUSED, TIMED_OUT } from "./meter.ts";
import { bandLowMs, bandOf, Timeline } from "./timeline.ts";

function made({ count = 2, warmUpMs = 0 } = {}) {
  const clock = { nowMs: 0 };
  const requests = new Requests();
  const servers = new Servers(scenario([group({ count })]), requests, clock);
  for (let server = 0; server < count; server++) servers.start(server, 0);
  const sessions = new Sessions(false);
  sessions.take();
  const ledger = new Ledger(sessions, count);
  const meter = new Meter(clock, requests);
  const timeline = new Timeline(100, warmUpMs, servers, ledger, meter);
  const endWindow = (atMs: number) => {
    clock.nowMs = atMs;
    timeline.endWindow(atMs);
  };
  return { clock, requests, servers, sessions, ledger, meter, timeline, endWindow };
}

describe("the timeline", () => {
  it("gives each window what happened in it", () => {
    const { requests, servers, ledger, meter, timeline, endWindow } = made();
    meter.enter();
    meter.enter();
    meter.leave(ANSWERED, requests.take());
    servers.ints[ARRIVED] = 3;
    servers.ints[INTS + ARRIVED] = 1;
    timeline.responseTimeMs.add(8);
    ledger.birth(0, 0, 0, 100, 0);
    ledger.counts.staleReads = 2;
    endWindow(100);
    meter.enter();
    for (const how of [REFUSED, FAILED, TIMED_OUT]) meter.leave(how, requests.take());
    servers.ints[ARRIVED] = 4;
    servers.ints[INTS + ARRIVED] = 2;
    ledger.move(0, 1, 150);
    ledger.lose(0, "crash", 1, 100, 150);
    endWindow(200);
    expect(timeline.record()).toMatchObject({
      windowMs: 100,
      windows: 2,
      requestsOffered: [2, 1],
      requestsAnswered: [1, 0],
      requestsUnanswered: [0, 3],
      responseTimeMaxMs: [8, null],
      loadPeakToMean: [1.5, 1],
      sessionsBorn: [1, 0],
      sessionsLive: [1, 0.5],
      sessionsMoved: [0, 1],
      staleReads: [2, 0],
      sessionsLost: [{ cause: "crash", count: [0, 1] }],
      serverRequests: [
        [3, 1],
        [1, 1],
      ],
    });
  });

  it("has no numbers where there was nothing to measure, not zeros", () => {
    const { timeline, endWindow } = made();
    endWindow(100);
    const { responseTimeP50Ms, responseTimeP99Ms, responseTimeMaxMs, loadPeakToMean, loadCv, loadJain, sessionsLost } =
      timeline.record();
    const absent = [responseTimeP50Ms, responseTimeP99Ms, responseTimeMaxMs, loadPeakToMean, loadCv, loadJain];
    expect(absent).toEqual(absent.map(() => [null]));
    expect(sessionsLost).toEqual([]);
  });

  it("takes means of the time in the window, also of a last one cut short", () => {
    const { clock, servers, timeline, endWindow } = made();
    clock.nowMs = 50;
    servers.settle(0);
    servers.ints[IN_SERVICE] = 4;
    endWindow(100);
    endWindow(150);
    expect(timeline.record().serverInFlight).toEqual([
      [2, 4],
      [0, 0],
    ]);
  });

  it("closes no window twice", () => {
    const { timeline, endWindow } = made();
    endWindow(100);
    endWindow(100);
    expect(timeline.record().windows).toBe(1);
  });

  it("leaves servers that are down out of the skew", () => {
    const { servers, timeline, endWindow } = made({ count: 3 });
    servers.stop(2, 0);
    servers.ints[ARRIVED] = 6;
    servers.ints[INTS + ARRIVED] = 6;
    endWindow(100);
    expect(timeline.record().loadPeakToMean).toEqual([1]);
  });

  it("keeps no columns for more servers than a screen can show", () => {
    const { timeline, endWindow } = made({ count: 257 });
    endWindow(100);
    expect(timeline.record().serverRequests).toEqual([]);
    expect(made({ count: 256 }).timeline.record().serverRequests).toHaveLength(256);
  });

  it("hands a window's response times to the meter when all of them are measured, and only then", () => {
    const { meter, timeline, endWindow } = made({ warmUpMs: 150 });
    const measured = () => meter.responseTimeMs.total;
    meter.offeredUnmeasured = 2;
    timeline.responseTimeMs.add(1);
    endWindow(100);
    expect([timeline.isMixed, measured()]).toEqual([true, 0]);
    // Warm-up is over, but a request from before is still under way.
    meter.endedUnmeasured[ANSWERED] = 1;
    timeline.responseTimeMs.add(2);
    endWindow(200);
    expect([timeline.isMixed, measured()]).toEqual([true, 0]);
    meter.endedUnmeasured[TIMED_OUT] = 1;
    timeline.responseTimeMs.add(3);
    endWindow(300);
    expect([timeline.isMixed, measured()]).toEqual([false, 0]);
    timeline.responseTimeMs.add(4);
    timeline.responseTimeMs.add(5);
    endWindow(400);
    expect([measured(), meter.responseTimeMs.sum, meter.responseTimeMs.maximum]).toEqual([2, 9, 5]);
  });

  it("counts response times of each window in bands", () => {
    const { timeline, endWindow } = made();
    for (const ms of [1, 1.1, 2, 0]) timeline.responseTimeMs.add(ms);
    endWindow(100);
    timeline.responseTimeMs.add(4);
    endWindow(200);
    // From 2^-10 ms on there are four bands to each doubling: 1 ms begins band 40.
    expect(timeline.record().heat).toEqual([0, 0, 1, 0, 40, 2, 0, 44, 1, 1, 48, 1]);
  });
});

describe("a band of the heat map", () => {
  it("begins at 2^-10 × 2^(band / 4) ms, the first at 0", () => {
    expect(bandLowMs(0)).toBe(0);
    for (let band = 1; band < 120; band++) expect(bandLowMs(band) / 2 ** (band / 4 - 10)).toBeCloseTo(1, 14);
    for (const octave of [4, 8, 40, 80]) expect(bandLowMs(octave)).toBe(2 ** (octave / 4 - 10));
  });

  it("holds what lies between its edge and the next", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
        const band = bandOf(ms);
        expect(bandLowMs(band)).toBeLessThanOrEqual(ms);
        expect(bandLowMs(band + 1)).toBeGreaterThan(ms);
      }),
    );
    for (let band = 0; band < 100; band++) expect(bandOf(bandLowMs(band))).toBe(band);
  });
});
