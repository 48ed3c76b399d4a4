/**
 * What the users of one population do: every answer is a function of (seed, population, visit, request number), never of
 * what the cluster did.
 */
import { Draws } from "../engine/draws.ts";
import { exp } from "../engine/exact.ts";
import { avalanche } from "../engine/hash.ts";
import { AliasTable, Sampler } from "../engine/sampler.ts";
import type { Distribution, Population } from "../scenario.ts";
import * as field from "./sessions.ts";
import { HAS_NEW_ADDRESS, IS_MOBILE, KNOWS_ADDRESS, RETURNS_COOKIES, type Sessions } from "./sessions.ts";

/**
 * Visits are numbered within the run, so that draws can be named after them: 2^32 of them in each population, under a
 * high word that follows from the population's name alone. One more visit or one more population shifts nobody's numbers.
 * Should two of a million names ever meet, their visits share some draws, and nothing else.
 */
function visitHighOf(name: string): number {
  let hash = 0;
  for (const character of name) hash = avalanche(hash ^ character.codePointAt(0)!);
  return hash & 0xfffff;
}

export class Users {
  readonly population: Population;
  private readonly sessions: Sessions;
  private readonly requests: Sampler;
  private readonly think: Sampler;
  private readonly service: Sampler;
  private readonly stateBytes: Sampler;
  private readonly batch: Sampler | null;
  private readonly writes: Draws;
  /** null where nobody begins a transaction. */
  private readonly transactions: Draws | null;
  private readonly clients: Draws;
  private readonly moves: Draws;
  private readonly urls: Draws;
  private readonly backoff: Draws;
  private readonly urlTable: AliasTable | null;
  private readonly natTable: AliasTable | null;
  private readonly addressSalt: number;
  private readonly visitHigh: number;
  /** Every visit has the same number of requests, every client the same traits: then nothing is drawn for them. */
  private readonly areVisitsDrawn: boolean;
  private readonly plannedAlike: number;
  private readonly areClientsDrawn: boolean;
  private readonly flagsAlike: number;
  /** Of the state, what one write changes; null: all of it. */
  readonly changedBytes: number | null;
  /** null where a page is one request. */
  private readonly parallel: Sampler | null;
  private readonly logouts: Draws;
  private readonly polls: Draws;

  constructor(population: Population, sessions: Sessions, serviceMs: Distribution, seed: number) {
    const { name, session, clients, urls } = population;
    this.population = population;
    this.sessions = sessions;
    this.requests = new Sampler(session.requests, seed, `${name}/requests`);
    this.think = new Sampler(session.thinkMs, seed, `${name}/think`);
    this.service = new Sampler(population.serviceMs ?? serviceMs, seed, `${name}/service`);
    this.stateBytes = new Sampler(session.stateBytes, seed, `${name}/state-bytes`);
    this.batch = population.batch === null ? null : new Sampler(population.batch, seed, `${name}/batch`);
    this.writes = new Draws(seed, `${name}/writes`);
    this.transactions = session.transactions === null ? null : new Draws(seed, `${name}/transactions`);
    this.clients = new Draws(seed, `${name}/clients`);
    this.moves = new Draws(seed, `${name}/address-changes`);
    this.urls = new Draws(seed, `${name}/urls`);
    this.backoff = new Draws(seed, `${name}/backoff`);
    this.urlTable = urls.count > 1 ? AliasTable.zipf(urls.count, urls.zipfExponent) : null;
    this.natTable = clients.natFraction > 0 ? AliasTable.zipf(clients.natAddresses, clients.natZipfExponent) : null;
    this.addressSalt = new Draws(seed, `${name}/addresses`).at(0, 0).bits();
    this.visitHigh = visitHighOf(name);
    this.areVisitsDrawn = !this.requests.isConstant;
    this.plannedAlike = this.plannedOf(0);
    this.areClientsDrawn = [clients.cookiesFraction, clients.mobileFraction].some((share) => share > 0 && share < 1);
    this.flagsAlike = this.flagsOf(0);
    this.changedBytes = session.changedBytesPerWrite;
    this.parallel = session.parallel === null ? null : new Sampler(session.parallel, seed, `${name}/parallel`);
    this.logouts = new Draws(seed, `${name}/logouts`);
    this.polls = new Draws(seed, `${name}/polls`);
  }

  /** Whether there may be more than one request of a visit under way. */
  get overlaps(): boolean {
    return this.parallel !== null || this.population.session.polling !== null;
  }

  /** Requests of the page that begins with request `number` of the visit, if there are so many left. */
  pageSize(slot: number, number: number): number {
    // The first answer brings the id and the page that asks for the rest.
    if (this.parallel === null || number === 0) return 1;
    return Math.max(1, Math.round(this.parallel.draw(this.sessions.visitOf(slot), number)));
  }

  /** Whether the visit ends with a logout. */
  logsOut(slot: number): boolean {
    return this.chance(this.logouts, this.population.session.logoutFraction, slot, 0);
  }

  /** Whether background request `k` of the visit changes the session. */
  pollWrites(slot: number, k: number): boolean {
    return this.chance(this.polls, this.population.session.polling?.writesFraction ?? 0, slot, k);
  }

  /** Sessions that arrive together at arrival `k`. */
  batchSize(k: number): number {
    return this.batch === null ? 1 : Math.max(1, Math.round(this.batch.draw(0, k)));
  }

