/** What terminals and agents say to the support desk in tests: an outbox that counts, tickets, bookings, and three persons of the operator's. */
import { randomUUID } from 'node:crypto';
import { makeReference } from '../../common/ids.ts';
import { seal } from '../../common/sealing.ts';
import {
  cardKeyOf,
  outboxAnswerSchema,
  type CallbackBooked,
  type Envelope,
  type OutboxAnswer,
  type OutboxItem,
  type StoredAnswer,
  type SurveyAnswered,
  type TicketCreated,
} from '../../common/upstream-api/support.ts';
import type { Actor } from '../../fleet/server/support/desk.ts';
import { random, V1, type HandMadeTerminal, type World } from './support.ts';

export const CHEN: Actor = { id: 'chen', role: 'support' };
export const WANG: Actor = { id: 'wang', role: 'support' };
export const LIU: Actor = { id: 'liu', role: 'operator' };
export const ZHAO: Actor = { id: 'zhao', role: 'auditor' };

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** `2026-03-16 09:00` in Shanghai. */
export function shanghai(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}:00+08:00`);
}

export const SERIAL = V1.card.serial;
export const TELEPHONE = '13812345678';

export function newNumber(): string {
  return makeReference('A01', '2026-03-16', random);
}

export async function ticket(world: World, change: Partial<TicketCreated> = {}): Promise<TicketCreated> {
  return {
    ticketId: randomUUID(),
    number: newNumber(),
    kind: 'topUpMissing',
    card: { tail: SERIAL.slice(-4), sealed: await seal(world.sealingKey.publicKey, SERIAL), key: cardKeyOf(SERIAL) },
    transaction: 'A01-0315-7K4M-9',
    contact: { masked: '138****5678', sealed: await seal(world.sealingKey.publicKey, TELEPHONE) },
    text: '充值五十元没有到账',
    verdict: 'load.undetermined',
    evidence: { epoch: 1, fromSeq: 2, toSeq: 4 },
    language: 'zh-CN',
    submittedAt: world.clock.now(),
    ...change,
  };
}

export async function booking(world: World, slot: number, change: Partial<CallbackBooked> = {}): Promise<CallbackBooked> {
  return {
    callbackId: randomUUID(),
    number: newNumber(),
    about: 'topUpMissing',
    slot,
    ifFull: 'refuse',
    contact: { masked: '138****5678', sealed: await seal(world.sealingKey.publicKey, TELEPHONE) },
    language: 'zh-CN',
    ...change,
  };
}

export function survey(world: World, change: Partial<SurveyAnswered> = {}): SurveyAnswered {
  return { sessionId: randomUUID(), questions: 1, service: 'topUp', overall: 'good', reasons: [], answeredAt: world.clock.now(), ...change };
}

/** Lets time pass in steps, each when somebody waits for it, until `question` is answered: between them a database takes its own time. */
export async function answered<T>({ clock }: Pick<World, 'clock'>, question: Promise<T>, stepMs = 1000): Promise<T> {
  let open = true;
  const end = (): void => void (open = false);
  question.then(end, end);
  while (open) {
    await clock.settle();
    if (open && clock.pendingTimers > 0) await clock.advance(stepMs);
  }
  return question;
}

export interface TestOutbox {
  readonly name: string;
  /** Sends one envelope, the next of this outbox. */
  send(kind: string, body: object): Promise<OutboxItem>;
  /** Sends these and no others, as they are. */
  raw(...envelopes: Envelope[]): Promise<OutboxAnswer>;
  /** The next one, not sent. */
  next(kind: string, body: object): Envelope;
}

export function outboxOf(terminal: HandMadeTerminal, name: string = randomUUID()): TestOutbox {
  let seq = 0;
  const next = (kind: string, body: object): Envelope => {
    seq += 1;
    return { seq, id: randomUUID(), kind, body: { ...body } };
  };
  const raw = async (...envelopes: Envelope[]): Promise<OutboxAnswer> => {
    const { status, body } = await terminal.post('/v1/outbox', { outbox: name, envelopes });
    if (status !== 200) throw new Error(`the outbox answered ${status}: ${JSON.stringify(body)}`);
    return outboxAnswerSchema.parse(body);
  };
  const send = async (kind: string, body: object): Promise<OutboxItem> => {
    const [item] = (await raw(next(kind, body))).items;
    if (item === undefined) throw new Error('the outbox answered nothing');
    return item;
  };
  return { name, send, raw, next };
}

/** What was stored; anything else is the test's failure. */
export function stored(item: OutboxItem): StoredAnswer {
  if (item.result !== 'stored') throw new Error(`not stored: ${JSON.stringify(item)}`);
  return item.answer;
}

export function refusedWith(item: OutboxItem): string {
  if (item.result !== 'refused') throw new Error(`not refused: ${JSON.stringify(item)}`);
  return item.code;
}
