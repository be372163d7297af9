/** The support desk in the console: who sees what of a person, what is on record when something is opened, chats with their colleagues, figures by day. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Role } from '../../fleet/console-api/roles.ts';
import { createKnowledge } from '../../fleet/server/support/knowledge.ts';
import { openStore } from '../../fleet/server/store/database.ts';
import { codeOf, staffMember, type Browser } from './console-browser.ts';
import { registeredTerminal, startWorld } from './support.ts';
import { booking, DAY_MS, MINUTE_MS, newNumber, outboxOf, SERIAL, shanghai, stored, survey, TELEPHONE, ticket } from './support-desk.ts';

/** A Monday. */
const START = shanghai('2026-03-16 10:00');
const NEXT_SLOT = shanghai('2026-03-16 10:30');

async function withDesk() {
  const world = await startWorld({
    startAt: START,
    settings: { console: { name: 'fleet', signInsPerMinute: 1000, requestsPerMinute: 1000 } },
  });
  const terminal = await registeredTerminal(world);
  return { world, terminal, outbox: outboxOf(terminal) };
}

const people = async (world: Parameters<typeof staffMember>[0]): Promise<Readonly<Record<Role, Browser>>> => ({
  operator: await staffMember(world, 'operator', 'Wang Fang'),
  support: await staffMember(world, 'support', 'Lin Xue'),
  auditor: await staffMember(world, 'auditor', 'He Jian'),
});

describe('what is about a person', () => {
  test('is in no answer to an operator: tickets, promises, calls back, their histories', async () => {
    const { world, outbox } = await withDesk();
    const { operator, support, auditor } = await people(world);
    const body = await ticket(world, { text: '卡里少了五十元' });
    stored(await outbox.send('ticket.created', body));
    const call = await booking(world, NEXT_SLOT, { ticketId: body.ticketId, card: body.card });
    stored(await outbox.send('callback.booked', call));
    const params = { ticketId: body.ticketId };
    const { lastSeq: seen } = await support.call('ticket', { params });
    await support.call('actOnTicket', { params, body: { seen, action: { do: 'note', note: '机主姓张' } } });
    await support.call('actOnCallback', { params: { callbackId: call.callbackId }, body: { action: { do: 'missed', note: '机主姓张' } } });
    const everything = async (who: Browser): Promise<string> => {
      const plan = { query: { from: START, to: START + DAY_MS } };
      const answers = [
        await who.call('tickets', { query: {} }),
        await who.call('ticket', { params }),
        await who.call('promises', {}),
        await who.call('callbacks', plan),
        await who.call('callback', { params: { callbackId: call.callbackId } }),
      ];
      return JSON.stringify(answers);
    };
    const personal = ['卡里少了五十元', '机主姓张', '138****5678', `"${SERIAL.slice(-4)}"`];
    const told = await everything(operator);
    for (const words of personal) expect(told).not.toContain(words);
    expect(told).toContain(body.number);
    for (const who of [support, auditor]) {
      const seenByDesk = await everything(who);
      for (const words of personal) expect(seenByDesk).toContain(words);
    }
    expect((await operator.call('ticket', { params })).sealed).toEqual([]);
  });

  test('opens with a reason, and who did it, why and from where is in the audit log beside everything else', async () => {
    const { world, outbox } = await withDesk();
    const { support, auditor } = await people(world);
    const body = await ticket(world);
    stored(await outbox.send('ticket.created', body));
    const wish = { subject: 'ticket', id: body.ticketId, field: 'contact', reason: '回电说明退款' } as const;
    expect((await support.call('openContact', { body: wish })).text).toBe(TELEPHONE);
    const { items } = await auditor.call('audit', { query: { kind: 'sealedOpened' } });
    expect(items).toMatchObject([{ actor: 'Lin Xue', about: `ticket ${body.number} contact`, detail: '回电说明退款', address: '127.0.0.1' }]);
    expect((await auditor.call('openings', {})).openings).toMatchObject([{ actor: 'Lin Xue', field: 'contact', subjectId: body.ticketId }]);
    expect(await support.refusal('openContact', { body: { ...wish, id: randomUUID() } })).toBe('unknownTicket');
    expect(await support.refusal('openContact', { body: { ...wish, reason: ' x ' } })).toBe('invalidRequest');
    expect((await auditor.call('audit', { query: { kind: 'sealedOpened' } })).items).toHaveLength(1);
  });
});

