/** A driver of any cash acceptor model on a stand, with what the suite's sentences are made of. */
import { afterEach, beforeEach } from 'vitest';
import { fen, type Fen } from '../../../common/fen.ts';
import type {
  AcceptorMemory,
  CashAcceptor,
  CashAcceptorEvent,
  CashAcceptorStatus,
  NoteEvidence,
  PowerUpState,
} from '../../../drivers/cash-acceptor/cash-acceptor.ts';
import { cashAcceptorModels, type CashAcceptorDeps } from '../../../drivers/cash-acceptor/models.ts';
import { cashRestartDecision, type LastNoteRecord } from '../../../drivers/cash-acceptor/restart-decision.ts';
import type { SimulatedCashAcceptor } from '../../../drivers/cash-acceptor/simulated-cash-acceptor.ts';
import { DeviceError, type FrameTrace } from '../../../drivers/device.ts';
import type { ModelEntry } from '../../../drivers/model-entry.ts';
import { findModel } from '../../../drivers/registry.ts';
import type { SimulatedUnit } from '../../../drivers/transport/simulated-unit.ts';
import type { Transport } from '../../../drivers/transport/transport.ts';
import type { Clock } from '../../../common/clock.ts';
import { noPseudoTerminal, standInMemory, standOnPseudoTerminal, type Stand } from './stand.ts';
import type { UnitFactory } from './unit-process.ts';

/** A model as the suite sees it. */
export interface CashAcceptorSubject {
  /** As the registry has it. */
  readonly model: string;
  /** Name of its simulator, where that is not the model's. */
  readonly unitName?: string;
  /** File that exports `units` with this model, for the other process. */
  readonly factories: string;
  readonly unit: UnitFactory<SimulatedCashAcceptor>;
  /** Query of a serial address, e.g. `baudRate=9600&parity=even`. */
  readonly serial: string;
  /** Options of the driver beside the denominations: short waits, so that the real-time half is quick. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What the credit handler is given for a note that was stacked on order. */
  readonly evidence: NoteEvidence;
  /** Whether a credit message was acknowledged in this exchange; undefined: the protocol acknowledges none. */
  readonly acknowledged: ((trace: readonly FrameTrace[]) => boolean) | undefined;
  /** What it says of its box before anything happened to it: `unknown` where the protocol tells of the box only when something does. */
  readonly boxAtStart: CashAcceptorStatus['box'];
  /** What an adapter that gives back what is sent is: another protocol, or a sound one-wire line with nobody on it. */
  readonly echoIs: 'protocol' | 'offline';
}

type UnitOptions = Readonly<Record<string, unknown>>;

export interface StandKind {
  readonly name: string;
  /** Why it can't stand here; undefined: it can. */
  readonly missing: string | undefined;
  /** Only one may have the port open. */
  readonly exclusive: boolean;
  acceptor(subject: CashAcceptorSubject, options: UnitOptions, speed?: number): Promise<Stand<SimulatedCashAcceptor>>;
  stranger(factories: { file: string; make: UnitFactory }, answer: string, serial: string): Promise<Stand<SimulatedUnit>>;
}

export const STANDS: readonly StandKind[] = [
  {
    name: 'in this process',
    missing: undefined,
    exclusive: false,
    acceptor: async ({ factories, model, unitName = model, unit }, options) => standInMemory(unit, { factories, model: unitName, options }),
    stranger: async ({ file, make }, answer) => standInMemory(make, { factories: file, model: 'stranger', options: { answer } }),
  },
  {
    name: 'in another process behind a pseudo-terminal',
    missing: noPseudoTerminal(),
    exclusive: true,
    acceptor: ({ factories, model, unitName = model, serial }, options, speed) =>
      standOnPseudoTerminal({ factories, model: unitName, options, ...(speed === undefined ? {} : { speed }) }, serial),
    stranger: ({ file }, answer, serial) => standOnPseudoTerminal({ factories: file, model: 'stranger', options: { answer } }, serial),
  },
];

/** File with every model's simulator. */
export const CASH_ACCEPTOR_UNITS = `${import.meta.dirname}/cash-acceptor-units.ts`;
/** The shortest wait between polls, and more patience for an answer than a busy machine needs. */
export const QUICK = { pollEvery: 50, answerLimit: 400 };

export const YUAN_5 = fen(500);
export const YUAN_10 = fen(1000);
export const YUAN_50 = fen(5000);
const DENOMINATIONS = [1000, 2000, 5000, 10_000];
export const TIME = { timeout: 60_000 };
/** Longer than any test holds a note in escrow. */
const PATIENT = { escrowLimit: 600_000 };

export function makeAcceptor({ model, options }: CashAcceptorSubject, deps: { transport: Transport; clock: Clock; memory?: AcceptorMemory }): CashAcceptor {
  return findModel<ModelEntry<CashAcceptor, CashAcceptorDeps>>(cashAcceptorModels, model).create({ denominations: DENOMINATIONS, ...options }, deps);
}

export class AcceptorBench {
  readonly stand: Stand<SimulatedCashAcceptor>;
  readonly events: CashAcceptorEvent[] = [];
  readonly credits: NoteEvidence[] = [];
  readonly trace: FrameTrace[] = [];
  readonly #subject: CashAcceptorSubject;
  /** What the host keeps for the driver; outlives the host's process. */
  #kept: string | undefined;
  acceptor: CashAcceptor;

