/**
 * A support desk with work: persons at a terminal made tickets, booked calls back, answered surveys and opened answers of the knowledge base,
 * all by the calls that terminals make. The desk works round the clock, so that a test may run at any hour.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { seal } from '../../../common/sealing.ts';
import { makeReference } from '../../../common/ids.ts';
import {
  cardKeyOf,
  slotsAnswerSchema,
  type CallbackBooked,
  type KnowledgeDocument,
  type Slot,
  type SurveyAnswered,
  type TicketCreated,
} from '../../../common/upstream-api/support.ts';
import { random, V2, type HandMadeTerminal } from '../../fleet/support.ts';
import { outboxOf, stored, type TestOutbox } from '../../fleet/support-desk.ts';
import { startFleet, type FleetWorld } from './fleet-world.ts';
import { JournalWriter } from './journal-writer.ts';
import { topUp } from './stories.ts';

export const TELEPHONE = '13812345678';
export const MASKED = '138****5678';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const ALL_DAY = [{ from: '00:00', to: '24:00' }];
const ROUND_THE_CLOCK = {
  utcOffsetMinutes: 480,
  week: [ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY],
  holidays: [],
  makeUpDays: [],
  makeUpHours: [],
};

export interface DeskWorld {
  readonly fleet: FleetWorld;
  readonly terminal: HandMadeTerminal;
  /** By what they are about. */
  readonly tickets: Readonly<Record<'missing' | 'lost' | 'dispute' | 'complaint', TicketCreated>>;
  /** Of tomorrow: the first has two calls and is full, the second one. */
  readonly slots: readonly Slot[];
  readonly calls: readonly CallbackBooked[];
  /** `2026-12-01` */
  readonly tomorrow: string;
  ticket(change: Partial<TicketCreated>): Promise<TicketCreated>;
  /** A person books. */
  book(slot: number): Promise<CallbackBooked>;
  /** A person at a terminal asks for somebody. */
  openChat(): Promise<Chat>;
}

export interface Chat {
  readonly chatId: string;
  say(text: string): Promise<void>;
  /** What the person's terminal shows: who said what. */
  read(): Promise<{ readonly state: string; readonly messages: readonly { readonly from: string; readonly text: string }[] }>;
}

export async function startDesk(): Promise<DeskWorld> {
  const fleet = await startFleet({ small: true, support: { calendar: ROUND_THE_CLOCK, callbacks: { agents: 2 } } });
  const { clock } = fleet;
  const now = clock.now();
  const terminal = fleet.terminal('A01-LIB');
  const outbox = outboxOf(terminal);
  const submit = async (change: Partial<TicketCreated>): Promise<TicketCreated> => {
    const body = await newTicket(fleet, change);
    stored(await outbox.send('ticket.created', body));
    return body;
  };
  const journal = new JournalWriter(terminal);
  journal.append(now - 4 * HOUR, 'terminal.started', { version: '1.4.0', reason: 'start' });
  const torn = topUp(journal, now - 4 * HOUR + MINUTE, 5000, 'qr', 'torn');
  await journal.send();
  // what the server does now and then by itself has had its time
  await clock.advance(MINUTE);
  clock.jumpTo(now - 3 * HOUR);
  const lost = await submit({ kind: 'cardLost', text: '卡在食堂丢了，里面还有钱' });
  clock.jumpTo(now - 40 * MINUTE);
  const missing = await submit({
    kind: 'topUpMissing',
    transaction: torn.reference,
    verdict: 'load.undetermined',
    evidence: { epoch: 1, fromSeq: 2, toSeq: 9 },
    text: '充值五十元，手机扣了钱，卡里没有。我在图书馆一楼这台机器充的，等了十分钟也没有到。',
  });
  const dispute = await submit({ kind: 'dispute', text: '食堂刷了两次' });
  const complaint = await submit({ kind: 'complaint', text: 'The screen was too bright and I could not read the amount.', language: 'en' });
  for (const kind of ['device', 'suggestion', 'password', 'merchant', 'cardFault'] as const) await submit({ kind });
  for (let count = 0; count < 26; count += 1) await submit({ kind: 'other', text: `第 ${count + 1} 件` });
  clock.jumpTo(now);
  const tomorrow = new Date(now + 8 * HOUR + DAY).toISOString().slice(0, 10);
  const slots = await slotsOf(terminal, tomorrow);
  const book = async (slot: number): Promise<CallbackBooked> => {
    const body = await newBooking(fleet, slot, missing.ticketId);
    stored(await outbox.send('callback.booked', body));
    return body;
  };
  const [first, second] = [slots[18]?.start ?? 0, slots[19]?.start ?? 0];
  const calls = [await book(first), await book(first), await book(second)];
  await answerSurveys(outbox, now);
  await publishAnswers(fleet);
  await openAnswers(outbox, now);
  return {
    fleet,
    terminal,
    tickets: { missing, lost, dispute, complaint },
    slots: slots.slice(18),
    calls,
    tomorrow,
    ticket: submit,
    book,
    openChat: () => openChat(terminal),
  };
}