  /** Fills the slot of the population's visit `number`, 0 … 2^32 - 1; `population` is its place in the scenario. */
  begin(slot: number, number: number, population: number): void {
    const { sessions } = this;
    const { ints } = sessions;
    const at = slot * field.INTS;
    ints[at + field.VISIT_LOW] = number;
    ints[at + field.VISIT_HIGH] = this.visitHigh;
    ints[at + field.ISSUED] = 0;
    ints[at + field.PLANNED] = this.areVisitsDrawn ? this.plannedOf(sessions.visitOf(slot)) : this.plannedAlike;
    ints[at + field.WRITES] = 0;
    ints[at + field.SERVER] = -1;
    const flags = this.areClientsDrawn ? this.flagsOf(sessions.visitOf(slot)) : this.flagsAlike;
    sessions.mark(slot, population, flags);
  }

  private plannedOf(visit: number): number {
    return Math.max(1, Math.round(this.requests.draw(visit, 0)));
  }

  private flagsOf(visit: number): number {
    const { cookiesFraction, mobileFraction } = this.population.clients;
    let flags = 0;
    if (chance(this.clients, cookiesFraction, visit, 0)) flags |= RETURNS_COOKIES;
    if (chance(this.clients, mobileFraction, visit, 1)) flags |= IS_MOBILE;
    return flags;
  }

  /**
   * Addresses are scattered over all of the range, shared ones too: gateways in a row would fall on one server wherever a
   * hash is taken modulo a divisor of their distance. Nobody meets another's address but by the chance of 2^-32.
   */
  private firstAddress(visit: number): number {
    if (this.natTable !== null && this.clients.at(visit, 2).uniform() < this.population.clients.natFraction) {
      return avalanche((-1 - this.natTable.draw(this.clients.at(visit, 3))) ^ this.addressSalt);
    }
    return avalanche((visit | 0) ^ this.addressSalt);
  }

  /** The client's present address. Worked out when somebody asks: most strategies never do. */
  addressOf(slot: number): number {
    const { sessions } = this;
    if ((sessions.ints[slot * field.INTS + field.META]! & KNOWS_ADDRESS) === 0) {
      sessions.ints[slot * field.INTS + field.ADDRESS] = this.firstAddress(sessions.visitOf(slot));
      sessions.ints[slot * field.INTS + field.META]! |= KNOWS_ADDRESS;
    }
    return sessions.ints[slot * field.INTS + field.ADDRESS]! >>> 0;
  }

  /** Before request `number` of a visit: a mobile client may have a new address. The chance follows from its think time. */
  refreshAddress(slot: number, number: number): void {
    if ((this.sessions.ints[slot * field.INTS + field.META]! & IS_MOBILE) === 0 || number === 0) return;
    const visit = this.sessions.visitOf(slot);
    const stays = exp(-this.think.draw(visit, number) / this.population.clients.addressChangeMeanMs);
    if (this.moves.at(visit, 2 * number).uniform() >= stays) {
      this.sessions.ints[slot * field.INTS + field.ADDRESS] = this.moves.at(visit, 2 * number + 1).bits();
      this.sessions.ints[slot * field.INTS + field.META]! |= HAS_NEW_ADDRESS | KNOWS_ADDRESS;
    }
  }

  /** Think time in ms before request `number` of the visit in `slot`, into `target[index]`. */
  drawThink(target: Float64Array, index: number, slot: number, number: number): void {
    const { ints } = this.sessions;
    const at = slot * field.INTS;
    this.think.drawInto(target, index, ints[at + field.VISIT_LOW]!, this.visitHigh, number);
  }

  /** Work of request `number` in ms on a server of speed 1, into `target[index]`. */
  drawDemand(target: Float64Array, index: number, slot: number, number: number): void {
    const { ints } = this.sessions;
    const at = slot * field.INTS;
    this.service.drawInto(target, index, ints[at + field.VISIT_LOW]!, this.visitHigh, number);
  }

  writesAt(slot: number, number: number): boolean {
    return number === 0 || this.chance(this.writes, this.population.session.writesFraction, slot, number);
  }

  startsTransaction(slot: number, number: number): boolean {
    if (this.transactions === null) return false;
    return this.chance(this.transactions, this.population.session.transactions!.fraction, slot, number);
  }

  private chance(draws: Draws, fraction: number, slot: number, k: number): boolean {
    if (fraction <= 0 || fraction >= 1) return fraction > 0;
    const low = this.sessions.ints[slot * field.INTS + field.VISIT_LOW]!;
    return draws.atWords(low, this.visitHigh, k).uniform() < fraction;
  }

  urlAt(slot: number, number: number): number {
    if (this.urlTable === null) return 1;
    const low = this.sessions.ints[slot * field.INTS + field.VISIT_LOW]!;
    return 1 + this.urlTable.draw(this.urls.atWords(low, this.visitHigh, number));
  }

  /** Before retry `retry` (from 0) of a request. */
  backoffMs(slot: number, number: number, retry: number): number {
    const visit = this.sessions.visitOf(slot);
    const { backoffMs, backoffCapMs, jitter } = this.population.retry;
    let ceilingMs = backoffMs;
    for (let doubling = 0; doubling < retry && ceilingMs < backoffCapMs; doubling++) ceilingMs *= 2;
    ceilingMs = Math.min(ceilingMs, backoffCapMs);
    return jitter === "none" ? ceilingMs : this.backoff.at(visit, number * 256 + retry).uniform() * ceilingMs;
  }

  bytesOf(slot: number): number {
    const { sessions, population } = this;
    return (
      this.stateBytes.draw(sessions.visitOf(slot), 0) + sessions.writesOf(slot) * population.session.growthBytesPerWrite
    );
  }
}

/** True with probability `fraction`; certainties take no draw. */
function chance(draws: Draws, fraction: number, entity: number, k: number): boolean {
  if (fraction <= 0) return false;
  return fraction >= 1 || draws.at(entity, k).uniform() < fraction;
}