test('tickets that are due today are those whose promise still runs and ends before the day does; a number is found as it was typed', async () => {
  const { world, outbox } = await withDesk();
  const support = await staffMember(world, 'support');
  // within 2 working hours, within 5 minutes, within 5 working days
  const [today, broken, later] = [await ticket(world), await ticket(world, { kind: 'cardLost' }), await ticket(world, { kind: 'suggestion' })];
  for (const body of [today, broken, later]) stored(await outbox.send('ticket.created', body));
  await world.clock.advance(10 * MINUTE_MS);
  const numbers = async (query: object): Promise<readonly string[]> => (await support.call('tickets', { query })).tickets.map(({ number }) => number);
  const midnight = String(shanghai('2026-03-17 00:00'));
  expect(await numbers({ dueBefore: midnight })).toEqual([today.number]);
  expect(await numbers({ breached: 'true' })).toEqual([broken.number]);
  expect(await numbers({ dueBefore: String(shanghai('2026-03-24 00:00')) })).toEqual([today.number, later.number]);
  expect(await numbers({ number: today.number.toLowerCase() })).toEqual([today.number]);
  expect(await numbers({ number: newNumber() })).toEqual([]);
});

test('what can not be opened is on record all the same: who tried, and why', async () => {
  const { world, outbox } = await withDesk();
  const { support, auditor } = await people(world);
  const body = await ticket(world, { contact: { masked: '138****5678', sealed: 'eyJhbGciOiJFQ0RILUVTIn0..AAAA.BBBB.CCCC' } });
  stored(await outbox.send('ticket.created', body));
  const wish = { subject: 'ticket', id: body.ticketId, field: 'contact', reason: '回电说明退款' } as const;
  expect(await support.refusal('openContact', { body: wish })).toBe('sealUnreadable');
  const { items } = await auditor.call('audit', { query: { kind: 'sealedOpened' } });
  expect(items).toMatchObject([{ actor: 'Lin Xue', about: `ticket ${body.number} contact`, detail: '回电说明退款' }]);
});

describe('chats', () => {
  test('are taken, answered, given to a colleague who works at the desk, and closed', async () => {
    const { world, terminal } = await withDesk();
    const { support, auditor } = await people(world);
    await staffMember(world, 'support', 'Zhou Ming');
    const chatId = randomUUID();
    await terminal.post('/v1/support/chats', { chatId, about: 'topUpMissing', language: 'zh-CN' });
    await terminal.post(`/v1/support/chats/${chatId}/messages`, { messageId: 'p1', text: '我的电话 13812345678' });
    const { chats, colleagues } = await support.call('chats', {});
    expect(chats).toMatchObject([{ chatId, state: 'waiting', agent: null }]);
    expect(colleagues).toEqual(['Lin Xue', 'Zhou Ming']);
    const params = { chatId };
    expect(codeOf(await support.ask('sayInChat', { params, body: { messageId: 'a1', text: 'x' } }))).toBe('chatTaken');
    await support.call('joinChat', { params, body: {} });
    await support.call('sayInChat', { params, body: { messageId: 'a1', text: '请稍等' } });
    const { chat, conversation } = await auditor.call('chat', { params });
    expect(chat.agent).toBe('Lin Xue');
    expect(conversation.messages.map(({ from, text }) => [from, text])).toEqual([
      ['person', '我的电话 *********78'],
      ['agent', '请稍等'],
    ]);
    expect(JSON.stringify(conversation)).not.toContain('13812345678');
    for (const to of ['He Jian', 'Nobody']) expect(await support.refusal('handOverChat', { params, body: { from: 'Lin Xue', to } })).toBe('unknownStaff');
    expect((await support.call('handOverChat', { params, body: { from: 'Lin Xue', to: 'Zhou Ming' } })).chat.agent).toBe('Zhou Ming');
    expect(await support.refusal('closeChat', { params, body: {} })).toBe('chatTaken');
    await support.call('handOverChat', { params, body: { from: 'Zhou Ming', to: 'Lin Xue' } });
    expect((await support.call('closeChat', { params, body: {} })).conversation).toMatchObject({ state: 'closed', closedBy: 'agent' });
    expect((await support.call('chats', {})).chats).toEqual([]);
  });
});

