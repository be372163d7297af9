/**
 * The commands of one ccTalk unit, one exchange each, with the right number of tries: questions and settings are repeated, the order that
 * moves a bill never is. Used by the bill and the coin driver.
 * Source: protocols/cash-acceptor.md 5.2 and 5.6.
 */
import type { DeviceIdentity } from '../../device.ts';
import { readByte, readEventRing, readNumber3, readRouteAnswer, readText, type EventRing, type HostCommand, type Route, type RouteAnswer } from './codec.ts';
import type { CctalkLine, CctalkPlace } from './line.ts';

/** Tries of a question or a setting, then the unit is silent. */
export const CCTALK_TRIES = 3;
/** Ms to leave a unit alone that says it is busy. */
const BUSY_PAUSE = 100;
/** How often a busy unit is asked again before it counts as one that does not answer. */
const BUSY_TRIES = 20;

/** What has no effect but an answer. */
type Question = Exclude<HostCommand, { kind: `modify${string}` | 'routeBill' | 'reset' }>;

export class CctalkUnit {
  readonly place: CctalkPlace;
  readonly #line: CctalkLine;

  constructor(line: CctalkLine, place: CctalkPlace) {
    this.#line = line;
    this.place = place;
  }

  /** The five newest events. @throws {DeviceError} `offline` after three tries without an answer */
  async readRing(kind: 'readBillEvents' | 'readCoinCredits'): Promise<EventRing> {
    const ring = await this.#repeat({ kind }, readEventRing);
    if (ring === undefined) throw this.#line.error('offline', `the acceptor did not answer ${CCTALK_TRIES} polls`);
    return ring;
  }

  /** One try: is there a unit? */
  async answersPoll(place = this.place): Promise<boolean> {
    const answer = await this.#line.ask({ kind: 'simplePoll' }, place, (data) => data.length === 0);
    return answer !== undefined;
  }

  /** Undefined: the unit does not say. */
  ask<T>(question: Question, read: (data: Uint8Array) => T | undefined): Promise<T | undefined> {
    return this.#repeat(question, read);
  }

  /** True when the unit said ACK. */
  async set(setting: Exclude<HostCommand, Question | { kind: 'routeBill' | 'reset' }>): Promise<boolean> {
    return (await this.#repeat(setting, ack)) === true;
  }

  /** Sent once: the unit forgets its events. True when it said ACK. */
  async reset(): Promise<boolean> {
    const answer = await this.#line.ask({ kind: 'reset' }, this.place, (data) => data.length === 0);
    return answer?.kind === 'data';
  }

  /** Sent once. `noAnswer`: it may have been taken; `refused`: NAK or busy. */
  async route(route: Route): Promise<RouteAnswer | 'refused' | 'noAnswer'> {
    const answer = await this.#line.ask({ kind: 'routeBill', route }, this.place, (data) => readRouteAnswer(data) !== undefined);
    if (answer === undefined) return 'noAnswer';
    return answer.kind === 'data' ? (readRouteAnswer(answer.data) ?? 'noAnswer') : 'refused';
  }

  /** Who it says it is (246, 244, 242, 241); what it doesn't say is missing. */
  async identity(model: string): Promise<DeviceIdentity> {
    const maker = await this.ask({ kind: 'requestManufacturer' }, readText);
    const product = await this.ask({ kind: 'requestProduct' }, readText);
    const serial = await this.ask({ kind: 'requestSerialNumber' }, readNumber3);
    const firmware = await this.ask({ kind: 'requestSoftware' }, readText);
    return {
      model: product === undefined ? model : `${model} ${product}`,
      ...(maker === undefined ? {} : { maker }),
      ...(firmware === undefined ? {} : { firmware }),
      ...(serial === undefined ? {} : { serialNumber: String(serial) }),
    };
  }

  /** 0 = ok; undefined: the unit does not say. */
  selfCheck(): Promise<number | undefined> {
    return this.ask({ kind: 'selfCheck' }, readByte);
  }

  async #repeat<T>(command: HostCommand, read: (data: Uint8Array) => T | undefined): Promise<T | undefined> {
    let busy = 0;
    for (let attempt = 1; attempt <= CCTALK_TRIES;) {
      const answer = await this.#line.ask(command, this.place, (data) => read(data) !== undefined);
      if (answer?.kind === 'data') return read(answer.data);
      if (answer?.kind === 'nak' || busy >= BUSY_TRIES) return undefined;
      if (answer === undefined) attempt += 1;
      else {
        busy += 1;
        await this.#line.pause(BUSY_PAUSE);
      }
    }
    return undefined;
  }
}

function ack(data: Uint8Array): true | undefined {
  return data.length === 0 ? true : undefined;
}