async function newTicket({ sealingKey, clock }: FleetWorld, change: Partial<TicketCreated>): Promise<TicketCreated> {
  const { serial, tail } = V2.card;
  return {
    ticketId: randomUUID(),
    number: makeReference('A01', new Date(clock.now()).toISOString().slice(0, 10), random),
    kind: 'topUpMissing',
    card: { tail, sealed: await seal(sealingKey, serial), key: cardKeyOf(serial) },
    contact: { masked: MASKED, sealed: await seal(sealingKey, TELEPHONE) },
    text: '请尽快处理',
    language: 'zh-CN',
    submittedAt: clock.now(),
    ...change,
  };
}

async function newBooking({ sealingKey, clock }: FleetWorld, slot: number, ticketId: string): Promise<CallbackBooked> {
  return {
    callbackId: randomUUID(),
    number: makeReference('A01', new Date(clock.now()).toISOString().slice(0, 10), random),
    about: 'topUpMissing',
    slot,
    ifFull: 'refuse',
    contact: { masked: MASKED, sealed: await seal(sealingKey, TELEPHONE) },
    ticketId,
    language: 'zh-CN',
  };
}

async function slotsOf(terminal: HandMadeTerminal, day: string): Promise<readonly Slot[]> {
  const { slots } = slotsAnswerSchema.parse((await terminal.get('/v1/support/slots')).body);
  return slots.filter(({ start }) => new Date(start + 8 * HOUR).toISOString().startsWith(day));
}

/** Three weeks of them: most people are content, and those who are not say why. */
async function answerSurveys(outbox: TestOutbox, now: number): Promise<void> {
  for (let count = 0; count < 40; count += 1) {
    const overall = count % 7 === 3 ? 'bad' : count % 4 === 1 ? 'fair' : 'good';
    const answer: SurveyAnswered = {
      sessionId: randomUUID(),
      questions: 1,
      service: (['topUp', 'topUp', 'support', 'balance'] as const)[count % 4] ?? 'topUp',
      overall,
      speed: overall,
      result: count % 3 === 0 ? 'good' : overall,
      reasons: overall === 'bad' ? [count % 2 === 0 ? 'slow' : 'unclear'] : [],
      answeredAt: now - count * 12 * HOUR,
    };
    stored(await outbox.send('survey.answered', answer));
  }
}

const ANSWERS = [
  ['top-up-missing', '充值后卡里没有增加', 'My top-up is not on the card'],
  ['card-lost', '卡丢了怎么办', 'I lost my card'],
  ['balance-wrong', '余额和我记得的不一样', 'The balance is not what I remember'],
] as const;

/** Two versions, by the operator's command. */
async function publishAnswers(fleet: FleetWorld): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'knowledge-'));
  for (const count of [2, 3]) {
    for (const [id, chinese, english] of ANSWERS.slice(0, count)) {
      const document: KnowledgeDocument = {
        id,
        category: 'help',
        question: { 'zh-CN': chinese, en: english },
        steps: { 'zh-CN': ['放卡，按“帮助”'], en: ['Put the card on and press Help'] },
        keywords: {},
        where: ['terminal'],
        related: [],
        reviewedBy: '李强',
        reviewedOn: '2026-11-01',
      };
      writeFileSync(path.join(folder, `${id}.json`), JSON.stringify(document));
    }
    await fleet.command('knowledge', 'publish', folder, '--by', '李强');
  }
  rmSync(folder, { recursive: true });
}

async function openAnswers(outbox: TestOutbox, now: number): Promise<void> {
  const date = new Date(now).toISOString().slice(0, 10);
  const counted = [
    ['top-up-missing', 46, 31, 4],
    ['card-lost', 22, 17, 1],
    ['balance-wrong', 12, 2, 7],
    ['gone-by-now', 3, 0, 1],
  ] as const;
  const answers = counted.map(([id, views, solved, unsolved]) => ({ id, views, solved, unsolved }));
  stored(await outbox.send('knowledge.viewed', { date, version: 1, answers }));
}

async function openChat(terminal: HandMadeTerminal): Promise<Chat> {
  const chatId = randomUUID();
  const address = `/v1/support/chats/${chatId}`;
  const opened = await terminal.post('/v1/support/chats', { chatId, about: 'topUpMissing', language: 'zh-CN' });
  if (opened.status !== 200) throw new Error(`the chat was answered ${opened.status}`);
  return {
    chatId,
    say: async (text) => {
      const { status } = await terminal.post(`${address}/messages`, { messageId: randomUUID(), text });
      if (status !== 200) throw new Error(`the message was answered ${status}`);
    },
    read: async () => (await terminal.get(address)).body as Awaited<ReturnType<Chat['read']>>,
  };
}