describe('figures', () => {
  test('of surveys are of whole local days, with their weeks, and hold counts alone', async () => {
    const { world, outbox } = await withDesk();
    const operator = await staffMember(world, 'operator');
    const midnight = shanghai('2026-03-16 00:00');
    for (const answeredAt of [midnight - 1, midnight, midnight + DAY_MS - 1, midnight + DAY_MS])
      stored(await outbox.send('survey.answered', survey(world, { answeredAt })));
    const answer = await operator.call('surveys', { query: { from: '2026-03-16', to: '2026-03-16' } });
    expect(answer).toMatchObject({ answers: 2, byWeek: [{ monday: '2026-03-16', answers: 2 }], byService: [{ service: 'topUp', answers: 2 }] });
    expect(
      (await operator.call('surveys', { query: { from: '2026-03-09', to: '2026-03-22' } })).byWeek.map(({ monday, answers }) => [monday, answers]),
    ).toEqual([
      ['2026-03-16', 3],
      ['2026-03-09', 1],
    ]);
    expect((await operator.call('surveys', { query: { from: '2026-03-16', to: '2026-03-16', terminalId: 'T-0002' } })).answers).toBe(0);
  });

  test('of the knowledge base say which version is published, and its questions by how often they were opened', async () => {
    const { world, outbox } = await withDesk();
    const support = await staffMember(world, 'support');
    const store = await openStore(world.database);
    const knowledge = createKnowledge({ store, clock: world.clock, signingKey: world.signingKey });
    const document = (id: string, question: string) => ({
      id,
      category: 'topUp',
      question: { 'zh-CN': question },
      steps: { 'zh-CN': ['看凭条'] },
      keywords: {},
      where: ['terminal' as const],
      related: [],
      reviewedBy: 'liu',
      reviewedOn: '2026-03-01',
    });
    await knowledge.publish('liu', [document('topUp.missing', '充值没到账')]);
    await world.clock.advance(MINUTE_MS);
    await knowledge.publish('liu', [document('topUp.missing', '充值没到账怎么办')]);
    await store.destroy();
    const answers = [
      { id: 'topUp.missing', views: 7, solved: 4, unsolved: 1 },
      { id: 'gone', views: 9, solved: 0, unsolved: 3 },
    ];
    stored(await outbox.send('knowledge.viewed', { date: '2026-03-16', version: 1, answers }));
    expect((await support.call('knowledge', {})).versions.map(({ version, documents, publishedBy }) => [version, documents, publishedBy])).toEqual([
      [2, 1, 'liu'],
      [1, 1, 'liu'],
    ]);
    expect((await support.call('knowledgeUse', { query: { from: '2026-03-10', to: '2026-03-16' } })).answers).toEqual([
      { id: 'gone', question: null, views: 9, solved: 0, unsolved: 3 },
      { id: 'topUp.missing', question: { 'zh-CN': '充值没到账怎么办' }, views: 7, solved: 4, unsolved: 1 },
    ]);
    expect((await support.call('knowledgeUse', { query: { from: '2026-03-17', to: '2026-03-17' } })).answers).toEqual([]);
  });
});
