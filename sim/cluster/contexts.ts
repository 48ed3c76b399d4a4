/** What affinity mechanisms and state backends may know of a run: narrow views of its parts. */
import type { Kernel } from "../engine/kernel.ts";
import type { Meter } from "../metrics/meter.ts";
import type { AffinityContext } from "../persistence/affinity/mechanism.ts";
import type { StateContext } from "../persistence/state/backend.ts";
import { HAS_NEW_ADDRESS, RETURNS_COOKIES, type Sessions } from "../workload/sessions.ts";
import type { Users } from "../workload/users.ts";
import * as event from "./events.ts";
import type { Fleet } from "./fleet.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import type { Servers } from "./servers.ts";

export interface World {
  readonly kernel: Kernel;
  readonly requests: Requests;
  readonly sessions: Sessions;
  readonly servers: Servers;
  readonly users: readonly Users[];
  readonly meter: Meter;
}

export function affinityContext(world: World, views: readonly Fleet[]): AffinityContext {
  const { kernel, requests, sessions, meter } = world;
  return {
    requests: {
      get nowMs() {
        return kernel.nowMs;
      },
      addressOf: (slot) => sessions.address[requests.ints[slot * request.INTS + request.SESSION]!]!,
      urlOf: (slot) => requests.ints[slot * request.INTS + request.URL]!,
      sessionOf: (slot) => requests.ints[slot * request.INTS + request.SESSION]!,
      returnsCookies: (session) => (sessions.flags[session]! & RETURNS_COOKIES) !== 0,
      addressChanged: (session) => (sessions.flags[session]! & HAS_NEW_ADDRESS) !== 0,
    },
    views,
    attach: (columns) => sessions.attach(columns),
    countCookieBytes: (bytes) => {
      meter.cookieBytes += bytes;
    },
  };
}

export function stateContext(world: World): StateContext {
  const { kernel, requests, sessions, servers, users, meter } = world;
  return {
    get nowMs() {
      return kernel.nowMs;
    },
    servers,
    sessionOf: (slot) => requests.ints[slot * request.INTS + request.SESSION]!,
    returnsCookies: (session) => (sessions.flags[session]! & RETURNS_COOKIES) !== 0,
    bytesOf: (session) => users[sessions.population[session]!]!.bytesOf(session),
    attach: (columns) => sessions.attach(columns),
    schedule: (atMs, entity, operand) => kernel.schedule(atMs, event.STATE_ELAPSED, entity, operand),
    scheduleRead: (atMs, slot) =>
      kernel.schedule(atMs, event.READ_DONE, slot, requests.ints[slot * request.INTS + request.GENERATION]!),
    scheduleWrite: (atMs, slot) =>
      kernel.schedule(atMs, event.WRITE_DONE, slot, requests.ints[slot * request.INTS + request.GENERATION]!),
    countReplication: (messages, bytes) => {
      meter.replicationMessages += messages;
      meter.replicationBytes += bytes;
    },
    countStoreOperation: () => {
      meter.storeOperations++;
    },
    countCookieBytes: (bytes) => {
      meter.cookieBytes += bytes;
    },
  };
}
