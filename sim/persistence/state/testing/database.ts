/** A database with a bench around it, whose times are easy to add up. */
import { expect } from "vitest";
import type { Knobs } from "../../../catalogue.ts";
import { Bench, type Operation, told } from "./bench.ts";

/** 1 ms there and back, 1 ms for a look-up, 2 ms for a statement, 3 ms for the flush. */
const plain = {
  roundTripMs: 1,
  readMs: 1,
  writeMs: 2,
  commitMs: 3,
  perKibMs: 0,
  levelMs: 0,
  applyMs: 0,
  replicationDelayMs: 50,
  reconnectBackoffMs: 0,
  connectMs: 0,
};
export const WRITE_MS = 0.5 + 2 + 3 + 0.5;
export const READ_MS = 0.5 + 1 + 0.5;

export const made = (knobs: Knobs = {}, sessions = 10) => {
  const bench = new Bench("sql-database", 3, { ...plain, ...knobs });
  for (let session = 0; session < sessions; session++) bench.begin(session);
  return bench;
};
export const pass = (bench: Bench, ms: number) => bench.to(bench.nowMs + ms);
export const finished = (bench: Bench, operation: Operation, ms = WRITE_MS) => {
  pass(bench, ms);
  return told(operation);
};
export const stored = (bench: Bench, session: number, contains: number) =>
  expect(finished(bench, bench.write(session, 0, contains))).toBe(contains);
export const readNow = (bench: Bench, session: number) => finished(bench, bench.read(session, 1), READ_MS);