  private constructor(subject: CashAcceptorSubject, stand: Stand<SimulatedCashAcceptor>) {
    this.#subject = subject;
    this.stand = stand;
    this.acceptor = this.#driver();
  }

  /** Nothing is connected yet. */
  static async make(subject: CashAcceptorSubject, kind: StandKind, unitOptions: UnitOptions = {}, speed?: number): Promise<AcceptorBench> {
    return new AcceptorBench(subject, await kind.acceptor(subject, { ...PATIENT, ...unitOptions }, speed));
  }

  async dispose(): Promise<void> {
    await this.acceptor.close();
    await this.stand.dispose();
  }

  /** Connected, taking notes of 10 and 50 yuan. */
  async ready(): Promise<void> {
    await this.connect();
    await this.accept(YUAN_10, YUAN_50);
    this.events.length = 0;
  }

  async connect(): Promise<PowerUpState> {
    return (await this.stand.settled(this.acceptor.connect())).powerUp;
  }

  accept(...denominations: Fen[]): Promise<void> {
    return this.stand.settled(this.acceptor.accept(denominations));
  }

  stack(): Promise<void> {
    return this.stand.settled(this.acceptor.stack());
  }

  returnNote(): Promise<void> {
    return this.stand.settled(this.acceptor.returnNote());
  }

  /** Feeds a note and waits until the driver tells that it is in escrow. */
  async escrowed(note: Fen = YUAN_10): Promise<void> {
    const before = this.told('escrowed').length;
    await this.feed(note);
    await this.until('the note is told to be in escrow', () => this.told('escrowed').length > before);
  }

  async feed(note: Parameters<SimulatedCashAcceptor['feedNote']>[0]): Promise<void> {
    await this.until('the slot takes a note', async () => (await this.stand.unit.call('feedNote', note)) === 'taken');
  }

  /** Whole amount in the box, in fen. */
  async inBox(): Promise<number> {
    return (await this.stand.unit.get('box')).reduce((total, note) => total + note, 0);
  }

  until(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
    return this.stand.until(what, done);
  }

  /** Waits while `count` more exchanges go over the line: long enough for what must not happen to happen. */
  async exchanges(count: number): Promise<void> {
    const from = this.trace.length;
    await this.until(`${count} more exchanges`, () => this.trace.length >= from + 2 * count);
  }

  async state(state: CashAcceptor['lastStatus']['state']): Promise<void> {
    await this.until(`its state is ${state}, not ${this.acceptor.lastStatus.state}`, () => this.acceptor.lastStatus.state === state);
  }

  told<T extends CashAcceptorEvent['type']>(type: T): readonly Extract<CashAcceptorEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<CashAcceptorEvent, { type: T }> => event.type === type);
  }

  /** How often the status went to `offline`. */
  get wentOffline(): number {
    return this.told('statusChanged').filter(({ status }) => status.device === 'offline').length;
  }

  /** The terminal process died without a word and was started anew. */
  async restartHost(): Promise<void> {
    await this.acceptor.close();
    this.events.length = 0;
    this.acceptor = this.#driver();
  }

  #driver(): CashAcceptor {
    const memory: AcceptorMemory = { read: () => this.#kept, keep: async (text) => void (this.#kept = text) };
    const { transport, clock } = this.stand;
    const driver = makeAcceptor(this.#subject, { transport, clock, memory });
    driver.onEvent((event) => this.events.push(event));
    driver.onFrame((frame) => this.trace.push(frame));
    driver.setCreditHandler(async ({ evidence }) => void this.credits.push(evidence));
    return driver;
  }
}

/** A bench for each test of a group. @param speed of the unit's mechanics in another process */
export function benches(subject: CashAcceptorSubject, kind: StandKind, unitOptions: UnitOptions = {}, speed?: number): () => AcceptorBench {
  let bench: AcceptorBench | undefined;
  beforeEach(async () => {
    bench = await AcceptorBench.make(subject, kind, unitOptions, speed);
  }, TIME.timeout);
  afterEach(async () => {
    await bench?.dispose();
    bench = undefined;
  }, TIME.timeout);
  return () => {
    if (bench === undefined) throw new Error('there is no bench');
    return bench;
  };
}

/** What the host books for its open note of `value`: credits that were handled, then what the report of coming up decides. */
export function booked(credits: number, lastRecord: LastNoteRecord, powerUp: PowerUpState | undefined, value: number): { credit: number; suspense: number } {
  if (credits > 0 || powerUp === undefined) return { credit: credits * value, suspense: 0 };
  const { money } = cashRestartDecision(lastRecord, powerUp);
  return { credit: money === 'credit' || money === 'creditFlagged' ? value : 0, suspense: money === 'suspense' ? value : 0 };
}

/** Whether exactly these bytes went to the device. */
export function sent(trace: readonly FrameTrace[], hex: string): boolean {
  return trace.some(({ direction, bytes }) => direction === 'toDevice' && bytes === hex);
}

export async function failure(promise: Promise<unknown>): Promise<DeviceError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DeviceError)) throw new Error(`not a DeviceError: ${String(error)}`);
  return error;
}
